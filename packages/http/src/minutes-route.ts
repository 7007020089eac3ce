// Minutes of a deliberation as a page to print: for whoever may read the topic, and for everybody
// once its resolution is published. Nothing personal stands in them.
import {
  findInstance,
  type Instance,
  mayRead,
  type Recorded,
  rowIn,
  stateOf,
  statePath,
  type View,
} from '@linli/engine'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { categoryName } from './case-view.ts'
import { type Language, stateText, textOf } from './language.ts'
import {
  type Meeting,
  type Minutes,
  minutesPage,
  type Objections,
  type Task,
} from './minutes-page.ts'
import { nameOf } from './names.ts'
import type { HttpPorts } from './ports.ts'
import { ProblemError } from './problem.ts'
import { perMinute } from './rate.ts'
import { callerOf, isIdOf, language } from './route.ts'
import { PAGE_HEADERS } from './web-route.ts'

const TOPIC = 'deliberation'
/** States in which the result is public. */
const PUBLIC = /^(published|carryingOut|done)(\.|$)/
type Params = { Params: { id: string } }
const doc = { tag: TOPIC, type: 'text/html' }

/** Adds the minutes: of a topic one may read, and the public ones of a published result. */
export function addMinutesRoutes(app: FastifyInstance, ports: HttpPorts): void {
  if (!ports.engine.workflows.has(TOPIC)) return
  app.get<Params>(
    `/api/${TOPIC}/:id/minutes`,
    { config: { may: 'signed-in', doc: { ...doc, summary: 'Minutes of a deliberation' } } },
    async (request, reply) => {
      const instance = await topicOf(ports, request.params.id)
      if (!mayRead(callerOf(request), TOPIC, rowIn(instance))) throw new ProblemError('forbidden')
      return answer(ports, request, reply)
    },
  )
  const rateLimit = perMinute((ports.signInsPerMinute ?? 20) * 6)
  const publicDoc = { ...doc, tag: 'resident', summary: 'Minutes of a published resolution' }
  app.get<Params>(
    '/api/resident/minutes/:id',
    { config: { may: 'anyone', rateLimit, doc: publicDoc } },
    async (request, reply) => {
      const instance = await topicOf(ports, request.params.id)
      if (!PUBLIC.test(statePath(stateOf(instance)))) {
        throw new ProblemError('not-found', { field: 'id' })
      }
      return answer(ports, request, reply)
    },
  )
}

async function topicOf(ports: HttpPorts, id: string): Promise<Instance> {
  const instance = isIdOf(TOPIC, id) ? await ports.engine.instances.current(id) : undefined
  if (instance === undefined) throw new ProblemError('not-found', { field: 'id' })
  return instance
}

async function answer(ports: HttpPorts, request: FastifyRequest<Params>, reply: FastifyReply) {
  const view = await ports.view(request.params.id, {})
  if (view === undefined) throw new ProblemError('not-found', { field: 'id' })
  const into = language(request)
  const { workflow } = view.instance
  const minutes = await minutesOf(ports, view, into)
  const text = (key: string) => textOf(workflow, into, key)
  reply.headers(PAGE_HEADERS)
  reply.header('content-language', into === 'zh' ? 'zh-CN' : 'en')
  return reply.type('text/html; charset=utf-8').send(minutesPage(minutes, { into, text }))
}

/** What the page reads of a folded topic. */
const Folded = z.object({
  body: z.string().nullable(),
  resolution: z.string().nullable(),
  tasks: z.array(
    z.object({
      ...{ title: z.string(), due: z.string(), status: z.string() },
      ...{ unit: z.string().nullable(), person: z.string().nullable() },
    }),
  ),
})
const FoldedMeeting = z.object({
  ...{ number: z.int(), at: z.string(), place: z.string(), secret: z.boolean() },
  ...{ parties: z.array(z.string()), present: z.array(z.string()) },
  ballots: z.record(z.string(), z.object({ way: z.string() })),
})

async function minutesOf(ports: HttpPorts, view: View, into: Language): Promise<Minutes> {
  const { instance, events } = view
  const { workflow } = instance
  const folded = Folded.parse(instance.snapshot.context)
  const { title = '', place, links = [] } = workflow.summary(instance)
  const own = await findInstance(ports.read.db, instance.stream, { scope: [{ all: true }] })
  const gathered = links.filter(({ rel }) => rel === 'gathers')
  const published = events.findLast(({ event }) => event.type === `${TOPIC}.published`)
  const zone = workflow.policies.get(instance.policy)?.calendar.timeZone ?? 'UTC'
  return {
    ...{ title, zone, number: own?.number, revision: instance.revision },
    places: await Promise.all(place.map((id) => nameOf(ports.engine, id))),
    body: folded.body === null ? undefined : await nameOf(ports.engine, folded.body),
    appeals: await Promise.all(gathered.map(({ id }) => appealLine(ports, id, into))),
    state: stateText(workflow, into, statePath(stateOf(instance))),
    meetings: await meetingsOf(ports, view, into),
    resolution: folded.resolution ?? undefined,
    publishedAt: published?.event.at,
    objections: objectionsOf(events),
    tasks: await Promise.all(folded.tasks.map((task) => taskOf(ports, task, { view, into }))),
  }
}

/** An appeal by its number and what it is about, never by its words. */
async function appealLine(ports: HttpPorts, id: string, into: Language): Promise<string> {
  const row = await findInstance(ports.read.db, id, { scope: [{ all: true }] })
  const about = row?.category ? categoryName(ports.categories, row.category, into) : ''
  return [row?.number ?? '', about].filter((part) => part !== '').join(' ')
}

async function taskOf(
  ports: HttpPorts,
  { title, due, status, unit, person }: z.output<typeof Folded>['tasks'][number],
  { view, into }: { view: View; into: Language },
): Promise<Task> {
  const { workflow } = view.instance
  const owner =
    unit !== null
      ? await nameOf(ports.engine, unit)
      : person !== null
        ? textOf(workflow, into, 'minutes.person')
        : ''
  return { title, due, owner, status: textOf(workflow, into, `option.status.${status}`) }
}

const CALLS: ReadonlySet<string> = new Set(['scheduled', 'calledAgain'].map(typed))
const COUNTED = typed('counted')
/** After these a meeting is no longer on the table; before them it stands as it was. */
const LEAVING: ReadonlySet<string> = new Set(['postponed', 'upheld'].map(typed))

function typed(records: string): string {
  return `${TOPIC}.${records}`
}

/** Each meeting as it stood at its count, or at the last event before something else began. */
async function meetingsOf(ports: HttpPorts, view: View, into: Language): Promise<Meeting[]> {
  const ends: number[] = []
  for (const [index, { event }] of view.events.entries()) {
    if (!CALLS.has(event.type)) continue
    const rest = view.events.slice(index + 1)
    const stop = rest.findIndex((one) => CALLS.has(one.event.type) || LEAVING.has(one.event.type))
    const mine = stop < 0 ? rest : rest.slice(0, stop)
    const end = mine.find((one) => one.event.type === COUNTED) ?? mine.at(-1)
    ends.push(end?.event.revision ?? event.revision)
  }
  const met = await Promise.all(ends.map((revision) => meetingAt(ports, view, { revision, into })))
  return met.flatMap((one) => one ?? [])
}

async function meetingAt(
  ports: HttpPorts,
  { instance: { stream, workflow } }: View,
  { revision, into }: { revision: number; into: Language },
): Promise<Meeting | undefined> {
  const then = await ports.view(stream, { revision })
  if (then === undefined) return undefined
  const { instance } = then
  const found = FoldedMeeting.safeParse(Reflect.get(instance.snapshot.context, 'meeting'))
  if (!found.success) return undefined
  const { number, at, place, secret, parties, present, ballots } = found.data
  const { extra = {} } = workflow.summary(instance)
  const isCounted = instance.last.type === COUNTED
  return {
    ...{ number, at, place, secret, figures: extra },
    parties: [...new Set([...parties, ...present])].map((party) => ({
      name: textOf(workflow, into, `option.party.${party}`),
      isThere: present.includes(party),
    })),
    ways: countsOf(
      Object.values(ballots).map(({ way }) => textOf(workflow, into, `option.way.${way}`)),
    ),
    result: isCounted ? stateText(workflow, into, statePath(stateOf(instance))) : undefined,
  }
}

const countsOf = (names: readonly string[]): [name: string, count: number][] => [
  ...Map.groupBy(names, (name) => name)
    .entries()
    .map(([name, all]): [string, number] => [name, all.length]),
]

function objectionsOf(events: readonly Recorded[]): Objections {
  const count = (records: string) =>
    events.filter(({ event }) => event.type === typed(records)).length
  return { raised: count('objected'), upheld: count('upheld'), dismissed: count('dismissed') }
}
