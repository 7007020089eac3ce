// What every route declares of itself: who may, and how it reads in the API description. Also the
// pieces of a request that many routes read. Knows no business.
import type { AsOf, Caller, Role } from '@linli/engine'
import type { FastifyRequest } from 'fastify'
import { z } from 'zod'
import { type Language, languageOf } from './language.ts'
import { ProblemError } from './problem.ts'

/**
 * Who may use a route: anybody; whoever is signed in (rows are then filtered by the one rule);
 * whoever the engine's rule lets do it; or only certain roles.
 */
export type May = 'anyone' | 'signed-in' | 'engine' | readonly Role[]

/** A route as the API description shows it. */
export type RouteDoc = {
  summary: string
  tag: string
  query?: z.ZodObject
  body?: z.ZodType
  /** A body of bytes: its media types. */
  takes?: readonly string[]
  /** What a good answer holds, and its status. */
  reply?: z.ZodType
  status?: number
  /** Anything but JSON. */
  type?: string
  headers?: z.ZodObject
}

declare module 'fastify' {
  interface FastifyContextConfig {
    may?: May
    doc?: RouteDoc
  }
  interface FastifyRequest {
    /** Who asks; undefined on routes for anyone. */
    caller: Caller | undefined
    /** The clear session token, where a cookie showed who asks. */
    sessionToken: string | undefined
  }
}

/** The language the request prefers. */
export const language = (request: FastifyRequest): Language =>
  languageOf(request.headers['accept-language'])

/** Who asks, on a route that is not for anyone. */
export function callerOf(request: FastifyRequest): Caller {
  if (request.caller === undefined) throw new ProblemError('unauthenticated')
  return request.caller
}

/** Given data in the shape of a schema, or the problem `invalid`. */
export function parsed<Schema extends z.ZodType>(
  schema: Schema,
  given: unknown,
  request: FastifyRequest,
): z.output<Schema> {
  const found = schema.safeParse(given ?? {}, localised(language(request)))
  if (found.success) return found.data
  const issues = issuesOf(found.error)
  throw new ProblemError('invalid', { field: issues[0]?.path ?? '', issues })
}

/** Zod's own sentences in the request's language. */
export function localised(into: Language): { error: z.core.$ZodErrorMap } | undefined {
  if (into === 'en') return undefined
  chinese ??= z.locales.zhCN().localeError
  return { error: chinese }
}

let chinese: z.core.$ZodErrorMap | undefined

/** Zod issues as a problem carries them. */
export const issuesOf = (error: z.ZodError) =>
  error.issues.map((issue) => ({
    path: issue.path.map(String).join('.'),
    message: issue.message,
    code: issue.code,
  }))

/** Epoch milliseconds of an instant with a zone (RFC 3339); undefined when it is not one. */
export function instantOf(text: string): number | undefined {
  if (!INSTANT.test(text)) return undefined
  const at = Date.parse(text)
  return Number.isNaN(at) ? undefined : at
}

const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:\d\d)$/

/** An instant in a query, with its zone. */
export const Instant = z
  .string()
  .refine((text) => instantOf(text) !== undefined, 'not an instant with a zone')
  .meta({ format: 'date-time' })

/** The moment in a query: `at` by what happened, `known` by what was recorded by then. */
export const Moment = z.object({
  at: Instant.optional(),
  known: z
    .string()
    .refine((text) => /^\d{1,16}$/.test(text) || instantOf(text) !== undefined, 'not a moment')
    .optional(),
})

/** The moment asked for; a `known` time becomes a position by `knownAt`. */
export async function momentOf(
  query: z.output<typeof Moment>,
  knownAt: (time: number) => Promise<number>,
): Promise<Pick<AsOf, 'at' | 'known'>> {
  const at = query.at === undefined ? undefined : instantOf(query.at)
  return {
    ...(at === undefined ? {} : { at }),
    ...(query.known === undefined ? {} : { known: await knownOf(query.known, knownAt) }),
  }
}

async function knownOf(text: string, knownAt: (time: number) => Promise<number>): Promise<number> {
  const time = instantOf(text)
  return time === undefined ? Number(text) : await knownAt(time)
}

/** An instant outward. */
export const iso = (at: number): string => new Date(at).toISOString()

/** A flag in a query. */
export const Flag = z.enum(['0', '1', 'false', 'true'])
/** Whether a flag is set. */
export const isSet = (flag: z.output<typeof Flag> | undefined): boolean =>
  flag === '1' || flag === 'true'

/** An instance id of a workflow: its name, a dash, a UUID. */
export const isIdOf = (workflow: string, id: string): boolean =>
  id.length === workflow.length + 37 && id.startsWith(workflow) && ID.test(id)

const ID = /^[a-z][a-z-]*-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/
