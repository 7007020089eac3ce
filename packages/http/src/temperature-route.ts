// A building by floors with the newest room temperature of each household, as of any moment:
// measured for a referral, or on a visit. What the caller may not read is not in it.
import { knownAt } from '@linli/engine'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { nameOf } from './names.ts'
import { instanceAt, type PlaceAsked, rowsAtPlace } from './place-rows.ts'
import type { HttpPorts } from './ports.ts'
import { ProblemError } from './problem.ts'
import { callerOf, Instant, isIdOf, iso, Moment, momentOf, parsed } from './route.ts'

const Reading = z.object({
  celsius: z.number(),
  measuredAt: Instant,
  by: z.enum(['unit', 'tester', 'visit']),
  instance: z.string(),
})
type Reading = z.infer<typeof Reading>
const Household = z.object({ id: z.string(), name: z.string(), reading: Reading.nullable() })
type Household = z.infer<typeof Household>
const Floors = z.object({
  building: z.object({ id: z.string(), name: z.string() }),
  /** From the top down; `null` where a household's name tells no floor. */
  floors: z.array(z.object({ floor: z.int().nullable(), households: z.array(Household) })),
  measured: z.int(),
  coldestC: z.number().nullable(),
})
const Measured = z.object({
  measurements: z.array(
    z.object({ at: z.number(), by: z.enum(['unit', 'tester']), coldestC: z.number() }),
  ),
})
type Params = { Params: { id: string } }
type Asking = Pick<PlaceAsked, 'caller' | 'asOf'> & { place: string }

/** Adds the view. */
export function addTemperatureRoute(app: FastifyInstance, ports: HttpPorts): void {
  const doc = { summary: 'A building by floors with room temperatures', tag: 'figures' }
  app.get<Params>(
    '/api/places/:id/temperatures',
    { config: { may: 'signed-in', doc: { ...doc, query: Moment, reply: Floors } } },
    (request) => floorsOf(ports, request),
  )
}

async function floorsOf(ports: HttpPorts, request: FastifyRequest<Params>) {
  const { id } = request.params
  const building = isIdOf('place', id) ? await ports.engine.instances.get(id) : undefined
  if (building === undefined) throw new ProblemError('not-found', { field: 'id' })
  const query = parsed(Moment, request.query, request)
  const asOf = await momentOf(query, (time) => knownAt(ports.read.db, time))
  const asking: Asking = { caller: callerOf(request), asOf, place: id }
  const newest = await newestReadings(ports, asking)
  const filter = { workflow: 'place', place: id, ended: false }
  const places = await rowsAtPlace(ports, { ...asking, filter })
  const households = places
    .filter(({ extra }) => extra?.kind === 'household')
    .map((row) => {
      const name = row.title ?? row.id
      const floor = typeof row.extra?.floor === 'number' ? row.extra.floor : floorIn(name)
      return { floor, household: { id: row.id, name, reading: newest.get(row.id) ?? null } }
    })
    .sort((a, b) => BY_NAME.compare(a.household.name, b.household.name))
  const readings = households.flatMap(({ household: { reading } }) => reading ?? [])
  return {
    building: { id, name: await nameOf(ports.engine, id) },
    floors: byFloor(households),
    measured: readings.length,
    coldestC: readings.length === 0 ? null : Math.min(...readings.map(({ celsius }) => celsius)),
  }
}

const BY_NAME = new Intl.Collator('zh', { numeric: true })

/** The floor in a number such as `2-501` or `1203`: what stands before its last two digits. */
function floorIn(name: string): number | null {
  const digits = /(\d{1,3})\d{2}\D*$/.exec(name)?.[1]
  return digits === undefined ? null : Number(digits)
}

function byFloor(households: readonly { floor: number | null; household: Household }[]) {
  const floors = new Map<number | null, Household[]>()
  for (const { floor, household } of households) {
    floors.getOrInsertComputed(floor, () => []).push(household)
  }
  return [...floors]
    .map(([floor, households]) => ({ floor, households }))
    .sort((a, b) => (b.floor ?? BELOW) - (a.floor ?? BELOW))
}

const BELOW = Number.NEGATIVE_INFINITY

/** The newest reading of each household, whoever made it. */
async function newestReadings(ports: HttpPorts, asking: Asking): Promise<Map<string, Reading>> {
  const newest = new Map<string, Reading>()
  const found = [await ofReferrals(ports, asking), await ofVisits(ports, asking)].flat()
  for (const [household, reading] of found) {
    const known = newest.get(household)
    if (known === undefined || known.measuredAt < reading.measuredAt) newest.set(household, reading)
  }
  return newest
}

type Read = [household: string, reading: Reading]

async function ofReferrals(ports: HttpPorts, { place, ...asking }: Asking): Promise<Read[]> {
  const filter = { workflow: 'referral', place, extra: { kind: 'heating' } }
  const rows = await rowsAtPlace(ports, { ...asking, filter })
  const read: Read[] = []
  for (const { id, place: path, extra } of rows) {
    const household = path.at(-1)
    if (household === undefined || typeof extra?.measuredC !== 'number') continue
    const instance = await instanceAt(ports, id, asking.asOf)
    const known = Measured.safeParse(instance?.snapshot.context)
    const last = known.success ? known.data.measurements.at(-1) : undefined
    if (last === undefined) continue
    const { at, by, coldestC: celsius } = last
    read.push([household, { celsius, measuredAt: iso(at), by, instance: id }])
  }
  return read
}

async function ofVisits(ports: HttpPorts, { place, ...asking }: Asking): Promise<Read[]> {
  const rows = await rowsAtPlace(ports, { ...asking, filter: { workflow: 'visit', place } })
  return rows.flatMap(({ id, place: path, extra }): Read[] => {
    const household = path.at(-1)
    const { measuredC, measuredAt } = extra ?? {}
    if (household === undefined || typeof measuredC !== 'number') return []
    if (typeof measuredAt !== 'string') return []
    return [[household, { celsius: measuredC, measuredAt, by: 'visit', instance: id }]]
  })
}
