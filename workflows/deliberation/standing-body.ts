// A standing body (think-tank, council, joint meeting) as a deliberation knows it: who its members
// are on a day, which parties must be there, and how many. Pure; imports Zod and shares only.
import { z } from 'zod'
import { reaches, Share } from './quorum.ts'

const Member = z.object({
  person: z.string(),
  party: z.string().optional(),
  from: z.string().optional(),
  until: z.string().nullish(),
})

/** What a deliberation asks of a body's facts; what else they say is left alone. */
export const BodyFacts = z.object({
  id: z.string(),
  status: z.string(),
  members: z.array(Member),
  requiredParties: z.array(z.string()),
  quorum: z.object({ share: Share }).nullish(),
})
export type BodyFacts = z.infer<typeof BodyFacts>

/** The members of a body on a day, each with the party they stand for. */
export type Membership = Readonly<Record<string, string>>

/** The facts of the body that a command named; undefined when it named none. */
export function bodyIn(facts: Readonly<Record<string, unknown>>): BodyFacts | undefined {
  const found = BodyFacts.safeParse(facts.body)
  return found.success ? found.data : undefined
}

/** Those whose term runs at a moment (epoch ms), by person. */
export function membersAt({ members }: BodyFacts, at: number): Membership {
  const running = members.filter(
    ({ from, until }) =>
      (from === undefined || Date.parse(from) <= at) && (until == null || at < Date.parse(until)),
  )
  return Object.fromEntries(running.map(({ person, party }) => [person, party ?? '']))
}

/** True when enough members of a body are there; a body without a quorum asks for none. */
export const isAttended = (there: number, members: Membership, quorum: Share | null): boolean =>
  quorum === null || reaches(there, Object.keys(members).length, quorum)
