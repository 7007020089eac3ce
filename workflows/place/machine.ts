// The machine of a place: a record, without clocks and without anybody's turn. Its path is that
// of its parent, looked up when it is registered or moved, and its own id. May not import a store
// or HTTP.
import { check, coreActions, type EventsOf, when } from '@linli/workflow'
import { assign, setup } from 'xstate'
import { z } from 'zod'
import { type commands, type Opening, PlaceKind } from './commands.ts'
import { entranceIn, entranceOf } from './door-number.ts'

/** What other workflows learn of a place that they need. */
export const PlaceFacts = z.object({
  id: z.string(),
  path: z.array(z.string()),
  kind: PlaceKind,
  name: z.string(),
  areaM2: z.number().optional(),
  households: z.number().optional(),
  ended: z.boolean().optional(),
})
export type PlaceFacts = z.infer<typeof PlaceFacts>

/** A place as folded. */
export type PlaceContext = {
  path: readonly string[]
  kind: PlaceKind
  name: string
  areaM2?: number
  floors?: number
  households?: number
  address?: string
  buildings?: readonly string[]
  use?: string
  offer?: string
  opens?: readonly Opening[]
  walkMinutes?: number
  unit?: string
  ended: boolean
}
type Events = EventsOf<'place', typeof commands>
type Kinds = Readonly<Record<PlaceKind, readonly PlaceKind[]>>
type All = { all: readonly string[] }
type Given = Parameters<typeof standsInParent>[0]
type Placed = { kind?: PlaceKind; name?: string; parent?: string; buildings?: string[] }

const PARENTS: Kinds = {
  community: [],
  estate: ['community'],
  building: ['estate', 'community'],
  entrance: ['building'],
  household: ['entrance', 'building'],
  grid: ['community', 'estate'],
  resource: ['community', 'estate', 'building'],
}
const Ended = z.object({ status: z.literal('ended') })

const standsInParent = check<PlaceContext, Placed>(({ context, data, facts }) => {
  const kind = data.kind ?? context.kind
  if (!areBuildings({ ...data, kind }, facts.buildings)) return false
  if (data.parent === undefined) return PARENTS[kind].length === 0
  const above = PlaceFacts.safeParse(facts.parent)
  if (!above.success || above.data.ended === true) return false
  return PARENTS[kind].includes(above.data.kind)
})
/** A door number that names its entrance, such as 3-2-501, belongs to that entrance alone. */
const inOneEntrance = check<PlaceContext, Placed>(({ context, data, facts }) => {
  const above = PlaceFacts.safeParse(facts.parent)
  if ((data.kind ?? context.kind) !== 'household' || !above.success) return true
  if (above.data.kind !== 'entrance') return true
  const own = entranceIn(data.name ?? context.name)
  const given = entranceOf(above.data.name)
  return own === undefined || given === undefined || own === given
})
const unitStands = check<PlaceContext, Placed>(({ facts }) => !Ended.safeParse(facts.unit).success)
const isHousehold = when<PlaceContext>(({ context }) => context.kind === 'household')
const isResource = when<PlaceContext>(({ context }) => context.kind === 'resource')

/** The machine of a place. */
export const machine = setup({
  types: {} as { context: PlaceContext; events: Events },
  actions: {
    ...coreActions,
    keepPlace: assign(({ event }) => {
      if (event.type !== 'place.registered') return {}
      const { kind, name } = event.data
      const path = pathBelow(event.facts.parent, event.stream)
      return { kind, name, path, ...given(event.data, KEPT) }
    }),
    keepName: assign(({ event }) =>
      event.type === 'place.renamed' ? { name: event.data.name } : {},
    ),
    keepMeasures: assign(({ event }) =>
      event.type === 'place.corrected' ? given(event.data, KEPT) : {},
    ),
    keepOffer: assign(({ event }) =>
      event.type === 'place.announced' ? given(event.data, KEPT) : {},
    ),
    keepPath: assign(({ event }) =>
      event.type === 'place.moved' ? { path: pathBelow(event.facts.parent, event.stream) } : {},
    ),
    markEnded: assign({ ended: true }),
  },
  guards: {
    ...{ standsInParent, inOneEntrance, unitStands, isHousehold, isResource },
    mayRegister: (asked: Given, _: All) =>
      standsInParent(asked, undefined) &&
      inOneEntrance(asked, undefined) &&
      unitStands(asked, undefined),
    mayMove: (asked: Given, _: All) =>
      isHousehold(asked, undefined) &&
      standsInParent(asked, undefined) &&
      inOneEntrance(asked, undefined),
    mayAnnounce: (asked: Given, _: All) =>
      isResource(asked, undefined) && unitStands(asked, undefined),
    coversBuildings: check<PlaceContext, { buildings?: string[]; use?: string }>(
      ({ data, facts, context }) =>
        areBuildings({ ...data, kind: context.kind }, facts.buildings) &&
        (data.use === undefined || context.kind === 'building'),
    ),
  },
}).createMachine({
  id: 'place',
  context: { path: [], kind: 'community', name: '', ended: false },
  initial: 'new',
  states: {
    new: {
      on: {
        'place.registered': {
          target: 'active',
          guard: {
            type: 'mayRegister',
            params: { all: ['standsInParent', 'inOneEntrance', 'unitStands'] },
          },
          actions: 'keepPlace',
        },
      },
    },
    active: {
      on: {
        'place.renamed': { actions: 'keepName' },
        'place.corrected': { guard: 'coversBuildings', actions: 'keepMeasures' },
        'place.announced': {
          guard: { type: 'mayAnnounce', params: { all: ['isResource', 'unitStands'] } },
          actions: 'keepOffer',
        },
        'place.moved': {
          guard: {
            type: 'mayMove',
            params: { all: ['isHousehold', 'standsInParent', 'inOneEntrance'] },
          },
          actions: 'keepPath',
        },
        'place.ended': { target: 'ended', actions: 'markEnded' },
      },
    },
    ended: { type: 'final' },
  },
})

const KEPT = [
  ...['areaM2', 'floors', 'households', 'address', 'buildings', 'use'],
  ...['offer', 'opens', 'walkMinutes', 'unit'],
]

/** What was given of the names; the rest stays as it is. */
function given(data: object, names: readonly string[]): Partial<PlaceContext> {
  return Object.fromEntries(
    Object.entries(data).filter(([name, value]) => names.includes(name) && value !== undefined),
  )
}

function pathBelow(parent: unknown, own: string): string[] {
  const above = PlaceFacts.safeParse(parent)
  return [...(above.success ? above.data.path : []), own]
}

/** Only a grid lies over buildings, and each that it names must be one. */
function areBuildings(data: { kind: PlaceKind; buildings?: string[] }, facts: unknown): boolean {
  if (data.buildings === undefined) return true
  const found = z.array(PlaceFacts).safeParse(facts)
  return (
    data.kind === 'grid' &&
    found.success &&
    found.data.length === data.buildings.length &&
    found.data.every((place) => place.kind === 'building')
  )
}
