// What a wish takes: somebody's, told by themselves or by whoever visits them. An assistance
// tells it of its match, its end and its failure.
import { command, personal } from '@linli/workflow'
import { z } from 'zod'
import usual from './policies/default@1.json' with { type: 'json' }

const text = (max: number) => personal(z.string().min(1).max(max), 'resident')
const id = (workflow: string) => z.string().startsWith(`${workflow}-`).max(80)
const staff = ['grid-worker', 'building-chief', 'duty-officer', 'coordinator'] as const
const ofAssistance = { assistance: id('assistance') }

/** Kinds of wishes, as the policy's data list them. */
export const WishKind = z.enum(usual.rules.kinds.value)

/** Why a match came to nothing. */
export const FailReason = z.enum(['resourceGone', 'notReached', 'unhappy', 'changed', 'other'])

/** The commands of a wish. */
export const commands = {
  make: command({
    records: 'made',
    starts: true,
    by: [...staff, 'volunteer', 'resident'],
    data: z.strictObject({
      kind: WishKind,
      place: id('place'),
      channel: z.enum(['link', 'desk', 'phone', 'visit', 'grid', 'chief']),
      text: text(2000),
      phone: personal(z.string().min(3).max(32), 'resident').optional(),
      name: text(80).optional(),
      resident: id('person').optional(),
    }),
    needs: { place: 'place' },
    identifies: { phone: 'phone', name: 'name', person: 'resident' },
  }),
  note: command({
    records: 'noted',
    by: staff,
    data: z.strictObject({ text: text(2000) }),
  }),
  decline: command({
    records: 'declined',
    by: ['coordinator'],
    data: z.strictObject({
      reason: z.enum(['beyondUs', 'againstRules', 'duplicate', 'nothingFound']),
      note: text(1000).optional(),
    }),
  }),
  withdraw: command({
    records: 'withdrawn',
    by: ['resident', 'coordinator'],
    data: z.strictObject({ reason: text(500).optional() }),
  }),
  match: command({ records: 'matched', by: ['system'], data: z.strictObject(ofAssistance) }),
  unmatch: command({
    records: 'unmatched',
    by: ['system'],
    data: z.strictObject({ ...ofAssistance, reason: FailReason }),
  }),
  fulfil: command({ records: 'fulfilled', by: ['system'], data: z.strictObject(ofAssistance) }),
}
