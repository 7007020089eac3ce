// What an activity takes. Persons stand in it by id alone; who came without being known is counted.
import { command } from '@linli/workflow'
import { z } from 'zod'

/** What kind of activity it is: lists and figures go by it. */
export const ActivityKind = z.enum([
  'benefit',
  'clinic',
  'sewing',
  'class',
  'culture',
  'festival',
  'sport',
  'cleaning',
  'patrol',
  'children',
  'elderly',
  'other',
])
export type ActivityKind = z.infer<typeof ActivityKind>

const Person = z.string().min(1).max(80)
const Shift = z.string().min(1).max(20)
const Time = z.iso.datetime()
const People = z.array(Person).min(1).max(100)

/** A shift as it is planned; `needed` is how many volunteers it wants. */
export const ShiftGiven = z.strictObject({
  from: Time,
  to: Time,
  needed: z.int().min(1).max(500).optional(),
})
export type ShiftGiven = z.infer<typeof ShiftGiven>

/** Who came without being known: how often, and as how many different people. */
export const Others = z.strictObject({
  times: z.int().min(1).max(100_000),
  people: z.int().min(0).max(100_000),
})

/** What is to be made, and how much of it. */
export const Goal = z.strictObject({
  what: z.string().min(1).max(60),
  amount: z.int().min(1).max(1_000_000),
})

const described = {
  title: z.string().min(1).max(120),
  venue: z.string().min(1).max(120).optional(),
  startsAt: Time,
  endsAt: Time,
  capacity: z.int().min(1).max(100_000).optional(),
  goal: Goal.optional(),
  organiser: Person.optional(),
}

/** Those who hold an activity and answer for what is written down of it. */
const holders = ['coordinator', 'grid-worker', 'building-chief', 'duty-officer'] as const
const nothing = z.strictObject({})

/** The commands of an activity. */
export const commands = {
  plan: command({
    records: 'planned',
    starts: true,
    by: [...holders, 'council-member', 'system'],
    data: z.strictObject({
      kind: ActivityKind,
      place: z.string().min(1).max(80),
      ...described,
      project: z.string().max(80).optional(),
      team: z.string().max(80).optional(),
    }),
    needs: { place: 'place', project: 'project', team: 'team', organiser: 'person' },
  }),
  change: command({
    records: 'changed',
    by: holders,
    data: z.strictObject(described).partial(),
    needs: { organiser: 'person' },
  }),
  addShift: command({ records: 'shiftAdded', by: holders, data: ShiftGiven }),
  roster: command({
    records: 'rostered',
    by: holders,
    data: z.strictObject({ shift: Shift, people: People }),
    needs: { people: 'person[]' },
  }),
  openRegistration: command({ records: 'registrationOpened', by: holders, data: nothing }),
  register: command({
    records: 'registered',
    by: [...holders, 'volunteer'],
    data: z.strictObject({ person: Person }),
    needs: { person: 'person' },
  }),
  leave: command({
    records: 'left',
    by: [...holders, 'volunteer', 'resident'],
    data: z.strictObject({ person: Person }),
  }),
  begin: command({ records: 'begun', by: holders, data: nothing }),
  signIn: command({
    records: 'signedIn',
    by: [...holders, 'volunteer'],
    data: z.strictObject({
      shift: Shift.optional(),
      people: People.optional(),
      others: Others.optional(),
    }),
    needs: { people: 'person[]' },
  }),
  strike: command({
    records: 'struck',
    by: holders,
    data: z.strictObject({ shift: Shift.optional(), person: Person }),
  }),
  serve: command({
    records: 'served',
    by: holders,
    data: z.strictObject({
      person: Person,
      minutes: z.int().min(1).max(1_440),
      shift: Shift.optional(),
    }),
    needs: { person: 'person' },
  }),
  produce: command({
    records: 'produced',
    by: [...holders, 'volunteer'],
    data: z.strictObject({ amount: z.int().min(1).max(1_000_000), shift: Shift.optional() }),
  }),
  finish: command({
    records: 'finished',
    by: holders,
    data: z.strictObject({
      beneficiaries: z.int().min(0).max(1_000_000),
      result: z.string().min(1).max(1_000).optional(),
    }),
  }),
  cancel: command({
    records: 'cancelled',
    by: holders,
    data: z.strictObject({
      reason: z.enum(['weather', 'fewPeople', 'noVenue', 'safety', 'merged', 'other']),
    }),
  }),
}
