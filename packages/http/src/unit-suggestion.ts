// Which units a case of a category may go to: what an organisation says it handles, the nearest
// branch of the tree first, and among equals the kinds that the category names as its lead.
import { everyInstance } from '@linli/engine'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { z } from 'zod'
import type { HttpPorts } from './ports.ts'
import { ProblemError } from './problem.ts'
import { parsed } from './route.ts'

const Query = z.object({ category: z.string().max(120) })
const Units = z.object({
  units: z.array(
    z.object({
      id: z.string(),
      name: z.string(),
      kind: z.string(),
      /** The branch of the tree that it handles. */
      handles: z.string(),
      /** Whether the category names its kind as lead. */
      leads: z.boolean(),
    }),
  ),
})

type Suggested = z.infer<typeof Units>['units'][number]

/** Adds `GET /api/suggestions/units`. */
export function addUnitSuggestion(app: FastifyInstance, ports: HttpPorts): void {
  const summary = 'Units that a case of a category may be referred to, the likeliest first'
  const doc = { summary, tag: 'appeal', query: Query, reply: Units }
  app.get('/api/suggestions/units', { config: { may: 'signed-in', doc } }, (request) =>
    suggested(ports, request),
  )
}

async function suggested({ read, categories }: HttpPorts, request: FastifyRequest) {
  const { category } = parsed(Query, request.query, request)
  const node = categories.find(({ path }) => path === category)
  if (node === undefined) throw new ProblemError('not-found', { field: 'category' })
  const asked = {
    filter: { workflow: 'organisation', states: ['active'] },
    scope: [{ all: true as const }],
  }
  const units: Suggested[] = []
  for await (const { id, title = id, extra } of everyInstance(read.db, asked)) {
    const handles = String(extra?.handles ?? '')
      .split(' ')
      .filter((branch) => category === branch || category.startsWith(`${branch}.`))
      .toSorted((a, b) => b.length - a.length)[0]
    if (handles === undefined) continue
    const kind = String(extra?.kind)
    units.push({ id, name: title, kind, handles, leads: node.lead?.includes(kind) === true })
  }
  const order = (one: Suggested) => one.handles.length + (one.leads ? LEADS : 0)
  return { units: units.toSorted((a, b) => order(b) - order(a)) }
}

/** Longer than any path of the tree. */
const LEADS = 1_000
