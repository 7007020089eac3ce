// What pages need to know of the neighbourhood and of linli itself: workflows with their texts,
// places, categories, and effects that wait for a person.
import { chart, listInstances, type Workflow } from '@linli/engine'
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { formOf } from './command-form.ts'
import { type Language, textOf } from './language.ts'
import type { Category, HttpPorts } from './ports.ts'
import { ProblemError } from './problem.ts'
import { language, parsed } from './route.ts'

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

type CategoryNode = {
  path: string
  label: string
  kind: string
  tier?: string
  /** When a case of it may be established, and when it may be closed. */
  establish?: string
  closes?: string
  lead?: readonly string[]
  children: CategoryNode[]
}

function treeOf(all: readonly Category[], parent: string, into: Language): CategoryNode[] {
  return all
    .filter(({ path }) => path.slice(0, Math.max(0, path.lastIndexOf('.'))) === parent)
    .map((one) => ({
      path: one.path,
      label: one[into],
      kind: one.kind ?? '',
      ...(one.tier === undefined ? {} : { tier: one.tier }),
      ...(one.establish === undefined ? {} : { establish: one.establish[into] }),
      ...(one.closes === undefined ? {} : { closes: one.closes[into] }),
      ...(one.lead === undefined ? {} : { lead: one.lead }),
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
}
