// What a roster takes: the coordinator draws it up, the people on it come, go and swap, calendars
// answer. Nothing personal stands here: persons are ids.
import { command } from '@linli/workflow'
import { z } from 'zod'

/** What a group is on duty for; the account's rule gives its points by this. */
export const DutyKind = z.enum(['station', 'patrol', 'service'])
export type DutyKind = z.infer<typeof DutyKind>

const id = (workflow: string) => z.string().startsWith(`${workflow}-`).max(80)
const Shift = z.string().regex(/^shift-[1-9][0-9]{0,5}$/)
const span = { from: z.iso.datetime(), to: z.iso.datetime() }
const Nothing = z.strictObject({})
const DAY_MS = 86_400_000

/** True when a time ends after it begins, and lasts no longer than so many days. */
const lasts = (days: number) => (given: { from: string; to: string }) => {
  const ms = Date.parse(given.to) - Date.parse(given.from)
  return ms > 0 && ms <= days * DAY_MS
}

/** The longest period of a roster, and the longest shift (days). */
const PERIOD_DAYS = 100
const SHIFT_DAYS = 1

// A resident is whoever stands on the roster: the own scope, wherever other roles are held.
const people = [
  'resident',
  'duty-officer',
  'volunteer',
  'building-chief',
  'grid-worker',
  'coordinator',
] as const
/** Whose duty it is, where a coordinator writes it down for somebody. */
const own = { shift: Shift, person: id('person').optional() }
const told = { shift: Shift, person: id('person') }

/** The commands of a roster. */
export const commands = {
  drawUp: command({
    records: 'drawnUp',
    starts: true,
    by: ['coordinator'],
    data: z
      .strictObject({
        place: id('place'),
        group: z.string().min(1).max(80),
        kind: DutyKind,
        ...span,
      })
      .refine(lasts(PERIOD_DAYS), { path: ['to'] }),
    needs: { place: 'place' },
  }),
  addShift: command({
    records: 'shiftAdded',
    by: ['coordinator'],
    data: z
      .strictObject({
        place: id('place'),
        ...span,
        persons: z.array(id('person')).min(1).max(20),
      })
      .refine(lasts(SHIFT_DAYS), { path: ['to'] })
      .refine(({ persons }) => new Set(persons).size === persons.length, { path: ['persons'] }),
    needs: { place: 'place', persons: 'person[]' },
  }),
  assign: command({
    records: 'assigned',
    by: ['coordinator'],
    data: z.strictObject(told),
    needs: { person: 'person' },
  }),
  unassign: command({ records: 'unassigned', by: ['coordinator'], data: z.strictObject(told) }),
  publish: command({ records: 'published', by: ['coordinator'], data: Nothing }),
  signIn: command({ records: 'signedIn', by: people, data: z.strictObject(own) }),
  signOut: command({ records: 'signedOut', by: people, data: z.strictObject(own) }),
  askSwap: command({
    records: 'swapAsked',
    by: people,
    data: z.strictObject({ ...own, to: id('person') }),
    needs: { to: 'person' },
  }),
  agreeSwap: command({ records: 'swapAgreed', by: people, data: z.strictObject(told) }),
  refuseSwap: command({ records: 'swapRefused', by: people, data: z.strictObject(told) }),
  takeIn: command({
    records: 'tookIn',
    by: people,
    data: z.strictObject({ shift: Shift, appeal: id('appeal') }),
    needs: { appeal: 'appeal' },
  }),
  confirm: command({ records: 'confirmed', by: ['system'], data: z.strictObject(told) }),
  decline: command({ records: 'declined', by: ['system'], data: z.strictObject(told) }),
  close: command({ records: 'closed', by: ['coordinator'], data: Nothing }),
  cancel: command({
    records: 'cancelled',
    by: ['coordinator'],
    data: z.strictObject({ reason: z.enum(['weather', 'replaced', 'mistake', 'other']) }),
  }),
}
