// What an offer or a need of a neighbour takes. There is no free text: what could name somebody
// comes only with the consent to share it, and goes to the other side alone.
import { command, personal } from '@linli/workflow'
import { z } from 'zod'
import usual from './policies/default@1.json' with { type: 'json' }

const id = (workflow: string) => z.string().startsWith(`${workflow}-`).max(80)
const Other = id('mutual-aid')
const nothing = z.strictObject({})
const Amount = z.int().min(1).max(1000)
const told = z.strictObject({ other: Other, turn: z.int().min(1) })

/** What neighbours may give each other, as the policy's data list it. */
export const AidKind = z.enum(Object.keys(usual.rules.kinds))

/** Why something is reported to the coordinator. */
export const Misuse = z.enum(['sells', 'unsafe', 'harasses', 'untrue', 'noShow', 'other'])

/** The commands of an offer or a need. */
export const commands = {
  post: command({
    records: 'posted',
    starts: true,
    by: ['resident'],
    data: z.strictObject({
      side: z.enum(['offer', 'need']),
      kind: AidKind,
      amount: Amount,
      countedIn: z.enum(['boxes', 'tablets', 'items', 'hours', 'times']),
      place: id('place'),
      bestBefore: z.iso.date().optional(),
    }),
    needs: { place: 'place' },
  }),
  propose: command({
    records: 'proposed',
    by: ['resident'],
    data: z.strictObject({ other: Other }),
    needs: { other: 'mutual-aid' },
  }),
  agree: command({
    records: 'agreed',
    by: ['resident'],
    data: z.strictObject({
      consent: z.literal(true),
      phone: personal(z.string().min(3).max(32), 'owner'),
      name: personal(z.string().min(1).max(80), 'owner').optional(),
    }),
  }),
  takeBack: command({ records: 'tookBack', by: ['resident'], data: nothing }),
  decline: command({ records: 'declined', by: ['resident'], data: nothing }),
  handOver: command({
    records: 'handedOver',
    by: ['resident'],
    data: z.strictObject({ amount: Amount }),
  }),
  report: command({
    records: 'reported',
    by: ['resident'],
    data: z.strictObject({ reason: Misuse }),
  }),
  withdraw: command({ records: 'withdrawn', by: ['resident'], data: nothing }),
  flag: command({
    records: 'flagged',
    by: ['system', 'coordinator', 'building-chief', 'grid-worker'],
    data: z.strictObject({ reason: Misuse, from: Other.optional() }),
  }),
  clear: command({ records: 'cleared', by: ['coordinator'], data: nothing }),
  remove: command({ records: 'removed', by: ['coordinator'], data: nothing }),
  approach: command({
    records: 'approached',
    by: ['system'],
    data: z.strictObject({ other: Other, person: id('person') }),
  }),
  otherAgreed: command({ records: 'otherAgreed', by: ['system'], data: told }),
  otherTookBack: command({ records: 'otherTookBack', by: ['system'], data: told }),
  otherHandedOver: command({
    records: 'otherHandedOver',
    by: ['system'],
    data: z.strictObject({ other: Other, amount: Amount }),
  }),
  part: command({ records: 'parted', by: ['system'], data: z.strictObject({ other: Other }) }),
}
