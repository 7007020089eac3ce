// What an account takes. People spend, exchange and correct; whatever moves between two accounts
// is told by the payer. Amounts are whole points or whole minutes, and always more than nothing.
import { command } from '@linli/workflow'
import { z } from 'zod'
import { AccountKind, Currency } from './account-id.ts'

/** The most that one posting moves. */
export const POSTING_MAX = 1_000_000
const Amount = z.int().min(1).max(POSTING_MAX)
const id = (workflow: string) => z.string().startsWith(`${workflow}-`).max(80)
const Posting = z.uuid()
const Nothing = z.strictObject({})

/** What a posting is for. */
export const PostingKind = z.enum([
  'earning',
  'spending',
  'exchange',
  'expiry',
  'misconduct',
  'reversal',
])
export type PostingKind = z.infer<typeof PostingKind>

const owners = ['resident', 'unit-handler', 'coordinator'] as const

/** The commands of an account. */
export const commands = {
  open: command({
    records: 'opened',
    starts: true,
    by: ['system'],
    data: z.strictObject({
      owner: z.string().min(1).max(80),
      kind: AccountKind,
      currency: Currency,
      place: z.array(z.string()).min(1).max(12),
    }),
  }),
  earn: command({
    records: 'earned',
    by: ['system'],
    data: z.strictObject({
      proof: z.string().min(1).max(160),
      activity: z.string().min(1).max(40),
      minutes: z.int().min(0).max(1_440),
    }),
  }),
  issue: command({
    records: 'issued',
    by: ['system'],
    data: z.strictObject({ to: id('account'), amount: Amount, claim: Posting }),
  }),
  receive: command({
    records: 'received',
    by: ['system'],
    data: z.strictObject({
      posting: Posting,
      amount: Amount,
      currency: Currency,
      kind: PostingKind,
      from: id('account'),
      /** The posting that this one takes back, and what that one was for. */
      reverses: z.strictObject({ posting: Posting, kind: PostingKind }).optional(),
    }),
  }),
  spend: command({
    records: 'spent',
    by: owners,
    data: z.strictObject({
      amount: Amount,
      for: z.enum(['goods', 'meal', 'service', 'activity', 'other']),
      to: id('organisation').optional(),
    }),
    needs: { to: 'organisation' },
  }),
  exchange: command({
    records: 'exchanged',
    by: owners,
    data: z.strictObject({ classes: z.int().min(1).max(50) }),
  }),
  reverse: command({
    records: 'reversed',
    by: ['coordinator'],
    data: z.strictObject({
      posting: Posting,
      reason: z.enum(['wrongPerson', 'wrongAmount', 'notDone', 'returned', 'other']),
    }),
  }),
  forfeit: command({
    records: 'forfeited',
    by: ['coordinator'],
    data: z.strictObject({ reason: z.enum(['falseProof', 'resale', 'harm', 'other']) }),
  }),
  freeze: command({
    records: 'frozen',
    by: ['coordinator'],
    data: z.strictObject({ reason: z.enum(['review', 'dispute', 'request', 'other']) }),
  }),
  unfreeze: command({ records: 'unfrozen', by: ['coordinator'], data: Nothing }),
  close: command({
    records: 'closed',
    by: ['coordinator'],
    data: z.strictObject({ reason: z.enum(['moved', 'request', 'deceased', 'other']) }),
  }),
  reopen: command({ records: 'reopened', by: ['coordinator'], data: Nothing }),
}
