// The machine of a place: a record, without clocks and without anybody's turn. Its path is that
// of its parent, looked up when it is registered, and its own id. May not import a store or HTTP.
import { check, coreActions, type EventsOf } from '@linli/workflow'
import { assign, setup } from 'xstate'
import { z } from 'zod'
import { type commands, PlaceKind } from './commands.ts'

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
  ended: boolean
}
type Events = EventsOf<'place', typeof commands>
type Kinds = Readonly<Record<PlaceKind, readonly PlaceKind[]>>

const PARENTS: Kinds = {
  community: [],
  estate: ['community'],
  building: ['estate', 'community'],
  entrance: ['building'],
  household: ['entrance', 'building'],
  grid: ['community', 'estate'],
}

/** The machine of a place. */
export const machine = setup({
  types: {} as { context: PlaceContext; events: Events },
  actions: {
    ...coreActions,
    keepPlace: assign(({ event }) => {
      if (event.type !== 'place.registered') return {}
      const { kind, name } = event.data
      const above = PlaceFacts.safeParse(event.facts.parent)
      const path = [...(above.success ? above.data.path : []), event.stream]
      return { kind, name, path, ...measuresOf(event.data) }
    }),
    keepName: assign(({ event }) =>
      event.type === 'place.renamed' ? { name: event.data.name } : {},
    ),
    keepMeasures: assign(({ event }) =>
      event.type === 'place.corrected' ? measuresOf(event.data) : {},
    ),
    markEnded: assign({ ended: true }),
  },
  guards: {
    standsInParent: check<PlaceContext, { kind: PlaceKind; parent?: string; buildings?: string[] }>(
      ({ data, facts }) => {
        if (!areBuildings(data, facts.buildings)) return false
        if (data.parent === undefined) return PARENTS[data.kind].length === 0
        const above = PlaceFacts.safeParse(facts.parent)
        if (!above.success || above.data.ended === true) return false
        return PARENTS[data.kind].includes(above.data.kind)
      },
    ),
    coversBuildings: check<PlaceContext, { buildings?: string[] }>(({ data, facts, context }) =>
      areBuildings({ ...data, kind: context.kind }, facts.buildings),
    ),
  },
}).createMachine({
  id: 'place',
  context: { path: [], kind: 'community', name: '', ended: false },
  initial: 'new',
  states: {
    new: {
      on: {
        'place.registered': { target: 'active', guard: 'standsInParent', actions: 'keepPlace' },
      },
    },
    active: {
      on: {
        'place.renamed': { actions: 'keepName' },
        'place.corrected': { guard: 'coversBuildings', actions: 'keepMeasures' },
        'place.ended': { target: 'ended', actions: 'markEnded' },
      },
    },
    ended: { type: 'final' },
  },
})

type Measures = Pick<PlaceContext, 'areaM2' | 'floors' | 'households' | 'address' | 'buildings'>
type Given = { [Name in keyof Measures]: Measures[Name] | undefined }

function measuresOf(given: Given): Measures {
  const { areaM2, floors, households, address, buildings } = given
  return {
    ...(areaM2 === undefined ? {} : { areaM2 }),
    ...(floors === undefined ? {} : { floors }),
    ...(households === undefined ? {} : { households }),
    ...(address === undefined ? {} : { address }),
    ...(buildings === undefined ? {} : { buildings }),
  }
}

/** Only a grid lies over buildings, and each that it names must be one. */
function areBuildings(given: { kind: PlaceKind; buildings?: string[] }, facts: unknown): boolean {
  if (given.buildings === undefined) return true
  const found = z.array(PlaceFacts).safeParse(facts)
  return (
    given.kind === 'grid' &&
    found.success &&
    found.data.length === given.buildings.length &&
    found.data.every((place) => place.kind === 'building')
  )
}
