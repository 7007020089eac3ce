// What a commendation takes. The honour is public; why somebody is proposed, who is shown on the
// honour list and what an objection says are personal.
import { command, personal } from '@linli/workflow'
import { z } from 'zod'

/** Who is honoured. */
export const CommendationKind = z.enum([
  'volunteer',
  'chief',
  'neighbour',
  'household',
  'team',
  'unit',
  'youth',
])
export type CommendationKind = z.infer<typeof CommendationKind>

const Id = z.string().min(1).max(80)
const nothing = z.strictObject({})

/** The commands of a commendation. */
export const commands = {
  propose: command({
    records: 'proposed',
    starts: true,
    by: ['coordinator', 'grid-worker', 'building-chief', 'council-member', 'duty-officer'],
    data: z.strictObject({
      kind: CommendationKind,
      honour: z.string().min(1).max(120),
      place: Id,
      nominee: Id.optional(),
      unit: Id.optional(),
      basis: personal(z.string().min(1).max(2_000), 'nominee'),
      shownAs: personal(z.string().min(1).max(80), 'nominee').optional(),
    }),
    needs: { place: 'place', nominee: 'person', unit: 'organisation' },
  }),
  announce: command({ records: 'announced', by: ['coordinator'], data: nothing }),
  object: command({
    records: 'objected',
    by: ['coordinator', 'grid-worker', 'building-chief', 'council-member', 'duty-officer'],
    data: z.strictObject({
      person: Id.optional(),
      reason: personal(z.string().min(1).max(2_000), 'objector'),
    }),
    needs: { person: 'person' },
  }),
  settle: command({
    records: 'settled',
    by: ['coordinator'],
    data: z.strictObject({
      objection: z.string().max(20),
      finding: z.enum(['upheld', 'dismissed']),
      note: personal(z.string().min(1).max(1_000), 'nominee').optional(),
    }),
  }),
  grant: command({
    records: 'granted',
    by: ['coordinator'],
    data: nothing,
  }),
  reject: command({
    records: 'rejected',
    by: ['coordinator'],
    data: z.strictObject({
      reason: z.enum(['objection', 'notProven', 'already', 'notPublic', 'other']),
    }),
  }),
  withdraw: command({
    records: 'withdrawn',
    by: ['coordinator', 'resident'],
    data: z.strictObject({ reason: z.enum(['ownWish', 'mistake', 'other']) }),
  }),
  revoke: command({
    records: 'revoked',
    by: ['coordinator'],
    data: z.strictObject({ reason: z.enum(['falseBasis', 'misconduct', 'ownWish', 'mistake']) }),
  }),
}
