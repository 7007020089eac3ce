// What an errand takes. The kinds of errand and of papers are those that the policy file names.
// Papers are kinds and counts: no number, copy or word of a document is ever recorded.
import { command, personal } from '@linli/workflow'
import { z } from 'zod'
import usual from './policies/default@1.json' with { type: 'json' }

const text = (max: number) => personal(z.string().min(1).max(max), 'resident')
const id = (workflow: string) => z.string().startsWith(`${workflow}-`).max(80)
const staff = ['grid-worker', 'building-chief', 'duty-officer', 'coordinator'] as const
const nothing = z.strictObject({})

/** Kinds of errand and of papers, as the policy's data list them. */
export const ErrandKind = z.enum(Object.keys(usual.rules.kinds))
export const PaperKind = z.enum(usual.rules.papers.value)

const count = z.int().min(1).max(50)
const Paper = z.strictObject({ kind: PaperKind, count })
const Papers = z.array(Paper).min(1).max(20)
/** Papers of one kind. */
export type Paper = { kind: string; count: number }

/** Who speaks for the resident. */
const Speaker = z.enum(['self', 'guardian', 'family'])

/** The commands of an errand. */
export const commands = {
  request: command({
    records: 'requested',
    starts: true,
    by: [...staff, 'resident'],
    data: z.strictObject({
      kind: ErrandKind,
      place: id('place'),
      channel: z.enum(['link', 'desk', 'phone', 'visit', 'grid']),
      text: text(2000).optional(),
      phone: personal(z.string().min(3).max(32), 'resident').optional(),
      name: text(80).optional(),
      resident: id('person').optional(),
    }),
    needs: { place: 'place' },
    identifies: { phone: 'phone', name: 'name', person: 'resident' },
  }),
  consent: command({
    records: 'consented',
    by: [...staff, 'resident'],
    data: z.strictObject({ way: z.enum(['signature', 'spoken', 'link']), speaker: Speaker }),
  }),
  takePapers: command({
    records: 'papersTaken',
    by: staff,
    data: z.strictObject({ papers: Papers, receipt: z.string().min(1).max(40) }),
  }),
  submit: command({
    records: 'submitted',
    by: staff,
    data: z.strictObject({
      office: id('organisation'),
      reference: z.string().min(1).max(60).optional(),
    }),
    needs: { office: 'organisation' },
  }),
  askMore: command({
    records: 'moreAsked',
    by: staff,
    data: z.strictObject({
      papers: z.array(PaperKind).min(1).max(20),
      note: text(1000).optional(),
    }),
  }),
  decide: command({
    records: 'decided',
    by: staff,
    data: z
      .strictObject({
        outcome: z.enum(['granted', 'refused']),
        reason: z.enum(['notEntitled', 'overTheLimit', 'notProved', 'otherOffice']).optional(),
        /** What the office keeps of the papers. */
        kept: z.array(Paper).max(20),
        note: text(1000).optional(),
      })
      .refine(({ outcome, reason }) => (outcome === 'refused') === (reason !== undefined), {
        path: ['reason'],
        error: 'a refusal has a reason, and nothing else has',
      }),
  }),
  returnPapers: command({
    records: 'papersReturned',
    by: staff,
    data: z.strictObject({ papers: Papers, signedBy: Speaker }),
  }),
  settle: command({
    records: 'settled',
    by: ['coordinator'],
    data: z.strictObject({ reason: z.enum(['lost', 'notCollected']), note: text(1000) }),
  }),
  note: command({
    records: 'noted',
    by: staff,
    data: z.strictObject({ text: text(2000) }),
  }),
  take: command({ records: 'taken', by: staff, data: nothing }),
  withdraw: command({
    records: 'withdrawn',
    by: ['resident', 'coordinator'],
    data: z.strictObject({ reason: text(500).optional() }),
  }),
}
