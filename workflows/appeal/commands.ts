// What each command of an appeal takes, what it records and who may give it. Free text is
// personal; whatever machines, lists and rates use is a choice, a number or an id.
import { command, personal, type Recorded } from '@linli/workflow'
import { z } from 'zod'
import { isCategory } from './category.ts'

// Whatever is written about a case goes with its reporter's key; without one, the case's own.
const text = (most = 2000) => personal(z.string().min(1).max(most), 'reporter')
const aboutCase = (most: number) => personal(z.string().min(1).max(most))
const id = (workflow: string) => z.string().startsWith(`${workflow}-`).max(80)
const Category = z.string().max(80).refine(isCategory, 'not in the category tree')
const Nothing = z.strictObject({})

/** How an appeal reached the community. */
const Channel = z.enum(['link', 'grid', 'desk', 'phone', 'chief', 'visit', 'import'])
/** What a unit is asked to do: act and answer, or measure and repair heating as well. */
const ReferralKind = z.enum(['general', 'heating'])
/** A unit that an appeal is referred to. Without a kind, the category says which. */
export const Unit = z.strictObject({
  unit: id('organisation'),
  lead: z.boolean(),
  kind: ReferralKind.optional(),
})
export type Unit = z.infer<typeof Unit>

const Units = z.array(Unit).min(1).max(12)
const staff = ['grid-worker', 'building-chief', 'duty-officer', 'coordinator'] as const
const office = ['grid-worker', 'coordinator'] as const

export const commands = {
  report: command({
    records: 'reported',
    starts: true,
    by: ['resident', ...staff, 'system'],
    data: z.strictObject({
      place: id('place'),
      category: Category.optional(),
      channel: Channel,
      text: text(4000),
      phone: personal(z.string().min(3).max(32), 'reporter').optional(),
      name: text(80).optional(),
      reporter: id('person').optional(),
      urgent: z.boolean().optional(),
    }),
    needs: { place: 'place' },
    identifies: { phone: 'phone', name: 'name', person: 'reporter' },
  }),
  adopt: command({
    records: 'adopted',
    starts: true,
    by: ['system', 'coordinator'],
    data: z.strictObject({
      source: z.string().min(1).max(40),
      key: z.string().min(1).max(80),
      category: z.string().min(1).max(120),
      channel: z.string().min(1).max(40),
      place: id('place').optional(),
      unit: id('organisation').optional(),
      complaint: z.string().max(200),
      text: aboutCase(4000),
    }),
    needs: { place: 'place' },
  }),
  answerOutside: command({
    records: 'answeredOutside',
    by: ['system'],
    data: z.strictObject({
      text: aboutCase(4000),
      /** The text as the source had it, where it was repaired. */
      raw: aboutCase(4000).optional(),
      meaning: z.string().max(80).optional(),
    }),
  }),
  archive: command({ records: 'archived', by: ['system'], data: Nothing }),

  verify: command({
    records: 'verified',
    by: staff,
    data: z.strictObject({
      category: Category.optional(),
      urgent: z.boolean().optional(),
      note: text().optional(),
    }),
  }),
  classify: command({
    records: 'classified',
    by: staff,
    data: z.strictObject({ category: Category, urgent: z.boolean().optional() }),
  }),
  take: command({ records: 'taken', by: staff, data: Nothing }),
  assign: command({
    records: 'assigned',
    by: ['coordinator'],
    data: z.strictObject({ person: id('person') }),
  }),
  contact: command({
    records: 'contacted',
    by: staff,
    data: z.strictObject({ by: z.enum(['phone', 'visit', 'message']), note: text().optional() }),
  }),
  note: command({
    records: 'noted',
    by: [...staff, 'steward', 'resident'],
    data: z.strictObject({ text: text(), public: z.boolean() }),
  }),
  attach: command({
    records: 'attached',
    by: [...staff, 'steward', 'resident'],
    data: z.strictObject({
      file: z.string().regex(/^[0-9a-f]{64}$/),
      kind: z.enum(['photo', 'recording', 'paper', 'other']),
      title: text(200).optional(),
    }),
  }),

  solve: command({
    records: 'solved',
    by: staff,
    data: z.strictObject({ answer: text() }),
  }),
  refer: command({
    records: 'referred',
    by: office,
    data: z.strictObject({ units: Units, note: text().optional() }),
    needs: { units: 'organisation[]' },
  }),
  deliberate: command({
    records: 'deliberated',
    by: ['coordinator'],
    data: z.strictObject({ topic: id('deliberation') }),
  }),
  takeBack: command({ records: 'takenBack', by: ['coordinator'], data: Nothing }),
  stopWork: command({ records: 'workStopped', by: [...office, 'unit-handler'], data: Nothing }),
  penalise: command({ records: 'penalised', by: [...office, 'unit-handler'], data: Nothing }),
  demolish: command({ records: 'demolished', by: [...office, 'unit-handler'], data: Nothing }),

  askResident: command({
    records: 'residentAsked',
    by: office,
    data: z.strictObject({ question: text() }),
  }),
  residentAnswered: command({
    records: 'residentAnswered',
    by: ['resident', ...staff],
    data: z.strictObject({ answer: text() }),
  }),
  goOn: command({ records: 'goneOn', by: ['coordinator'], data: Nothing }),
  suspend: command({
    records: 'suspended',
    by: ['coordinator'],
    data: z.strictObject({
      reason: z.enum(['weather', 'season', 'parts', 'access', 'funds', 'law', 'other']),
      until: z.iso.datetime(),
      note: text().optional(),
    }),
  }),
  resume: command({ records: 'resumed', by: ['coordinator'], data: Nothing }),
  withdraw: command({
    records: 'withdrawn',
    by: ['resident', 'coordinator'],
    data: z.strictObject({
      reason: z.enum(['settled', 'mistaken', 'elsewhere', 'other']),
      note: text().optional(),
    }),
  }),
  reject: command({
    records: 'rejected',
    by: ['coordinator'],
    data: z.strictObject({
      rule: z.enum(['notPublic', 'inCourt', 'otherProcedure', 'repeated', 'noFacts', 'abuse']),
      reason: text(),
    }),
  }),

  merge: command({
    records: 'merged',
    by: ['coordinator', 'system'],
    data: z
      .strictObject({
        original: id('appeal').optional(),
        external: z.string().min(1).max(80).optional(),
      })
      .refine((data) => (data.original === undefined) !== (data.external === undefined), {
        message: 'name the original appeal, or the external one',
      }),
    needs: { original: 'appeal' },
  }),
  unmerge: command({ records: 'unmerged', by: ['coordinator'], data: Nothing }),
  absorb: command({
    records: 'absorbed',
    by: ['system'],
    data: z.strictObject({ appeal: id('appeal') }),
  }),
  letGo: command({
    records: 'letGo',
    by: ['system'],
    data: z.strictObject({ appeal: id('appeal') }),
  }),
  originalClosed: command({
    records: 'originalClosed',
    by: ['system'],
    data: z.strictObject({ original: id('appeal') }),
  }),
  succeed: command({
    records: 'succeeded',
    by: ['system'],
    data: z.strictObject({ original: id('appeal'), merged: z.array(id('appeal')).max(5000) }),
  }),
  follow: command({
    records: 'followed',
    by: ['system'],
    data: z.strictObject({ original: id('appeal') }),
  }),

  referralAnswered: command({
    records: 'referralAnswered',
    by: ['system'],
    data: z.strictObject({
      referral: id('referral'),
      unit: id('organisation'),
      lead: z.boolean(),
      outcome: z.enum(['solved', 'unsolved', 'notOurs', 'qualified', 'refused']),
      refundFen: z.int().nonnegative().optional(),
      answer: text(4000).optional(),
    }),
  }),
  referralSentBack: command({
    records: 'referralSentBack',
    by: ['system'],
    data: z.strictObject({
      referral: id('referral'),
      unit: id('organisation'),
      reason: z.string().min(1).max(40),
      note: text(4000).optional(),
    }),
  }),
  referralReturned: command({
    records: 'referralReturned',
    by: ['system'],
    data: z.strictObject({ referral: id('referral'), unit: id('organisation') }),
  }),
  extend: command({
    records: 'extended',
    by: ['system'],
    data: z.strictObject({
      referral: id('referral'),
      amount: z.number().positive().max(400),
      unit: z.enum(['working days', 'days', 'hours']),
    }),
  }),
  deliberationResolved: command({
    records: 'deliberationResolved',
    by: ['system'],
    data: z.strictObject({
      deliberation: id('deliberation'),
      units: z.array(Unit).max(12),
      resolution: z.string().max(4000),
    }),
  }),
  deliberationRejected: command({
    records: 'deliberationRejected',
    by: ['system'],
    data: z.strictObject({
      deliberation: id('deliberation'),
      outcome: z.enum(['rejected', 'declined', 'cancelled']),
    }),
  }),
  deliberationDone: command({
    records: 'deliberationDone',
    by: ['system'],
    data: z.strictObject({ deliberation: id('deliberation') }),
  }),

  coOwn: command({
    records: 'coOwned',
    by: ['coordinator'],
    data: z.strictObject({ steward: id('person') }),
  }),
  sign: command({ records: 'signed', by: ['steward', ...office], data: Nothing }),
  urge: command({
    records: 'urged',
    by: ['resident', 'supervisor', ...staff],
    data: Nothing,
  }),
  supervise: command({
    records: 'supervised',
    by: ['supervisor'],
    data: z.strictObject({
      reason: z.enum(['importance', 'delay', 'quality', 'complaint', 'other']),
      note: text().optional(),
    }),
  }),
  release: command({
    records: 'released',
    by: ['supervisor'],
    data: z.strictObject({
      finding: z.enum(['remedied', 'justified', 'unfounded', 'responsible']),
      note: text().optional(),
    }),
  }),

  followUp: command({
    records: 'followedUp',
    by: [...staff, 'resident'],
    data: z
      .strictObject({
        solved: z.enum(['yes', 'no', 'noAnswer']),
        satisfied: z.enum(['yes', 'no']).optional(),
        note: text().optional(),
        close: z.boolean().optional(),
      })
      .refine((data) => data.solved !== 'noAnswer' || data.satisfied === undefined, {
        path: ['satisfied'],
        message: 'nobody answered',
      }),
  }),
  redo: command({
    records: 'redone',
    by: ['coordinator'],
    data: z
      .strictObject({
        to: z.enum(['referral', 'grid']),
        units: Units.optional(),
        note: text().optional(),
      })
      .refine((data) => data.to === 'referral' || data.units === undefined, {
        path: ['units'],
        message: 'the grid refers again itself',
      }),
    needs: { units: 'organisation[]' },
  }),
  close: command({
    records: 'closed',
    by: ['coordinator'],
    data: z.strictObject({
      override: z.enum(['absent', 'disagrees', 'urgent', 'other']).optional(),
      note: text().optional(),
    }),
  }),
  reopen: command({
    records: 'reopened',
    by: ['resident', 'coordinator'],
    data: z.strictObject({ reason: text() }),
  }),
}

/** A command's data as the machine sees them: personal texts sealed. */
export type Data<Name extends keyof typeof commands> = Recorded<
  z.output<(typeof commands)[Name]['data']>
>
