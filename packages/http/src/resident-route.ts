// What a resident does without an account: report, follow the case by a secret link, answer.
// The link's token stands in the path; it is in no log line, and the answer holds no inner note.
import {
  type Caller,
  type Command,
  type Event,
  findInstance,
  hasEnded,
  type Instance,
  type LinkedCase,
  offeredTo,
  openFields,
  stateOf,
  statePath,
  workflowOf,
} from '@linli/engine'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { opening } from './case-view.ts'
import { formOf } from './command-form.ts'
import { give } from './command-route.ts'
import { eventText, type Language, stateText, textOf } from './language.ts'
import { named } from './names.ts'
import type { HttpPorts } from './ports.ts'
import { ProblemError } from './problem.ts'
import { perMinute } from './rate.ts'
import { language, parsed } from './route.ts'

const REPORTED = 'appeal'
const Report = z.strictObject({
  place: z.string().startsWith('place-').max(80),
  category: z.string().max(80).optional(),
  text: z.string().min(1).max(4000),
  phone: z.string().max(32).optional(),
  name: z.string().max(80).optional(),
  /** People leave it empty, programs fill it in. */
  website: z.string().max(200).optional(),
})
const tag = 'resident'
type Params = { Params: { token: string; command: string } }

/** Adds what residents reach without an account. */
export function addResidentRoutes(app: FastifyInstance, ports: HttpPorts): void {
  if (!ports.engine.workflows.has(REPORTED)) return
  const limited = (max: number) => ({ may: 'anyone' as const, rateLimit: perMinute(max) })
  const most = ports.signInsPerMinute ?? 20
  app.post(
    '/api/resident/reports',
    {
      config: {
        ...limited(most),
        doc: { summary: 'Report as a resident', tag, body: Report, status: 201 },
      },
    },
    (request, reply) => report(ports, request, reply),
  )
  const doc = { summary: 'Follow a case by its link', tag }
  app.get<Params>(
    '/api/resident/cases/:token',
    { config: { ...limited(most * 6), doc } },
    async (request) => {
      const linked = await linkedCase(ports, request.params.token)
      return followed(ports, linked, request)
    },
  )
  const answerDoc = { summary: 'Answer or act on a followed case', tag }
  app.post<Params>(
    '/api/resident/cases/:token/:command',
    { config: { ...limited(most * 2), doc: answerDoc } },
    async (request, reply) => {
      const linked = await linkedCase(ports, request.params.token)
      const { workflow } = linked.instance
      const command = workflow.commands.get(request.params.command)
      if (command?.by.includes('resident') !== true || command.starts === true) {
        throw new ProblemError('not-found', { field: 'command' })
      }
      const id = linked.instance.stream
      request.body = ofTheLinked(command, linked.caller, request.body)
      return give(ports, { workflow, command, id, caller: linked.caller }, { request, reply })
    },
  )
}

/** Whoever has a link speaks for its person, and by link: neither has to be said again. */
function ofTheLinked(command: Command, { person }: Caller, body: unknown): unknown {
  if (!(command.data instanceof z.ZodObject) || typeof (body ?? {}) !== 'object') return body
  const { shape } = command.data
  return {
    ...('person' in shape && person !== undefined ? { person } : {}),
    ...('way' in shape ? { way: 'link' } : {}),
    ...(body ?? {}),
  }
}

async function report(ports: HttpPorts, request: FastifyRequest, reply: FastifyReply) {
  const { website, ...given } = parsed(Report, request.body, request)
  // A filled honeypot is answered like a success, so that the program learns nothing.
  if (website !== undefined && website !== '') return reply.code(201).send({ id: '', link: '' })
  const workflow = ports.engine.workflows.get(REPORTED)
  const command = workflow?.commands.get('report')
  if (workflow === undefined || command === undefined) throw new ProblemError('not-found')
  request.body = { ...withoutEmpty(given), channel: 'link' }
  const caller: Caller = { id: 'resident', grants: [{ role: 'resident' }] }
  const answer: unknown = JSON.parse(
    String(await give(ports, { workflow, command, caller }, { request, reply })),
  )
  const { id, number } = Reported.parse(answer)
  const link = await ports.access.links.tokenOf(await reporterOf(ports, id))
  return { id, number, link: `/r/${link}` }
}

const Reported = z.object({ id: z.string(), number: z.string().optional() })

const withoutEmpty = (given: object) =>
  Object.fromEntries(Object.entries(given).filter(([, value]) => value !== '' && value != null))

/** Whose report it is: the person of the first event, before anybody else came to the case. */
async function reporterOf(ports: HttpPorts, id: string): Promise<LinkedCase> {
  const first = (await ports.view(id, { revision: 0 }))?.instance
  const person = first?.workflow.summary(first).persons[0]
  return { instance: id, ...(person === undefined ? {} : { person }) }
}

/** A case as the holder of its link finds it. */
export type Followed = { instance: Instance; caller: Caller }

/** Whose case a token opens, and who acts there: only in that case, and as a resident. */
export async function linkedCase(ports: HttpPorts, token: string): Promise<Followed> {
  const linked = await ports.access.links.read(token)
  if (linked === undefined) throw new ProblemError('link-invalid', { field: 'token' })
  const erased = ports.engine.vault.isErased(linked.person ?? linked.instance)
  const instance = erased ? undefined : await ports.engine.instances.current(linked.instance)
  if (instance === undefined) throw new ProblemError('link-invalid', { field: 'token' })
  const { person } = linked
  const caller: Caller = {
    id: person ?? `link:${linked.instance}`,
    ...(person === undefined ? {} : { person }),
    own: linked.instance,
    grants: [{ role: 'resident' }],
  }
  return { instance, caller }
}

async function followed(ports: HttpPorts, linked: Followed, request: FastifyRequest) {
  const { instance, caller } = linked
  const { workflow } = instance
  const into = language(request)
  const row = await findInstance(ports.read.db, instance.stream, { scope: [{ all: true }] })
  const view = await ports.view(instance.stream, {})
  const events = view?.events.map(({ event }) => event) ?? []
  const offers = offeredTo(ports.engine, instance, caller).flatMap((name) => {
    const command = workflow.commands.get(name)
    return command === undefined ? [] : [answerForm(command, instance, into)]
  })
  return {
    id: instance.stream,
    workflow: workflowOf(instance.stream),
    ...(row?.number === undefined ? {} : { number: row.number }),
    reported: new Date(instance.startedAt).toISOString(),
    place: await named(ports.engine, workflow.summary(instance).place),
    ...stageOf(ports, instance, into),
    ended: hasEnded(instance),
    steps: events.filter(isStep).map((event) => ({
      type: event.type,
      label: eventText(workflow, into, event.type),
      at: event.at,
    })),
    publicNotes: await publicTexts(ports, { instance, caller, events, into }),
    answers: offers,
  }
}

/** The stage that residents know; the state itself where no stages are told. */
function stageOf(ports: HttpPorts, instance: Instance, into: Language) {
  const { workflow } = instance
  const path = statePath(stateOf(instance))
  const stage =
    workflow.id === REPORTED
      ? ports.residentStage?.(path, workflow.summary(instance).extra?.asking)
      : undefined
  if (stage === undefined) return { state: path, stateLabel: stateText(workflow, into, path) }
  return { state: stage, stateLabel: textOf(workflow, into, `stage.${stage}`) }
}

function answerForm(command: Command, { workflow }: Instance, into: Language) {
  const label = textOf(workflow, into, `command.${command.name}`)
  return { command: command.name, label, schema: formOf(workflow, command, into) }
}

/** The shorter list: what moved the case, and nothing that stayed inside the office. */
function isStep(event: Event): boolean {
  if (event.revision === 0) return true
  if (event.type.startsWith('clock.') || event.type === 'effect.refused') return false
  return statePath(event.from) !== statePath(event.to)
}

/**
 * Texts meant for the resident: notes marked public, answers, and questions put to them. What a
 * unit answered came by an effect and is the office's to pass on.
 */
const FOR_RESIDENTS = new Set(['answer', 'question'])

async function publicTexts(
  ports: HttpPorts,
  shown: Followed & { events: Event[]; into: Language },
) {
  const { instance, caller, events } = shown
  const told = events.filter(
    ({ data, by }) =>
      data.public === true ||
      (by.role !== 'system' && Object.keys(data).some((key) => FOR_RESIDENTS.has(key))),
  )
  if (told.length === 0) return []
  await opening(ports, instance, { caller, language: shown.into, why: 'own' })
  const found = await Promise.all(
    told.map(async (event) => {
      const opened = await openFields(ports.engine.vault, event)
      return opened
        .filter(({ field }) => event.data.public === true || FOR_RESIDENTS.has(field))
        .map(({ text }) => ({
          label: eventText(instance.workflow, shown.into, event.type),
          at: event.at,
          text,
        }))
    }),
  )
  return found.flat()
}
