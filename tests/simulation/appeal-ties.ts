// What an appeal knows of its referrals, its topic and its original is how these stand.
import { hasEnded, type Instance, stateOf, statePath } from '@linli/workflow'
import { z } from 'zod'

const Appeal = z.object({
  referrals: z.array(z.object({ id: z.string(), status: z.string() })),
  deliberation: z.object({ id: z.string(), outcome: z.string().nullable() }).nullable(),
  ties: z.object({ original: z.string().nullable(), merged: z.array(z.string()) }),
})
const Topic = z.object({ appeals: z.array(z.string()) })

/** The states a referral may be in for each status that its appeal keeps of it. */
const EXPECTED: Readonly<Record<string, RegExp>> = {
  out: /^(open\.(dispatched|accepted|working)|paused)/,
  answered: /^(open\.answered|paused|concluded)/,
  sentBack: /^sentBack/,
  superseded: /^(superseded|sentBack|withdrawn|concluded)/,
}

type Others = { find: (id: string) => Instance | undefined }
const pathOf = (instance: Instance | undefined): string =>
  instance === undefined ? 'nowhere' : statePath(stateOf(instance))

/** What an appeal believes that is not so. */
export function appealTies(appeal: Instance, { find }: Others): string[] {
  const { referrals, deliberation, ties } = Appeal.parse(appeal.snapshot.context)
  const broken: string[] = []
  for (const { id, status } of referrals) {
    const referral = find(id)
    const path = pathOf(referral)
    // One that is closed has told its referrals to end, also those that it closed without.
    if (hasEnded(appeal) || pathOf(appeal) === 'closed') {
      if (referral !== undefined && !hasEnded(referral)) broken.push(`${id} in ${path}`)
    } else if (EXPECTED[status]?.test(path) === false) {
      broken.push(`${id} is ${status} but in ${path}`)
    }
  }
  if (pathOf(appeal) === 'open.deliberation' && deliberation !== null) {
    const topic = find(deliberation.id)
    const appeals = topic === undefined ? [] : Topic.parse(topic.snapshot.context).appeals
    if (topic === undefined || hasEnded(topic) || !appeals.includes(appeal.stream)) {
      broken.push(`waits for ${deliberation.id}, which does not know it`)
    }
  }
  if (pathOf(appeal) === 'merged') {
    const original = find(ties.original ?? '')
    const merged = original && Appeal.parse(original.snapshot.context).ties.merged
    if (original === undefined || hasEnded(original) || !merged?.includes(appeal.stream)) {
      broken.push(`follows ${ties.original}, which does not know it`)
    }
  }
  return broken
}
