// What a standing body takes: kind, members with the party they stand for, terms, the parties that
// must be there. Names of bodies are public; members are named by their ids alone.
import { command } from '@linli/workflow'
import { z } from 'zod'
import { Party } from '../deliberation/context.ts'

/** The kinds of standing body. */
export const BodyKind = z.enum(['thinkTank', 'council', 'jointMeeting'])
export type BodyKind = z.infer<typeof BodyKind>

const id = (workflow: string) => z.string().regex(new RegExp(`^${workflow}-`))
const time = z.iso.datetime()
const Parties = z.array(Party).max(Party.options.length)
const offices = ['administrator', 'coordinator', 'system'] as const
const name = z.string().min(1).max(120)
const person = id('person')

/** A term of office: its end is not part of it. */
const Term = z
  .strictObject({ from: time, until: time })
  .refine(({ from, until }) => Date.parse(from) < Date.parse(until), {
    path: ['until'],
    message: 'ends before it begins',
  })

/** The commands of a body. */
export const commands = {
  establish: command({
    records: 'established',
    starts: true,
    by: offices,
    data: z.strictObject({
      kind: BodyKind,
      name,
      place: id('place'),
      requiredParties: Parties.optional(),
      term: Term.optional(),
    }),
    needs: { place: 'place' },
  }),
  correct: command({
    records: 'corrected',
    by: offices,
    data: z.strictObject({ name: name.optional(), requiredParties: Parties.optional() }),
  }),
  seat: command({
    records: 'seated',
    by: offices,
    data: z.strictObject({
      person,
      party: Party,
      from: time.optional(),
      until: time.optional(),
    }),
    needs: { person: 'person' },
  }),
  unseat: command({
    records: 'unseated',
    by: offices,
    data: z.strictObject({
      person,
      reason: z.enum(['request', 'moved', 'recalled', 'health', 'other']),
    }),
  }),
  renew: command({
    records: 'renewed',
    by: offices,
    data: z.strictObject({ term: Term }),
  }),
  dissolve: command({
    records: 'dissolved',
    by: offices,
    data: z.strictObject({ reason: z.enum(['done', 'replaced', 'mistake', 'other']) }),
  }),
}
