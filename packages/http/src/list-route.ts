// Lists over the read models, as of any moment and cut to what the caller may see.
import {
  type Caller,
  findByWords,
  type InstanceFilter,
  type InstanceRow,
  type InstancesAsked,
  knownAt,
  listInstances,
  personName,
  readCursor,
  scopeOf,
  totalInstances,
  turnsOf,
  type Workflow,
} from '@linli/engine'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { categoryName, opening } from './case-view.ts'
import { type Language, roleText, stateText } from './language.ts'
import { filterOf, ListFilter } from './list-filter.ts'
import { named, nameOf } from './names.ts'
import type { HttpPorts } from './ports.ts'
import { ProblemError } from './problem.ts'
import { RowPage } from './reply-schema.ts'
import { callerOf, isIdOf, iso, language, Moment, momentOf, parsed } from './route.ts'

/** What lists and figures have in common: a filter and a moment. */
export const Asked = ListFilter.extend(Moment.shape)
const ListQuery = Asked.extend({
  sort: z.enum(['dueAt', 'startedAt', 'enteredAt', 'number']).optional(),
  order: z.enum(['asc', 'desc']).optional(),
  cursor: z.string().max(40).optional(),
  limit: z.coerce.number().int().min(1).max(500).optional(),
})

/** How long a read waits for a write the caller names (ms). */
const AFTER_MS = 2_000

/** Adds the list of every workflow. */
export function addListRoutes(app: FastifyInstance, ports: HttpPorts): void {
  for (const workflow of ports.engine.workflows.values()) {
    const doc = {
      summary: `List ${workflow.id}`,
      tag: workflow.id,
      query: ListQuery,
      reply: RowPage,
    }
    app.get(`/api/${workflow.id}`, { config: { may: 'signed-in', doc } }, (request, reply) =>
      list(ports, workflow, { request, reply }),
    )
  }
}

/** A request and its answer. */
export type Exchange = { request: FastifyRequest; reply: FastifyReply }
/** Waits for the caller's own write, and says how far the read models are. */
export async function ownWrites(ports: HttpPorts, { request, reply }: Exchange): Promise<void> {
  const after = request.headers['linli-after']
  if (after !== undefined) {
    const position = Number(after)
    if (!Number.isSafeInteger(position)) {
      throw new ProblemError('header-invalid', { field: 'Linli-After' })
    }
    await ports.read.waitFor(position, AFTER_MS)
  }
  reply.header('linli-position', String(ports.read.position()))
}

export type AskedQuery = z.output<typeof Asked>

/** The question to the read model: the filter, cut to what the caller may see, and when. */
export async function askedFor(
  ports: HttpPorts,
  of: { workflow: Workflow; caller: Caller; query: AskedQuery },
): Promise<Required<Pick<InstancesAsked, 'filter' | 'scope' | 'asOf'>>> {
  const { workflow, caller, query } = of
  const asOf = await momentOf(query, (time) => knownAt(ports.read.db, time))
  const { id } = workflow
  const filter = {
    ...filterOf(query),
    ...(await gridOf(ports, query.place)),
    ...mine(query, caller, id),
    ...(await words(ports, { text: query.q, workflow: id, caller })),
    workflow: id,
  }
  return { filter, scope: scopeOf(caller, id), asOf }
}

/** A grid is in no path: it stands for the buildings that it lies over. */
async function gridOf({ engine }: HttpPorts, place: string | undefined) {
  const instance =
    place !== undefined && isIdOf('place', place) ? await engine.instances.get(place) : undefined
  const { extra, links = [] } = instance?.workflow.summary(instance) ?? {}
  return extra?.kind === 'grid' ? { places: links.map(({ id }) => id) } : {}
}

/** What waits for the caller: owned, or the turn of a role held there. Residents have their own. */
function mine(query: AskedQuery, caller: Caller, workflow: string): Partial<InstanceFilter> {
  if (query.mine !== '1') return {}
  const { person, grants } = caller
  if (person !== undefined && grants.every(({ role }) => role === 'resident')) return { person }
  const owner = person === undefined ? {} : { owner: person }
  return { mine: { ...owner, turns: turnsOf(caller, workflow) } }
}

async function words(
  ports: HttpPorts,
  asked: { text: string | undefined; workflow: string; caller: Caller },
): Promise<Partial<InstanceFilter>> {
  const { text = '', workflow, caller } = asked
  if (text === '') return {}
  const secret = ports.engine.keyFile.derive('search')
  const found = await findByWords(ports.read.db, secret, { text, workflow, caller })
  return found === undefined ? {} : { found }
}

/** The workflow of that name, or the problem `not-found`. */
export function workflowNamed(ports: HttpPorts, id: string): Workflow {
  const workflow = ports.engine.workflows.get(id)
  if (workflow === undefined) throw new ProblemError('not-found', { field: 'workflow' })
  return workflow
}

/** The time zone of the policy that new cases of a workflow begin with. */
export function zoneOf({ engine }: HttpPorts, { id, policies }: Workflow): string {
  return policies.get(engine.policyId(id))?.calendar.timeZone ?? 'UTC'
}

async function list(ports: HttpPorts, workflow: Workflow, exchange: Exchange) {
  const { request } = exchange
  const query = parsed(ListQuery, request.query, request)
  await ownWrites(ports, exchange)
  const cursor = query.cursor === undefined ? undefined : readCursor(query.cursor)
  if (query.cursor !== undefined && cursor === undefined) {
    throw new ProblemError('invalid', { field: 'cursor' })
  }
  const asked = await askedFor(ports, { workflow, caller: callerOf(request), query })
  const page = await listInstances(ports.read.db, {
    ...asked,
    descending: query.order === 'desc',
    ...(query.sort === undefined ? {} : { sort: query.sort }),
    ...(query.limit === undefined ? {} : { limit: query.limit }),
    ...(cursor === undefined ? {} : { cursor }),
  })
  const into = language(request)
  const shown = await withNames(ports, page.rows, callerOf(request))
  const rows = await Promise.all(shown.map((row) => rowOf(ports, row, into)))
  const asOf = asOfOf(query)
  return {
    rows,
    next: page.next ?? null,
    ...(cursor === undefined ? { total: await totalInstances(ports.read.db, asked) } : {}),
    ...(asOf === undefined ? {} : { asOf }),
  }
}

function asOfOf({ at, known }: AskedQuery): { at?: string; known?: string } | undefined {
  if (at === undefined && known === undefined) return undefined
  return { ...(at === undefined ? {} : { at }), ...(known === undefined ? {} : { known }) }
}

/** Persons are listed by name for those who may see it; each is an opening like any other. */
async function withNames(
  ports: HttpPorts,
  rows: readonly InstanceRow[],
  caller: Caller,
): Promise<InstanceRow[]> {
  return Promise.all(
    rows.map(async (row) => {
      if (row.workflow !== 'person') return row
      const instance = await ports.engine.instances.get(row.id)
      const viewer = { caller, language: 'zh' as const, why: 'list' }
      if (instance === undefined || !(await opening(ports, instance, viewer))) return row
      const title = await personName(ports.engine, row.id)
      return title === undefined ? row : { ...row, title }
    }),
  )
}

async function rowOf(ports: HttpPorts, row: InstanceRow, into: Language) {
  const workflow = workflowNamed(ports, row.workflow)
  const { id, number, title, state, category, channel, leadUnit, responsible, dueAt, warnAt } = row
  return {
    id,
    workflow: row.workflow,
    number,
    title,
    state,
    path: state,
    stateLabel: stateText(workflow, into, state),
    category,
    categoryName:
      category === undefined ? undefined : categoryName(ports.categories, category, into),
    channel,
    place: await named(ports.engine, row.place),
    leadUnit:
      leadUnit === undefined
        ? undefined
        : { id: leadUnit, name: await nameOf(ports.engine, leadUnit) },
    owner: row.owner,
    supervised: row.supervised,
    card: row.card,
    dueAt: dueAt === undefined ? undefined : iso(dueAt),
    warnAt: warnAt === undefined ? undefined : iso(warnAt),
    responsible,
    responsibleLabel: responsible === undefined ? undefined : roleText(into, responsible),
    startedAt: iso(row.startedAt),
    enteredAt: iso(row.enteredAt),
    ended: row.ended,
    revision: row.revision,
    extra: row.extra,
  }
}
