// What an assistance takes: the match of a wish with a resource, what became of it, and whether
// whoever made the wish is satisfied. The wish and the resource tell it how they stand.
import { command, personal } from '@linli/workflow'
import { z } from 'zod'

const text = (max: number) => personal(z.string().min(1).max(max), 'resident')
const id = (workflow: string) => z.string().startsWith(`${workflow}-`).max(80)
const office = ['coordinator', 'grid-worker'] as const
const Satisfied = z.enum(['yes', 'partly', 'no'])

/** The commands of an assistance. */
export const commands = {
  match: command({
    records: 'matched',
    starts: true,
    by: office,
    data: z.strictObject({
      wish: id('wish'),
      resource: id('resource'),
      /** In the resource's own unit. */
      amount: z.int().min(1).max(1_000_000),
      place: id('place'),
    }),
    needs: { wish: 'wish', resource: 'resource', place: 'place' },
  }),
  wishTaken: command({
    records: 'wishTaken',
    by: ['system'],
    data: z.strictObject({ wish: id('wish') }),
  }),
  resourceReserved: command({
    records: 'resourceReserved',
    by: ['system'],
    data: z.strictObject({ resource: id('resource') }),
  }),
  wishWithdrawn: command({
    records: 'wishWithdrawn',
    by: ['system'],
    data: z.strictObject({ wish: id('wish') }),
  }),
  take: command({ records: 'taken', by: office, data: z.strictObject({}) }),
  note: command({
    records: 'noted',
    by: [...office, 'volunteer', 'unit-handler'],
    data: z.strictObject({ text: text(2000) }),
  }),
  deliver: command({
    records: 'delivered',
    by: [...office, 'volunteer', 'unit-handler'],
    data: z.strictObject({ note: text(2000).optional() }),
  }),
  fail: command({
    records: 'failed',
    by: ['coordinator'],
    data: z.strictObject({
      reason: z.enum(['resourceGone', 'notReached', 'changed', 'other']),
      note: text(1000).optional(),
    }),
  }),
  followUp: command({
    records: 'followedUp',
    by: office,
    data: z.strictObject({
      satisfied: z.enum([...Satisfied.options, 'noAnswer']),
      asked: z.enum(['phone', 'visit', 'message']),
      note: text(1000).optional(),
    }),
  }),
  answer: command({
    records: 'answered',
    by: ['resident'],
    data: z.strictObject({ satisfied: Satisfied, note: text(1000).optional() }),
  }),
}
