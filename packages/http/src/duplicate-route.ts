// Hints at intake: appeals that may be the same as the one about to be taken, by place, category
// and time. Only what the caller may see is compared, and nothing is decided here.
import { type InstanceRow, listInstances, scopeOf } from '@linli/engine'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { categoryName } from './case-view.ts'
import { stateText } from './language.ts'
import { workflowNamed } from './list-route.ts'
import { named } from './names.ts'
import type { HttpPorts } from './ports.ts'
import { ProblemError } from './problem.ts'
import { callerOf, Instant, instantOf, isIdOf, iso, language, parsed } from './route.ts'

const Query = z.object({
  place: z.string().max(80),
  category: z.string().max(120).optional(),
  at: Instant.optional(),
  /** The case that is compared with others, when it has been taken already. */
  not: z.string().max(80).optional(),
})

const Hint = z.object({
  id: z.string(),
  number: z.string().optional(),
  place: z.array(z.object({ id: z.string(), name: z.string() })),
  category: z.string().optional(),
  categoryName: z.string().optional(),
  state: z.string(),
  stateLabel: z.string(),
  startedAt: z.string(),
  ended: z.boolean(),
  same: z.object({
    place: z.enum(['itself', 'building', 'area']),
    category: z.enum(['itself', 'group', 'other']),
  }),
})
const Hints = z.object({ hints: z.array(Hint) })

/** How far back a case may have begun to be taken for the same (days), and how many are told. */
const DAYS = 14
const HINTS_MAX = 5
/** Cases of one area that are looked at. */
const LOOKED_AT = 500
const DAY_MS = 86_400_000

/** Adds `GET /api/duplicates`. */
export function addDuplicateRoute(app: FastifyInstance, ports: HttpPorts): void {
  const doc = {
    summary: 'Appeals that may be the same as one about to be taken',
    tag: 'appeal',
    query: Query,
    reply: Hints,
  }
  app.get('/api/duplicates', { config: { may: 'signed-in', doc } }, (request) =>
    hints(ports, request),
  )
}

async function hints(ports: HttpPorts, request: FastifyRequest) {
  const query = parsed(Query, request.query, request)
  const place = await placeOf(ports, query.place)
  const workflow = workflowNamed(ports, 'appeal')
  const at = instantOf(query.at ?? '') ?? ports.engine.now()
  const { rows } = await listInstances(ports.read.db, {
    filter: {
      workflow: workflow.id,
      place: place.area,
      notStates: ['rejected', 'withdrawn', 'merged', 'mergedOutside', 'archived'],
      startedFrom: at - DAYS * DAY_MS,
    },
    scope: scopeOf(callerOf(request), workflow.id),
    sort: 'startedAt',
    descending: true,
    limit: LOOKED_AT,
  })
  const into = language(request)
  const alike = rows
    .filter(({ id }) => id !== query.not)
    .map((row) => ({ row, same: likeness(row, place, query.category) }))
    .filter(({ same }) => weight(same) >= ENOUGH)
    .sort((a, b) => weight(b.same) - weight(a.same) || b.row.startedAt - a.row.startedAt)
    .slice(0, HINTS_MAX)
  return {
    hints: await Promise.all(
      alike.map(async ({ row, same }) => ({
        id: row.id,
        number: row.number,
        place: await named(ports.engine, row.place),
        category: row.category,
        categoryName:
          row.category === undefined
            ? undefined
            : categoryName(ports.categories, row.category, into),
        state: row.state,
        stateLabel: stateText(workflow, into, row.state),
        startedAt: iso(row.startedAt),
        ended: row.ended,
        same,
      })),
    ),
  }
}

type Place = { id: string; building: string | undefined; area: string }

const Facts = z.object({ path: z.array(z.string()), kind: z.string() })

/** A place, the building it is in, and the area in which cases are compared: its estate. */
async function placeOf({ engine }: HttpPorts, id: string): Promise<Place> {
  const factsOf = async (one: string) => {
    const instance = isIdOf('place', one) ? await engine.instances.get(one) : undefined
    return Facts.safeParse(instance?.workflow.summary(instance).facts).data
  }
  const own = await factsOf(id)
  if (own === undefined) throw new ProblemError('not-found', { field: 'place' })
  const above = own.path.slice(0, -1)
  const path = [
    ...(await Promise.all(above.map(async (one) => ({ one, kind: (await factsOf(one))?.kind })))),
    { one: id, kind: own.kind },
  ]
  const inPath = (kind: string) => path.find((one) => one.kind === kind)?.one
  const building = inPath('building')
  return { id, building, area: inPath('estate') ?? building ?? id }
}

type Same = z.infer<typeof Hint>['same']

function likeness(row: InstanceRow, place: Place, category: string | undefined): Same {
  const isIn = (id: string | undefined) => id !== undefined && row.place.includes(id)
  return {
    place: row.place.at(-1) === place.id ? 'itself' : isIn(place.building) ? 'building' : 'area',
    category: likeCategory(row.category, category),
  }
}

/** Of one second level of the tree, such as `heating.indoor`, cases may be one. */
function likeCategory(one: string | undefined, other: string | undefined): Same['category'] {
  if (one === undefined || other === undefined) return 'other'
  if (one === other) return 'itself'
  const group = (path: string) => path.split('.').slice(0, 2).join('.')
  return group(one) === group(other) ? 'group' : 'other'
}

const WEIGHTS = { itself: 3, building: 2, group: 2, area: 0, other: 0 } as const
/** The same household, whatever it is about; or the same subject nearby. */
const ENOUGH = 3

const weight = ({ place, category }: Same): number => WEIGHTS[place] + WEIGHTS[category]
