// A commendation as folded, and what its events change in it. Pure; the machine names these.
import { type EventsOf, type NotifyParams, placePath } from '@linli/workflow'
import type { CommendationKind, commands } from './commands.ts'

/** An objection of the notice period; its words are in the event alone. */
export type Objection = { id: string; status: 'open' | 'upheld' | 'dismissed' }

/** A commendation as folded. `place` is the path from the community down; times are epoch ms. */
export type CommendationContext = {
  kind: CommendationKind
  honour: string
  place: readonly string[]
  nominee: string | null
  unit: string | null
  objections: readonly Objection[]
  announcedAt: number | null
  grantedAt: number | null
}

/** Every event that the machine takes. */
export type Events = EventsOf<'commendation', typeof commands>
type Of<Type extends Events['type']> = Extract<Events, { type: Type }>
type Known = { context: CommendationContext; event: Events }

/** A commendation before it is proposed. */
export const NEW_COMMENDATION: CommendationContext = {
  ...{ kind: 'neighbour', honour: '', place: [], nominee: null, unit: null, objections: [] },
  ...{ announcedAt: null, grantedAt: null },
}

const on =
  <Type extends Events['type']>(
    type: Type,
    change: (context: CommendationContext, event: Of<Type>) => Partial<CommendationContext>,
  ) =>
  ({ context, event }: Known): Partial<CommendationContext> =>
    is(event, type) ? change(context, event) : {}

const is = <Type extends Events['type']>(event: Events, type: Type): event is Of<Type> =>
  event.type === type

/** The changes of context, by the name of the action that makes them. */
export const changes = {
  proposed: on('commendation.proposed', (_, { data, facts }) => ({
    kind: data.kind,
    honour: data.honour,
    place: placePath(facts.place) ?? [],
    nominee: data.nominee ?? null,
    unit: data.unit ?? null,
  })),
  announced: on('commendation.announced', (_, { at }) => ({ announcedAt: at })),
  objected: on('commendation.objected', ({ objections }) => ({
    objections: [...objections, { id: `objection-${objections.length + 1}`, status: 'open' }],
  })),
  settled: on('commendation.settled', ({ objections }, { data }) => ({
    objections: objections.map((one) =>
      one.id === data.objection ? { ...one, status: data.finding } : one,
    ),
  })),
  granted: on('commendation.granted', (_, { at }) => ({ grantedAt: at })),
}

/** Lets the coordinators of the community know; `text` is the key `notify.<text>`. */
export const notifyCoordinator =
  (text: string) =>
  ({ context: { place, honour } }: Known): NotifyParams => {
    const [community] = place
    return {
      to: { role: 'coordinator', ...(community === undefined ? {} : { place: community }) },
      text,
      with: { honour },
    }
  }

/** Lets who is honoured know, where that is somebody with an account. */
export const notifyNominee =
  (text: string) =>
  ({ context: { nominee, unit, honour } }: Known): NotifyParams[] => [
    ...(nominee === null ? [] : [{ to: { person: nominee }, text, with: { honour } }]),
    ...(unit === null ? [] : [{ to: { unit }, text, with: { honour } }]),
  ]
