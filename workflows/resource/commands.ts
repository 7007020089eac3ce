// What a resource takes: how much there is, and what an assistance reserves, gives and releases.
import { command, personal } from '@linli/workflow'
import { z } from 'zod'
import usual from './policies/default@1.json' with { type: 'json' }

const id = (workflow: string) => z.string().startsWith(`${workflow}-`).max(80)
const office = ['coordinator', 'grid-worker', 'duty-officer'] as const
const nothing = z.strictObject({})
const Amount = z.int().min(1).max(1_000_000)

/** Kinds of resources, as the policy's data list them. */
export const ResourceKind = z.enum(usual.rules.kinds.value)

/** The commands of a resource. `comesBack`: lent and not used up, such as a wheelchair. */
export const commands = {
  register: command({
    records: 'registered',
    starts: true,
    by: [...office, 'system'],
    data: z.strictObject({
      kind: ResourceKind,
      title: z.string().min(1).max(120),
      amount: Amount,
      countedIn: z.enum(['items', 'servings', 'hours', 'visits', 'persons', 'fen']),
      comesBack: z.boolean(),
      place: id('place'),
      unit: id('organisation').optional(),
      giver: id('person').optional(),
      note: personal(z.string().min(1).max(1000), 'giver').optional(),
    }),
    needs: { place: 'place', unit: 'organisation' },
  }),
  topUp: command({ records: 'toppedUp', by: office, data: z.strictObject({ amount: Amount }) }),
  confirm: command({ records: 'confirmed', by: [...office, 'unit-handler'], data: nothing }),
  withdraw: command({
    records: 'withdrawn',
    by: [...office, 'unit-handler'],
    data: z.strictObject({ reason: z.enum(['gone', 'outOfDate', 'mistake', 'other']) }),
  }),
  reserve: command({
    records: 'reserved',
    by: ['system'],
    data: z.strictObject({ assistance: id('assistance'), amount: Amount }),
  }),
  give: command({
    records: 'given',
    by: ['system'],
    data: z.strictObject({ assistance: id('assistance') }),
  }),
  release: command({
    records: 'released',
    by: ['system'],
    data: z.strictObject({ assistance: id('assistance') }),
  }),
}
