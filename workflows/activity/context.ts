// An activity as folded, and what its events change in it. Pure; the machine names these.
import { type EventsOf, placePath } from '@linli/workflow'
import type { ActivityKind, commands, ShiftGiven } from './commands.ts'
import type { Rules } from './rules.ts'

/** A shift: when, how many it wants, who is on it. Times are epoch ms. */
export type Shift = {
  id: string
  from: number
  to: number
  needed: number | null
  people: readonly string[]
}

/** Somebody who came; `shift` is empty where the activity has none. */
export type Presence = { person: string; shift: string }

/** What a volunteer served. */
export type Service = { person: string; shift: string; minutes: number }

/** An activity as folded. `place` is the path from the community down; times are epoch ms. */
export type ActivityContext = {
  kind: ActivityKind
  title: string
  venue: string | null
  place: readonly string[]
  startsAt: number
  endsAt: number
  capacity: number | null
  goal: { what: string; amount: number } | null
  organiser: string | null
  project: string | null
  team: string | null
  shifts: readonly Shift[]
  registered: readonly string[]
  present: readonly Presence[]
  others: { times: number; people: number }
  services: readonly Service[]
  output: number
  beneficiaries: number | null
  status: 'planned' | 'running' | 'done' | 'cancelled'
}

/** Every event that the machine takes. */
export type Events = EventsOf<'activity', typeof commands, Rules>
type Of<Type extends Events['type']> = Extract<Events, { type: Type }>
/** What actions and the params of effects are given. */
export type Known = { context: ActivityContext; event: Events }

/** An activity before it is planned. */
export const NEW_ACTIVITY: ActivityContext = {
  ...{ kind: 'other', title: '', venue: null, place: [], startsAt: 0, endsAt: 0, capacity: null },
  ...{ goal: null, organiser: null, project: null, team: null, shifts: [], registered: [] },
  ...{ present: [], others: { times: 0, people: 0 }, services: [], output: 0 },
  ...{ beneficiaries: null, status: 'planned' },
}

/** Narrows an event to one type. */
export const is = <Type extends Events['type']>(event: Events, type: Type): event is Of<Type> =>
  event.type === type

const on =
  <Type extends Events['type']>(
    type: Type,
    change: (context: ActivityContext, event: Of<Type>) => Partial<ActivityContext>,
  ) =>
  ({ context, event }: Known): Partial<ActivityContext> =>
    is(event, type) ? change(context, event) : {}

/** The changes of context, by the name of the action that makes them. */
export const changes = {
  planned: on('activity.planned', (_, { data, facts, by }) => ({
    kind: data.kind,
    title: data.title,
    venue: data.venue ?? null,
    place: placePath(facts.place) ?? [],
    startsAt: Date.parse(data.startsAt),
    endsAt: Date.parse(data.endsAt),
    capacity: data.capacity ?? null,
    goal: data.goal ?? null,
    organiser: data.organiser ?? by.person ?? null,
    project: data.project ?? null,
    team: data.team ?? null,
  })),
  changed: on('activity.changed', (before, { data }) => ({
    title: data.title ?? before.title,
    venue: data.venue ?? before.venue,
    startsAt: data.startsAt === undefined ? before.startsAt : Date.parse(data.startsAt),
    endsAt: data.endsAt === undefined ? before.endsAt : Date.parse(data.endsAt),
    capacity: data.capacity ?? before.capacity,
    goal: data.goal ?? before.goal,
    organiser: data.organiser ?? before.organiser,
  })),
  shiftAdded: on('activity.shiftAdded', ({ shifts }, { data }) => ({
    shifts: [...shifts, newShift(data, shifts.length)],
  })),
  rostered: on('activity.rostered', ({ shifts }, { data }) => ({
    shifts: shifts.map((shift) =>
      shift.id === data.shift ? { ...shift, people: [...new Set(data.people)] } : shift,
    ),
  })),
  registered: on('activity.registered', ({ registered }, { data }) => ({
    registered: [...registered, data.person],
  })),
  left: on('activity.left', ({ registered }, { data }) => ({
    registered: registered.filter((person) => person !== data.person),
  })),
  begun: () => ({ status: 'running' as const }),
  signedIn: on('activity.signedIn', ({ present, others }, { data }) => ({
    present: [
      ...present,
      ...(data.people ?? []).map((person) => ({ person, shift: data.shift ?? '' })),
    ],
    others: {
      times: others.times + (data.others?.times ?? 0),
      people: others.people + (data.others?.people ?? 0),
    },
  })),
  struck: on('activity.struck', ({ present }, { data }) => ({
    present: present.filter((one) => !isOne(one, data)),
  })),
  served: on('activity.served', ({ services }, { data }) => ({
    services: [
      ...services,
      { person: data.person, shift: data.shift ?? '', minutes: data.minutes },
    ],
  })),
  produced: on('activity.produced', ({ output }, { data }) => ({ output: output + data.amount })),
  finished: on('activity.finished', (_, { data }) => ({
    beneficiaries: data.beneficiaries,
    status: 'done',
  })),
  cancelled: () => ({ status: 'cancelled' as const }),
}

const newShift = ({ from, to, needed }: ShiftGiven, index: number): Shift => ({
  id: `shift-${index + 1}`,
  from: Date.parse(from),
  to: Date.parse(to),
  needed: needed ?? null,
  people: [],
})

type Named = { person: string; shift?: string | undefined }

/** True for this person's presence or service in this shift. */
export const isOne = (one: { person: string; shift: string }, { person, shift }: Named): boolean =>
  one.person === person && one.shift === (shift ?? '')

/** Those known who came, each once, in the order in which they came. */
export const knownPeople = ({ present }: Pick<ActivityContext, 'present'>): string[] => [
  ...new Set(present.map(({ person }) => person)),
]

/** What counts of an activity: every coming is a person-time; people are counted once each. */
export function countsOf(context: ActivityContext) {
  const { present, others, services, output } = context
  return {
    personTimes: present.length + others.times,
    people: knownPeople(context).length + others.people,
    volunteers: new Set(services.map(({ person }) => person)).size,
    serviceMinutes: services.reduce((sum, { minutes }) => sum + minutes, 0),
    output,
    beneficiaries: context.beneficiaries ?? 0,
  }
}
