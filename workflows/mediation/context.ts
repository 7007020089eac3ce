// What a mediation remembers: parties, talks, what was agreed and whether it was kept. Pure;
// nothing personal stands here.
import { type EventsOf, iso, placePath } from '@linli/workflow'
import type { commands } from './commands.ts'

/** A party by its id; one outside is numbered, and its name stands sealed in the request. */
export type Party = { id: string; side: 'complains' | 'answers' | 'helps' }
/** Something agreed. Instants are epoch ms. */
export type Measure = {
  id: string
  kind: string
  owner: string
  due: number
  timeOfDay?: string
  doneAt?: number
}
/** A talk that was held. */
export type Talk = { at: number; attended: number }

/** A mediation as folded. */
export type MediationContext = {
  place: readonly string[]
  matter: string
  parties: readonly Party[]
  appeal?: string
  mediator?: string
  arrangedAt?: number | undefined
  talks: readonly Talk[]
  /** Talks since the last agreement failed: an agreement needs one. */
  talkedAnew: boolean
  measures: readonly Measure[]
  agreements: number
  kept?: 'all' | 'part' | 'none'
  advised?: string
}
export type Events = EventsOf<'mediation', typeof commands>
type Given = { context: MediationContext; event: Events }
type Changed = Partial<MediationContext>

/** A mediation before it is requested. */
export const NEW_MEDIATION: MediationContext = {
  ...{ place: [], matter: 'other', parties: [], talks: [], talkedAnew: false },
  ...{ measures: [], agreements: 0 },
}

/** The parties as named; those outside are numbered in their order. */
export function partiesOf(data: {
  persons?: { person: string; side: Party['side'] }[] | undefined
  units?: { unit: string; side: Party['side'] }[] | undefined
  outside?: { side: Party['side'] }[] | undefined
}): Party[] {
  return [
    ...(data.persons ?? []).map(({ person, side }) => ({ id: person, side })),
    ...(data.units ?? []).map(({ unit, side }) => ({ id: unit, side })),
    ...(data.outside ?? []).map(({ side }, n) => ({ id: `outside-${n + 1}`, side })),
  ]
}

/** Takes over the matter and its parties. */
export function requested({ event }: Given): Changed {
  if (event.type !== 'mediation.requested') return {}
  const { matter, appeal } = event.data
  const place = placePath(event.facts.place)
  return {
    ...{ matter, parties: partiesOf(event.data) },
    ...(place === undefined ? {} : { place }),
    ...(appeal === undefined ? {} : { appeal }),
  }
}

/** Whoever accepts it mediates. */
export const accepted = ({ event }: Given): Changed =>
  event.by.person === undefined ? {} : { mediator: event.by.person }

/** The next talk. */
export const arranged = ({ event }: Given): Changed =>
  event.type === 'mediation.arranged' ? { arrangedAt: Date.parse(event.data.at) } : {}

/** A talk was held. */
export function talked({ context, event }: Given): Changed {
  if (event.type !== 'mediation.talked') return {}
  const talk = { at: Date.parse(event.data.at), attended: event.data.attended.length }
  return { talks: [...context.talks, talk], talkedAnew: true, arrangedAt: undefined }
}

/** What was agreed; an agreement takes the place of the one before. */
export function agreed({ context, event }: Given): Changed {
  if (event.type !== 'mediation.agreed') return {}
  return {
    measures: event.data.measures.map(({ kind, owner, due, timeOfDay }, n) => ({
      ...{ id: `measure-${n + 1}`, kind, owner, due: Date.parse(due) },
      ...(timeOfDay === undefined ? {} : { timeOfDay }),
    })),
    agreements: context.agreements + 1,
  }
}

/** A measure was carried out. */
export function carriedOut({ context, event }: Given): Changed {
  if (event.type !== 'mediation.carriedOut') return {}
  const { measure } = event.data
  return {
    measures: context.measures.map((one) =>
      one.id === measure ? { ...one, doneAt: event.at } : one,
    ),
  }
}

/** Whether the agreement was kept; if not, talks begin again. */
export const checked = ({ event }: Given): Changed =>
  event.type === 'mediation.checked' ? { kept: event.data.kept, talkedAnew: false } : {}

/** Where the parties were sent instead. */
export const failed = ({ event }: Given): Changed =>
  event.type === 'mediation.failed' ? { advised: event.data.advised } : {}

/** The nearest measure that waits; undefined when all are carried out. */
export const nextMeasure = ({ measures }: MediationContext): Measure | undefined =>
  measures
    .filter(({ doneAt }) => doneAt === undefined)
    .toSorted((a, b) => a.due - b.due)
    .at(0)

/** Runs until the nearest measure is due. */
export const untilMeasure = ({ context, event }: Given) => ({
  ...{ clock: 'measure', until: nextMeasure(context)?.due ?? event.at },
})

/** Runs until the talk that was arranged. */
export const untilTalk = ({ event }: Given) => ({
  clock: 'talk',
  until: event.type === 'mediation.arranged' ? Date.parse(event.data.at) : event.at,
})

const addressee = (id: string) => {
  if (id.startsWith('person-')) return [{ person: id }]
  return id.startsWith('organisation-') ? [{ unit: id }] : []
}

/** A notice to every party that can be reached; `text` is the key `notify.<text>`. */
export const toParties =
  (text: string) =>
  ({ context, event }: Given) =>
    context.parties.flatMap(({ id }) =>
      addressee(id).map((to) => ({
        ...{ to, text },
        with: { mediation: event.stream, ...arrangedFor(event) },
      })),
    )

const arrangedFor = (event: Events) =>
  event.type === 'mediation.arranged' ? { at: event.data.at, room: event.data.room } : {}

/** A measure is due and not carried out: its owner and the coordinators are told. */
export function measureLate({ context, event }: Given) {
  const late = nextMeasure(context)
  const fills = { mediation: event.stream, due: iso(late?.due ?? event.at) }
  const notice = { text: 'measureLate', with: fills }
  return [
    ...(late === undefined ? [] : addressee(late.owner)).map((to) => ({ to, ...notice })),
    toCoordinator('measureLate')({ context, event }),
  ]
}

/** A notice to the coordinators of the place. */
export const toCoordinator =
  (text: string) =>
  ({ context, event }: Given) => {
    const [place] = context.place
    return {
      to: { role: 'coordinator' as const, ...(place === undefined ? {} : { place }) },
      ...{ text, with: { mediation: event.stream } },
    }
  }
