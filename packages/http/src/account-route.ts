// `GET /api/accounts/ranking`: the building chiefs of a place by what they earned in a year, as of
// any moment of it. Persons are ids beside the building's name: nothing personal is opened.
import { rankedChiefs, type Scope } from '@linli/engine'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { type Exchange, ownWrites, workflowNamed, zoneOf } from './list-route.ts'
import { nameOf } from './names.ts'
import type { HttpPorts } from './ports.ts'
import { ProblemError } from './problem.ts'
import { callerOf, Instant, instantOf, iso, parsed } from './route.ts'

const Query = z.object({
  currency: z.enum(['points', 'minutes']).optional(),
  year: z.coerce.number().int().min(1970).max(9999).optional(),
  at: Instant.optional(),
})

const Ranking = z.object({
  currency: z.string(),
  year: z.number(),
  from: z.string(),
  at: z.string(),
  rows: z.array(
    z.object({
      rank: z.number(),
      person: z.string(),
      place: z.string(),
      placeName: z.string(),
      earned: z.number(),
    }),
  ),
})

/** Who may see a ranking: of the places that the role is held in. */
const READERS: ReadonlySet<string> = new Set(['coordinator', 'supervisor', 'building-chief'])

/** Adds the ranking. */
export function addAccountRoute(app: FastifyInstance, ports: HttpPorts): void {
  const doc = {
    summary: 'Building chiefs by what they earned in a year, as of a moment',
    tag: 'figures',
    query: Query,
    reply: Ranking,
  }
  const may = ['coordinator', 'supervisor', 'building-chief'] as const
  app.get('/api/accounts/ranking', { config: { may, doc } }, (request, reply) =>
    ranking(ports, { request, reply }),
  )
}

async function ranking(ports: HttpPorts, exchange: Exchange) {
  const { request } = exchange
  const query = parsed(Query, request.query, request)
  await ownWrites(ports, exchange)
  const { currency = 'points' } = query
  const { year, from, at } = spanOf(ports, query)
  const scope = await scopeIn(ports, request)
  const ranked = await rankedChiefs(ports.read.db, { currency, from, at, scope })
  const rows = await Promise.all(
    ranked.map(async (row) => ({ ...row, placeName: await nameOf(ports.engine, row.place) })),
  )
  return { currency, year, from: iso(from), at: iso(at), rows }
}

/** The year of the moment, or the one asked for up to its end; in the zone of the policy. */
function spanOf(ports: HttpPorts, query: z.output<typeof Query>) {
  const { engine } = ports
  const zone = zoneOf(ports, workflowNamed(ports, 'account'))
  const now = engine.now()
  const asked = Math.min(now, (query.at === undefined ? undefined : instantOf(query.at)) ?? now)
  const local = Temporal.Instant.fromEpochMilliseconds(asked).toZonedDateTimeISO(zone)
  const year = query.year ?? local.year
  const begin = (of: number) =>
    Temporal.PlainDate.from({ year: of, month: 1, day: 1 }).toZonedDateTime(zone).epochMilliseconds
  const from = begin(year)
  if (asked < from) throw new ProblemError('invalid', { field: 'year' })
  return { year, from, at: Math.min(asked, begin(year + 1) - 1) }
}

/** A chief is ranked beside the others of the community, not alone in the building. */
async function scopeIn(ports: HttpPorts, request: FastifyRequest): Promise<Scope> {
  const grants = callerOf(request).grants.filter(({ role }) => READERS.has(role))
  return Promise.all(
    grants.map(async ({ role, place }) => {
      if (place === undefined) return { all: true as const }
      if (role !== 'building-chief') return { place }
      const facts = await ports.engine.instances.get(place)
      const path = facts?.workflow.summary(facts).place
      return { place: path?.[0] ?? place }
    }),
  )
}
