// What a visiting plan takes. Who is on the care list, why, and how often, are choices and
// numbers; what is written about the person is personal.
import { command, personal } from '@linli/workflow'
import { z } from 'zod'

const id = (workflow: string) => z.string().startsWith(`${workflow}-`).max(80)
const text = (most = 1000) => personal(z.string().min(1).max(most), 'resident')
const Days = z.int().min(1).max(90)
const office = ['coordinator', 'grid-worker', 'building-chief'] as const

/** The commands of a visiting plan. */
export const commands = {
  begin: command({
    records: 'begun',
    starts: true,
    by: office,
    data: z.strictObject({
      place: id('place'),
      person: id('person').optional(),
      reason: z.enum(['livesAlone', 'disabled', 'illness', 'bereaved', 'childAlone', 'other']),
      everyDays: Days,
      firstAt: z.iso.datetime(),
      visitor: id('person').optional(),
      note: text().optional(),
    }),
    needs: { place: 'place', person: 'person', visitor: 'person' },
  }),
  change: command({
    records: 'changed',
    by: office,
    data: z
      .strictObject({ everyDays: Days.optional(), visitor: id('person').optional() })
      .refine((data) => data.everyDays !== undefined || data.visitor !== undefined, {
        message: 'say what changes',
      }),
    needs: { visitor: 'person' },
  }),
  pause: command({
    records: 'paused',
    by: office,
    data: z.strictObject({
      reason: z.enum(['hospital', 'family', 'travel', 'other']),
      until: z.iso.datetime().optional(),
      note: text().optional(),
    }),
  }),
  resume: command({ records: 'resumed', by: office, data: z.strictObject({}) }),
  end: command({
    records: 'ended',
    by: office,
    data: z.strictObject({
      reason: z.enum(['moved', 'deceased', 'declined', 'notNeeded', 'mistake', 'other']),
      note: text().optional(),
    }),
  }),
  visitDone: command({
    records: 'visitDone',
    by: ['system'],
    data: z.strictObject({
      visit: id('visit'),
      found: z.enum(['well', 'needs', 'notAtHome', 'refused', 'cancelled']),
      at: z.iso.datetime(),
    }),
  }),
  visitMissed: command({
    records: 'visitMissed',
    by: ['system'],
    data: z.strictObject({ visit: id('visit') }),
  }),
}
