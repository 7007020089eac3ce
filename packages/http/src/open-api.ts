// The API description (OpenAPI 3.1), made from what every route declares of itself, and the pages
// that show it.
import swagger from '@fastify/swagger'
import swaggerUi from '@fastify/swagger-ui'
import type { FastifyInstance, FastifySchema, RouteOptions } from 'fastify'
import { z } from 'zod'
import { REPLIES } from './reply-schema.ts'
import type { RouteDoc } from './route.ts'
import { PAGE_HEADERS } from './web-route.ts'

/** Begins collecting routes: to be called before any is added. */
export async function addOpenApi(app: FastifyInstance): Promise<void> {
  await app.register(swagger, {
    convertConstToEnum: false,
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'linli 邻里',
        version: '0.1.0',
        description: 'Case handling for neighbourhood communities. Errors are RFC 9457 problems.',
      },
      components: {
        securitySchemes: {
          session: { type: 'apiKey', in: 'cookie', name: 'linli_session' },
          token: { type: 'http', scheme: 'bearer' },
        },
        schemas: namedSchemas(),
      },
    },
    transform: ({ route, url }) => ({ schema: described(route), url }),
  })
}

/** Adds `/openapi.json` and `/docs`, after every route is there. */
export async function addOpenApiPages(app: FastifyInstance): Promise<void> {
  app.get('/openapi.json', { config: { may: 'anyone' } }, () => app.swagger())
  await app.register(swaggerUi, {
    routePrefix: '/docs',
    uiHooks: {
      onRequest: (_request, reply, next) => {
        reply.headers(PAGE_HEADERS)
        next()
      },
    },
  })
}

const Problem = z.object({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  detail: z.string(),
  code: z.string().describe('Stable; docs/errors.md lists them.'),
  field: z.string().optional(),
  issues: z
    .array(z.object({ path: z.string(), message: z.string(), code: z.string().optional() }))
    .optional(),
  guard: z.string().optional(),
  guardText: z.string().optional(),
  offered: z.array(z.string()).optional(),
  revision: z.int().optional(),
})

const BYTES = { type: 'string', format: 'binary' }

type Described = FastifySchema & { [keyword: string]: unknown }

function described(route: RouteOptions): Described {
  const doc = route.config?.doc
  if (doc === undefined) return { hide: true }
  const parameters = paramsOf(route.url)
  const open = route.config?.may === 'anyone'
  return {
    summary: doc.summary,
    tags: [doc.tag],
    operationId: `${String(route.method).toLowerCase()}${route.url.replaceAll(/[^a-zA-Z]+/g, '_')}`,
    security: open ? [] : [{ session: [] }, { token: [] }],
    ...(parameters === undefined ? {} : { params: parameters }),
    ...(doc.query === undefined ? {} : { querystring: jsonSchema(doc.query) }),
    ...(doc.headers === undefined ? {} : { headers: jsonSchema(doc.headers) }),
    ...(doc.body === undefined ? {} : { body: jsonSchema(doc.body) }),
    ...(doc.takes === undefined ? {} : { consumes: [...doc.takes], body: BYTES }),
    response: responsesOf(doc),
  }
}

function responsesOf(doc: RouteDoc) {
  const status = String(doc.status ?? 200)
  const schema = replySchema(doc)
  const content = { [doc.type ?? 'application/json']: { schema } }
  const good = status === '204' ? { description: 'Done' } : { description: 'Done', content }
  const wrong = {
    description: 'A problem (RFC 9457)',
    content: {
      'application/problem+json': { schema: { $ref: refTo('Problem') } },
    },
  }
  return { [status]: good, default: wrong }
}

function paramsOf(url: string) {
  const names = [...url.matchAll(/:([a-zA-Z]+)/g)].map(([, name = '']) => name)
  if (names.length === 0) return undefined
  const properties = Object.fromEntries(names.map((name) => [name, { type: 'string' }]))
  return { type: 'object', properties, required: names }
}

const NAMED = { ...REPLIES, Problem }
const refTo = (name: string): string => `#/components/schemas/${name}`

function namedSchemas(): Record<string, Record<string, unknown>> {
  const registry = z.registry<{ id: string }>()
  for (const [id, schema] of Object.entries(NAMED)) registry.add(schema, { id })
  const { schemas } = z.toJSONSchema(registry, { uri: refTo, io: 'output' })
  return Object.fromEntries(
    Object.entries(schemas).map(([name, { $schema: _, $id: __, ...schema }]) => [name, schema]),
  )
}

function replySchema({ reply }: RouteDoc): Record<string, unknown> {
  const name = Object.entries(NAMED).find(([, schema]) => schema === reply)?.[0]
  if (name !== undefined) return { $ref: refTo(name) }
  return reply === undefined ? {} : jsonSchema(reply)
}

/** The schema in the JSON Schema of OpenAPI 3.1, without what only our forms read. */
function jsonSchema(schema: z.ZodType): Record<string, unknown> {
  const made = z.toJSONSchema(schema, { io: 'input', reused: 'inline', unrepresentable: 'any' })
  const { $schema: _, ...rest } = made
  return rest
}
