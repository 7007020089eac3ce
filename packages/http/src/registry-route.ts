// What pages need to know of the neighbourhood and of linli itself: workflows with their texts,
// places, categories, notices, and effects that wait for a person.
import { type Caller, chart, listInstances, type Workflow } from '@linli/engine'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { formOf } from './command-form.ts'
import { type Language, textOf } from './language.ts'
import type { Category, HttpPorts } from './ports.ts'
import { ProblemError } from './problem.ts'
import { callerOf, iso, language, parsed } from './route.ts'

const tag = 'registry'
const PLACES = 500
const PlaceQuery = z.object({ parent: z.string().max(80).optional() })

/** Adds the registries. */
export function addRegistryRoutes(app: FastifyInstance, ports: HttpPorts): void {
  const { workflows } = ports.engine
  app.get(
    '/api/workflows',
    { config: { may: 'anyone', doc: { summary: 'The workflows', tag } } },
    (request) =>
      [...workflows.values()].map((workflow) => ({
        id: workflow.id,
        version: workflow.version,
        record: workflow.record,
        label: textOf(workflow, language(request), 'workflow'),
        policies: [...workflow.policies.keys()],
        starts: startsOf(workflow, language(request)),
      })),
  )
  const versionDoc = { summary: 'A version: its chart, texts and schemas', tag }
  app.get<{ Params: { workflow: string; version: string } }>(
    '/api/workflows/:workflow/versions/:version',
    { config: { may: 'anyone', doc: versionDoc } },
    (request) => {
      const workflow = workflows.get(request.params.workflow)
      if (workflow === undefined) throw new ProblemError('not-found', { field: 'workflow' })
      const version = Number(request.params.version)
      if (!workflow.machines.has(version)) throw new ProblemError('not-found', { field: 'version' })
      return versionOf(workflow, version, language(request))
    },
  )
  app.get(
    '/api/places',
    { config: { may: 'anyone', doc: { summary: 'Places below one', tag, query: PlaceQuery } } },
    async (request) => places(ports, parsed(PlaceQuery, request.query, request).parent),
  )
  app.get(
    '/api/categories',
    { config: { may: 'anyone', doc: { summary: 'The category tree', tag } } },
    (request) => treeOf(ports.categories, '', language(request)),
  )
  addOfficeRoutes(app, ports)
}

function startsOf(workflow: Workflow, into: Language) {
  return [...workflow.commands.values()]
    .filter((command) => command.starts === true && command.by.some((role) => role !== 'system'))
    .map((command) => ({
      command: command.name,
      label: textOf(workflow, into, `command.${command.name}`),
      by: command.by,
      schema: formOf(workflow, command, into),
    }))
}

function versionOf(workflow: Workflow, version: number, into: Language) {
  const commands = [...workflow.commands.values()]
  return {
    id: workflow.id,
    version,
    chart: chart(workflow, version),
    texts: workflow.texts[into],
    schemas: Object.fromEntries(
      commands.map((command) => [command.name, formOf(workflow, command, into)]),
    ),
    policies: [...workflow.policies.values()],
  }
}

/** Places are public: whoever reports has to name one. */
async function places(ports: HttpPorts, parent: string | undefined) {
  const filter = {
    workflow: 'place',
    ended: false,
    ...(parent === undefined ? {} : { place: parent }),
  }
  const asked = { filter, scope: [{ all: true as const }], limit: PLACES }
  const { rows } = await listInstances(ports.read.db, asked)
  return rows
    .filter((row) => row.place.at(-2) === parent)
    .map((row) => ({
      id: row.id,
      name: row.title ?? row.id,
      kind: row.extra?.kind ?? '',
      parent: row.place.at(-2) ?? null,
    }))
    .sort((a, b) => BY_NAME.compare(a.name, b.name))
}

const BY_NAME = new Intl.Collator('zh', { numeric: true })

type CategoryNode = { path: string; label: string; kind: string; children: CategoryNode[] }

function treeOf(all: readonly Category[], parent: string, into: Language): CategoryNode[] {
  return all
    .filter(({ path }) => path.slice(0, Math.max(0, path.lastIndexOf('.'))) === parent)
    .map((one) => ({
      path: one.path,
      label: one[into],
      kind: one.kind ?? '',
      children: treeOf(all, one.path, into),
    }))
}

function addOfficeRoutes(app: FastifyInstance, ports: HttpPorts): void {
  const office = ['coordinator', 'administrator'] as const
  app.get(
    '/api/effects/parked',
    { config: { may: office, doc: { summary: 'Effects that wait for a person', tag: 'office' } } },
    async () => ({
      effects: await ports.work
        .selectFrom('waiting_effect')
        .select(['id', 'stream', 'tries', 'error', 'nextAt'])
        .where('parked', '=', 1)
        .limit(PLACES)
        .execute(),
    }),
  )
  app.post<{ Params: { id: string } }>(
    '/api/effects/:id/release',
    { config: { may: office, doc: { summary: 'Try a parked effect again', tag: 'office' } } },
    async (request, reply) => {
      if (!(await ports.effects.release(request.params.id))) {
        throw new ProblemError('not-found', { field: 'id' })
      }
      return reply.code(204).send()
    },
  )
  app.get(
    '/api/notices',
    { config: { may: 'signed-in', doc: { summary: 'One’s own notices', tag: 'office' } } },
    (request) => notices(ports, request),
  )
}

const NOTICES = 100

async function notices(ports: HttpPorts, request: FastifyRequest) {
  const caller = callerOf(request)
  const units = caller.grants.flatMap((grant) => grant.unit ?? [])
  const roles = caller.grants.map((grant) => grant.role)
  const rows = await ports.work
    .selectFrom('notice')
    .selectAll()
    .where((row) =>
      row.or([
        row('person', '=', caller.person ?? ''),
        ...(units.length === 0 ? [] : [row('unit', 'in', units)]),
        ...(roles.length === 0
          ? []
          : [row.and([row('person', 'is', null), row('role', 'in', roles)])]),
      ]),
    )
    .orderBy('at', 'desc')
    .limit(NOTICES)
    .execute()
  const mine = await whereHeld(ports, caller, rows)
  return {
    notices: mine.map(({ id, instance, text, at, readAt }) => {
      const workflow = ports.engine.instances.workflowOf(instance)
      const label =
        workflow === undefined ? text : textOf(workflow, language(request), `notify.${text}`)
      return { id, instance, text, label, at: iso(at), read: readAt !== null }
    }),
  }
}

/** A notice for a role somewhere is for those who hold it there, above it, or everywhere. */
async function whereHeld<Row extends { role: string | null; place: string | null }>(
  ports: HttpPorts,
  caller: Caller,
  rows: readonly Row[],
): Promise<Row[]> {
  const held = await Promise.all(
    rows.map(async ({ role, place }) => {
      if (role === null || place === null) return true
      const instance = await ports.engine.instances.get(place)
      const path = instance?.workflow.summary(instance).place ?? [place]
      return caller.grants.some(
        (grant) => grant.role === role && (grant.place === undefined || path.includes(grant.place)),
      )
    }),
  )
  return rows.filter((_, index) => held[index])
}
