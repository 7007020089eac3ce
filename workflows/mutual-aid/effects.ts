// What the two sides tell each other, and whom they let know. Pure; nothing personal is told: a
// name and a phone stay where they were given, and are read there by whoever may.
import type { NotifyParams, TellParams } from '@linli/workflow'
import type { Given } from './context.ts'

const stream = ({ event }: Given) => event.stream

/** The limit of an offer or a need by its kind, where the policy has one. */
export function expiryLimit({ context, event }: Given): { clock: 'expiry'; limit: string } {
  const own = `expiry.${context.kind}`
  return { clock: 'expiry', limit: own in event.policy.limits ? own : 'expiry' }
}

/** Asks the other side, which may be taken already. */
export const approach = (given: Given): TellParams => ({
  instance: given.context.other?.id ?? '',
  command: 'approach',
  with: { other: stream(given), person: given.context.owner },
})

/** Says how one's own consent stands now. */
export const tellConsent =
  (command: 'otherAgreed' | 'otherTookBack') =>
  (given: Given): TellParams => ({
    instance: given.context.other?.id ?? '',
    command,
    with: { other: stream(given), turn: given.context.turn },
  })

/** Lets the other side go; of one that has gone already nothing comes of it. */
export function tellPart(given: Given): TellParams[] {
  const { other } = given.context
  if (other === null) return []
  return [{ instance: other.id, command: 'part', with: { other: stream(given) } }]
}

/** Says what went over. */
export function tellHandedOver(given: Given): TellParams[] {
  const { context, event } = given
  if (context.other === null || event.type !== 'mutual-aid.handedOver') return []
  const { amount } = event.data
  const told = { other: stream(given), amount }
  return [{ instance: context.other.id, command: 'otherHandedOver', with: told }]
}

/** Reports the other side, of this match or of the last. */
export function tellFlag(given: Given): TellParams[] {
  const { context, event } = given
  const whom = context.other?.id ?? context.last
  if (whom === null || event.type !== 'mutual-aid.reported') return []
  const { reason } = event.data
  return [{ instance: whom, command: 'flag', with: { reason, from: stream(given) } }]
}

/** Lets the owner know; `text` is the key `notify.<text>`. */
export const toOwner =
  (text: string) =>
  (given: Given): NotifyParams => ({
    to: { person: given.context.owner },
    text,
    with: { aid: stream(given) },
  })

/** Lets the coordinators of the place know; `text` is the key `notify.<text>`. */
export const toCoordinator =
  (text: string) =>
  (given: Given): NotifyParams => {
    const [community] = given.context.place
    return {
      to: { role: 'coordinator', ...(community === undefined ? {} : { place: community }) },
      text,
      with: { aid: stream(given) },
    }
  }
