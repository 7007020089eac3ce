// What a deliberation takes and records, and who may give it.
import { command, personal } from '@linli/workflow'
import { z } from 'zod'
import { type Context, Party, Way } from './context.ts'
import { areaDm2, areaM2, Choice, totalsOf } from './quorum.ts'
import { Matter } from './rules.ts'

/** Words of a sealed ballot, all of one length: what is sealed shows how long it is. */
export const BALLOT_WORDS = { yes: 'yes', nay: 'no', abs: 'abstain' } as const

const id = (workflow: string) => z.string().startsWith(`${workflow}-`).max(80)
const Key = z.string().min(1).max(80)
const Category = z.string().min(1).max(80)
const Text = z.string().min(1).max(2_000)
const Line = z.string().min(1).max(200)
const Time = z.iso.datetime()
const AreaM2 = z.number().nonnegative().max(10_000_000)
const reason = personal(z.string().min(1).max(2_000))
const Nothing = z.strictObject({})

const Electorate = z
  .array(z.strictObject({ person: id('person'), areaM2: AreaM2.optional() }))
  .min(1)
  .max(5_000)
  .refine((voters) => new Set(voters.map(({ person }) => person)).size === voters.length, {
    message: 'each voter once',
  })

const Parties = z.array(Party).max(Party.options.length)
const body = id('body').optional()

const TaskData = z.strictObject({
  title: Line,
  due: Time,
  unit: id('organisation').optional(),
  person: id('person').optional(),
})

/** The tasks of a project, as it takes them. */
const ProjectTasks = z
  .array(
    z.strictObject({
      text: z.string().min(1).max(300),
      owner: z.union([id('organisation'), id('person')]).optional(),
      dueOn: z.iso.date(),
    }),
  )
  .min(1)
  .max(50)

const Units = z
  .array(
    z.strictObject({
      unit: id('organisation'),
      lead: z.boolean(),
      kind: z.enum(['general', 'heating']),
    }),
  )
  .max(12)
  .refine((units) => units.length === 0 || units.filter(({ lead }) => lead).length === 1, {
    message: 'one lead unit',
  })

const Weight = z.strictObject({ persons: z.int().nonnegative(), areaM2: AreaM2 })
const Totals = z.strictObject({ yes: Weight, no: Weight, abstain: Weight })

/** A sealed ballot that the edge opens at the count: its event, and the area it stands for. */
export type SealedBallot = { event: string; areaM2: number }

/**
 * What the engine does when `count` is given, before it seals and steps. It takes `ballots` of
 * the folded context; opens `data[field]` of each of these events with the key of `subject`; and
 * sets the command's own `[into]` to `total` of the opened words, whatever the caller sent. After
 * the append it destroys the subject's key, and once more at start for every such event in the
 * log whose key still lives. No ballots: it leaves the command as it is. Nowhere else may a
 * value of this subject be opened, for nobody.
 */
export const tallies = {
  command: 'vote',
  field: 'choice',
  into: 'totals',
  subject: (context: Context): string => ballotSubject(context),
  ballots: ({ meeting }: Context): SealedBallot[] =>
    meeting?.secret !== true
      ? []
      : Object.entries(meeting.ballots).map(([person, { event }]) => ({
          event,
          areaM2: areaM2(meeting.voters[person] ?? 0),
        })),
  total: (opened: readonly { text: string; areaM2: number }[]): z.infer<typeof Totals> => {
    const totals = totalsOf(
      opened.map(({ text, areaM2 }) => ({ choice: choiceOf(text), areaDm2: areaDm2(areaM2) })),
    )
    const shown = ({ persons, areaDm2 }: { persons: number; areaDm2: number }) => ({
      persons,
      areaM2: areaM2(areaDm2),
    })
    return { yes: shown(totals.yes), no: shown(totals.no), abstain: shown(totals.abstain) }
  },
}

/** The subject whose key seals the ballots of the present meeting: one key a meeting. */
export const ballotSubject = ({ stream, meetings }: Context): string =>
  `${stream}:ballot:${meetings}`

const choiceOf = (word: string): Choice =>
  word === 'yes' || word === 'nay' || word === 'abs' ? BALLOT_WORDS[word] : 'abstain'

/** The commands of a deliberation by name. */
export const commands = {
  propose: command({
    records: 'proposed',
    starts: true,
    by: ['coordinator', 'council-member'],
    data: z
      .strictObject({
        title: Line,
        place: id('place'),
        body,
        requiredParties: Parties.optional(),
        rule: Matter,
        category: Category.optional(),
      })
      .refine(({ body, requiredParties }) => body !== undefined || requiredParties !== undefined, {
        path: ['requiredParties'],
        message: 'the parties, or a body that names them',
      }),
    needs: { place: 'place', body: 'body' },
  }),
  support: command({ records: 'supported', by: ['council-member'], data: Nothing }),
  accept: command({ records: 'accepted', by: ['coordinator'], data: Nothing }),
  join: command({
    records: 'joined',
    by: ['system'],
    data: z.strictObject({
      appeal: id('appeal'),
      place: z.array(id('place')).max(12),
      category: Category,
    }),
  }),
  leave: command({
    records: 'left',
    by: ['system'],
    data: z.strictObject({ appeal: id('appeal') }),
  }),
  schedule: command({
    records: 'scheduled',
    by: ['coordinator'],
    data: z
      .strictObject({
        at: Time,
        place: Line,
        body,
        electorate: Electorate.optional(),
        requiredParties: Parties.optional(),
      })
      .refine(({ body, electorate }) => body !== undefined || electorate !== undefined, {
        path: ['electorate'],
        message: 'the voters, or a body whose members vote',
      }),
    needs: { body: 'body' },
  }),
  waiveNotice: command({
    records: 'noticeWaived',
    by: ['coordinator'],
    data: z.strictObject({ reason: Text }),
  }),
  signIn: command({
    records: 'signedIn',
    by: ['coordinator', 'council-member', 'grid-worker', 'duty-officer'],
    data: z.strictObject({ party: Party, person: id('person').optional() }),
  }),
  openMeeting: command({ records: 'opened', by: ['coordinator'], data: Nothing }),
  openVote: command({ records: 'voteOpened', by: ['coordinator'], data: Nothing }),
  vote: command({
    records: 'voted',
    by: ['resident', 'council-member', 'coordinator', 'grid-worker', 'duty-officer'],
    data: z.strictObject({
      person: id('person'),
      way: Way,
      /** Said when the voter has voted before: it is a changed vote, not a second one. */
      changes: z.literal(true).optional(),
      openChoice: Choice.optional(),
      choice: personal(z.string().regex(/^(yes|nay|abs)$/), 'meeting').optional(),
    }),
  }),
  delegate: command({
    records: 'delegated',
    by: ['resident', 'council-member', 'coordinator'],
    data: z.strictObject({ person: id('person'), to: id('person') }),
  }),
  revokeDelegation: command({
    records: 'delegationRevoked',
    by: ['resident', 'council-member', 'coordinator'],
    data: z.strictObject({ person: id('person') }),
  }),
  closeVote: command({ records: 'voteClosed', by: ['coordinator'], data: Nothing }),
  count: {
    ...command({
      records: 'counted',
      by: ['coordinator'],
      data: z.strictObject({ totals: Totals.optional() }),
    }),
    tallies,
  },
  callAgain: command({
    records: 'calledAgain',
    by: ['coordinator'],
    data: z.strictObject({ at: Time, place: Line, body, electorate: Electorate.optional() }),
    needs: { body: 'body' },
  }),
  drop: command({ records: 'dropped', by: ['coordinator'], data: z.strictObject({ reason }) }),
  publish: command({
    records: 'published',
    by: ['coordinator'],
    data: z.strictObject({
      resolution: Text,
      units: Units,
      tasks: z.array(TaskData).max(50).optional(),
    }),
  }),
  object: command({
    records: 'objected',
    by: ['resident', 'council-member', 'coordinator'],
    data: z.strictObject({
      person: id('person').optional(),
      reason: personal(z.string().min(1).max(2_000), 'objector'),
    }),
  }),
  uphold: command({
    records: 'upheld',
    by: ['coordinator'],
    data: z.strictObject({ objection: Key, reason }),
  }),
  dismiss: command({
    records: 'dismissed',
    by: ['coordinator'],
    data: z.strictObject({ objection: Key, reason }),
  }),
  addTask: command({ records: 'taskAdded', by: ['coordinator'], data: TaskData }),
  taskDone: command({
    records: 'taskDone',
    by: ['coordinator', 'unit-handler'],
    data: z.strictObject({ task: Key, outcome: z.enum(['done', 'dropped']) }),
  }),
  referTask: command({
    records: 'taskReferred',
    by: ['coordinator'],
    data: z.strictObject({ task: Key, unit: id('organisation'), category: Category }),
    needs: { unit: 'organisation' },
  }),
  beginProject: command({
    records: 'projectBegun',
    by: ['coordinator'],
    data: z.strictObject({ task: Key, tasks: ProjectTasks }),
  }),
  projectEnded: command({
    records: 'projectEnded',
    by: ['system'],
    data: z.strictObject({ project: id('project'), outcome: z.enum(['done', 'dropped']) }),
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
      answer: personal(z.string()).optional(),
    }),
  }),
  referralSentBack: command({
    records: 'referralSentBack',
    by: ['system'],
    data: z.strictObject({
      referral: id('referral'),
      unit: id('organisation'),
      reason: z.string(),
      note: personal(z.string()).optional(),
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
      amount: z.number().positive(),
      unit: z.enum(['working days', 'days', 'hours']),
    }),
  }),
  postpone: command({
    records: 'postponed',
    by: ['coordinator'],
    data: z.strictObject({ until: Time, reason }),
  }),
  takeUp: command({ records: 'takenUp', by: ['coordinator'], data: Nothing }),
  decline: command({
    records: 'declined',
    by: ['coordinator'],
    data: z.strictObject({ reason }),
  }),
  cancel: command({
    records: 'cancelled',
    by: ['coordinator'],
    data: z.strictObject({ reason }),
  }),
  note: command({
    records: 'noted',
    by: ['coordinator', 'council-member'],
    data: z.strictObject({ text: personal(z.string().min(1).max(2_000)) }),
  }),
}
