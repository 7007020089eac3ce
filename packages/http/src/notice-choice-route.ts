// What one wants of notices outside the pages, and what could not be delivered. The choices are
// everybody's own: nobody reads or sets those of another.
import { Channel, keepChoice, NoticeChoice, ownChoice } from '@linli/engine'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { textOf } from './language.ts'
import type { HttpPorts } from './ports.ts'
import { ProblemError } from './problem.ts'
import { callerOf, iso, language, parsed } from './route.ts'

const tag = 'office'
const office = ['coordinator', 'administrator'] as const
const UNDELIVERED_MOST = 200
const PARKED = 2

const Choices = z.object({
  channels: z.array(z.object({ channel: Channel, available: z.boolean() })),
  kinds: z.array(z.object({ kind: z.string(), label: z.string() })),
  choice: NoticeChoice,
})

/** Adds one's own choices, and what is parked. */
export function addNoticeChoiceRoutes(app: FastifyInstance, ports: HttpPorts): void {
  const readDoc = { summary: 'What one wants of notifications', tag, reply: Choices }
  app.get('/api/me/notifications', { config: { may: 'signed-in', doc: readDoc } }, (request) =>
    choices(ports, request),
  )
  const doc = { summary: 'Choose channels, quiet hours and digest', tag, body: NoticeChoice }
  app.put(
    '/api/me/notifications',
    { config: { may: 'signed-in', doc: { ...doc, reply: Choices } } },
    async (request) => {
      const choice = parsed(NoticeChoice, request.body, request)
      const kinds = new Set(['*', ...kindsOf(ports, request).map(({ kind }) => kind)])
      const workflows = ports.engine.workflows
      const unknown = Object.keys(choice.channels).find(
        (kind) => !kinds.has(kind) && !workflows.has(kind),
      )
      if (unknown !== undefined) throw new ProblemError('invalid', { field: `channels.${unknown}` })
      const { engine, work } = ports
      await keepChoice({ work, vault: engine.vault }, personOf(request), choice)
      return choices(ports, request)
    },
  )
  const parkedDoc = { summary: 'Notifications that could not be delivered', tag }
  app.get('/api/notifications/parked', { config: { may: office, doc: parkedDoc } }, () =>
    parked(ports),
  )
  const releaseDoc = { summary: 'Try parked notifications again', tag }
  app.post(
    '/api/notifications/release',
    { config: { may: office, doc: releaseDoc } },
    async () => ({ released: (await ports.courier?.release()) ?? 0 }),
  )
}

async function choices(ports: HttpPorts, request: FastifyRequest) {
  const { engine, work, courier } = ports
  const on = courier?.channels ?? []
  return {
    channels: Channel.options.map((channel) => ({ channel, available: on.includes(channel) })),
    kinds: kindsOf(ports, request),
    choice: await ownChoice({ work, vault: engine.vault }, personOf(request)),
  }
}

/** Whoever is no person (the command line, a link) gets no notifications. */
function personOf(request: FastifyRequest): string {
  const { person } = callerOf(request)
  if (person === undefined) throw new ProblemError('forbidden')
  return person
}

/** Every notice that a workflow has a text for. */
function kindsOf(ports: HttpPorts, request: FastifyRequest): { kind: string; label: string }[] {
  const into = language(request)
  return [...ports.engine.workflows.values()].flatMap((workflow) =>
    Object.keys(workflow.texts[into])
      .filter((key) => key.startsWith(NOTIFY))
      .map((key) => ({
        kind: `${workflow.id}.${key.slice(NOTIFY.length)}`,
        label: textOf(workflow, into, key),
      })),
  )
}

const NOTIFY = 'notify.'

async function parked({ work }: HttpPorts) {
  const rows = await work
    .selectFrom('notice_delivery')
    .innerJoin('notice', 'notice.id', 'notice_delivery.notice')
    .select([
      'notice_delivery.id',
      'notice_delivery.person',
      'channel',
      'tries',
      'error',
      'instance',
      'at',
    ])
    .where('state', '=', PARKED)
    .orderBy('at')
    .limit(UNDELIVERED_MOST)
    .execute()
  return { parked: rows.map(({ at, ...row }) => ({ ...row, at: iso(at) })) }
}
