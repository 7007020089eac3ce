// What a referral takes. The appeal opens it and tells it; the unit works on it; the coordinator
// agrees, refuses and returns.
import { command, personal } from '@linli/workflow'
import { z } from 'zod'
import { measurementFields, signedOrSaid } from './measurement.ts'

/** A general referral, or the heating kind with visits, measurements and the refund. */
export const ReferralKind = z.enum(['general', 'heating'])
export type ReferralKind = z.infer<typeof ReferralKind>

/** Why a unit sends a case back. */
export const SendBackReason = z.enum([
  'notOurDuty',
  'wrongPlace',
  'duplicate',
  'otherUnitFirst',
  'tooLittleKnown',
  'alreadyDone',
])

const reporterText = (max: number) => personal(z.string().min(1).max(max), 'reporter')
const nothing = z.strictObject({})

/** The commands of a referral. */
export const commands = {
  dispatch: command({
    records: 'dispatched',
    starts: true,
    by: ['system'],
    data: z.strictObject({
      appeal: z.string(),
      unit: z.string(),
      lead: z.boolean(),
      kind: ReferralKind,
      place: z.array(z.string()).max(12),
      category: z.string().max(80),
      areaM2: z.number().positive().optional(),
      requestedAt: z.iso.datetime(),
      round: z.int().min(1),
      reporter: z.string().optional(),
      note: reporterText(2000).optional(),
    }),
  }),
  accept: command({ records: 'accepted', by: ['unit-handler'], data: nothing }),
  begin: command({ records: 'begun', by: ['unit-handler'], data: nothing }),
  sendBack: command({
    records: 'sentBack',
    by: ['unit-handler'],
    data: z.strictObject({ reason: SendBackReason, note: reporterText(1000).optional() }),
  }),
  agreeSendBack: command({ records: 'sendBackAgreed', by: ['coordinator'], data: nothing }),
  note: command({
    records: 'noted',
    by: ['unit-handler', 'coordinator'],
    data: z.strictObject({ text: reporterText(2000) }),
  }),
  urge: command({ records: 'urged', by: ['system', 'coordinator'], data: nothing }),
  askExtension: command({
    records: 'extensionAsked',
    by: ['unit-handler'],
    data: z.strictObject({
      amount: z.int().min(1).max(240),
      unit: z.enum(['working days', 'days', 'hours']),
      reason: z.enum(['parts', 'weather', 'access', 'otherUnit', 'complicated', 'other']),
      note: reporterText(1000).optional(),
    }),
  }),
  agreeExtension: command({ records: 'extensionAgreed', by: ['coordinator'], data: nothing }),
  refuseExtension: command({ records: 'extensionRefused', by: ['coordinator'], data: nothing }),
  appoint: command({
    records: 'appointed',
    by: ['unit-handler'],
    data: z.strictObject({
      at: z.iso.datetime(),
      contacted: z.enum(['phone', 'visit', 'message']).optional(),
    }),
  }),
  measure: command({
    records: 'measured',
    by: ['unit-handler'],
    data: z.strictObject(measurementFields).refine(signedOrSaid, { path: ['userRefused'] }),
  }),
  statutoryTest: command({
    records: 'tested',
    by: ['coordinator', 'unit-handler'],
    data: z
      .strictObject({ tester: z.string().min(1).max(120), ...measurementFields })
      .refine(signedOrSaid, { path: ['userRefused'] }),
  }),
  recordRefusal: command({
    records: 'refusalRecorded',
    by: ['unit-handler'],
    data: z.strictObject({
      withoutReason: z.boolean(),
      note: reporterText(1000),
    }),
  }),
  answer: command({
    records: 'answered',
    by: ['unit-handler'],
    data: z.strictObject({
      outcome: z.enum(['solved', 'unsolved', 'notOurs']),
      answer: reporterText(2000),
      factual: z.enum(['yes', 'partly', 'no']).optional(),
      contactedAt: z.iso.datetime().optional(),
      done: reporterText(2000).optional(),
      whyNot: reporterText(1000).optional(),
    }),
  }),
  returnAnswer: command({
    records: 'answerReturned',
    by: ['coordinator'],
    data: z.strictObject({
      reason: z.enum(['incomplete', 'wrongCase', 'notContacted', 'noEvidence', 'other']),
      note: reporterText(1000).optional(),
    }),
  }),
  pause: command({ records: 'paused', by: ['system'], data: nothing }),
  resume: command({ records: 'resumed', by: ['system'], data: nothing }),
  withdraw: command({
    records: 'withdrawn',
    by: ['system'],
    data: z.strictObject({ reason: reporterText(500) }),
  }),
  conclude: command({ records: 'concluded', by: ['system'], data: nothing }),
  supersede: command({ records: 'superseded', by: ['system'], data: nothing }),
}
