// What a duty calendar takes: rosters ask it for times. Nothing personal stands here.
import { command } from '@linli/workflow'
import { z } from 'zod'

const id = (workflow: string) => z.string().startsWith(`${workflow}-`).max(80)
const of = { roster: id('duty'), shift: z.string().min(1).max(40) }

/** The commands of a duty calendar. */
export const commands = {
  open: command({
    records: 'opened',
    starts: true,
    by: ['system'],
    data: z.strictObject({ person: id('person'), place: z.array(z.string()).min(1).max(12) }),
  }),
  book: command({
    records: 'bookingAsked',
    by: ['system'],
    data: z.strictObject({ ...of, from: z.iso.datetime(), to: z.iso.datetime() }),
  }),
  release: command({ records: 'released', by: ['system'], data: z.strictObject(of) }),
  close: command({
    records: 'closed',
    by: ['administrator', 'coordinator'],
    data: z.strictObject({ reason: z.enum(['left', 'request', 'other']) }),
  }),
}
