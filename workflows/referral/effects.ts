// The params of a referral's actions: which limit a clock takes, and what the appeal and the unit
// are told. Pure; a sealed text is passed on only from the event that carries it.
import { iso, type OpenParams, ruleValue, type Scene, type TellParams } from '@linli/workflow'
import type { Events, ReferralContext } from './context.ts'
import type { ReferralRules } from './rules.ts'
import { dayOfSeason, localDate } from './season.ts'

type Given = { context: ReferralContext; event: Events }
type With = OpenParams['with']
const FIRST_DAYS = 10
const MINUTE_MS = 60_000

/** The limit of the unit's whole work: by kind where the policy tells them apart. */
export function answerLimit({ context, event }: Given): { clock: 'answer'; limit: string } {
  const own = `answer.${context.kind}`
  return { clock: 'answer', limit: own in event.policy.limits ? own : 'answer' }
}

/** The limit of the first contact: longer in the season's first ten days where a policy says so. */
export function contactLimit({ event }: Given): { clock: 'contactUser'; limit: string } {
  const early = 'contactUser.firstTenDays'
  const applies = early in event.policy.limits && isEarly(event)
  return { clock: 'contactUser', limit: applies ? early : 'contactUser' }
}

function isEarly({ at, policy }: Scene<ReferralRules>): boolean {
  const season = ruleValue(policy.rules.heating.season)
  if (season === undefined) return false
  const day = dayOfSeason(localDate(at, policy.calendar.timeZone), season)
  return day !== undefined && day <= FIRST_DAYS
}

/** The visit is late when its hour and the policy's grace have passed without a measurement. */
export function visitLimit({ event }: Given): { clock: 'visit'; until: number } {
  const grace = event.policy.rules.heating.visitGraceMinutes.value * MINUTE_MS
  const at = event.type === 'referral.appointed' ? Date.parse(event.data.at) : event.at
  return { clock: 'visit', until: at + grace }
}

/** How much a waiting extension adds to the unit's limit. */
export const extension = ({ context }: Given) => ({
  clock: 'answer',
  by: context.asked ?? { amount: 1, unit: 'working days' as const },
})

const toAppeal = ({ context, event }: Given, command: string, data: With): TellParams => ({
  instance: context.appeal,
  command,
  with: { referral: event.stream, ...data },
})

/** Tells the appeal how the unit answered; with the refund where one is due. */
export function tellAnswered(given: Given): TellParams {
  const { context, event } = given
  const { unit, lead, refund } = context
  return toAppeal(given, 'referralAnswered', {
    unit,
    lead,
    outcome: context.outcome,
    ...(refund?.status === 'due' ? { refundFen: refund.fen } : {}),
    ...(event.type === 'referral.answered' ? { answer: event.data.answer } : {}),
  })
}

/** Tells the appeal that the unit sent the case back, and why. */
export function tellSentBack(given: Given): TellParams {
  const { context, event } = given
  const { reason, note } = event.type === 'referral.sentBack' ? event.data : {}
  return toAppeal(given, 'referralSentBack', {
    unit: context.unit,
    reason,
    ...(note === undefined ? {} : { note }),
  })
}

/** Tells the appeal that the unit works on it again. */
export const tellReturned = (given: Given): TellParams =>
  toAppeal(given, 'referralReturned', { unit: given.context.unit })

/** Tells the appeal that an extension was agreed. */
export const tellExtended = (given: Given): TellParams =>
  toAppeal(given, 'extend', { ...given.context.asked })

/** Lets the unit know; `text` is the key `notify.<text>`. */
export const toUnit =
  (text: string) =>
  ({ context, event }: Given) => ({
    to: { unit: context.unit },
    text,
    with: { referral: event.stream, category: context.category, at: iso(event.at) },
  })

/** Lets the coordinators of the place know; `text` is the key `notify.<text>`. */
export const toCoordinator =
  (text: string) =>
  ({ context, event }: Given) => {
    const [community] = context.place
    return {
      to: {
        role: 'coordinator' as const,
        ...(community === undefined ? {} : { place: community }),
      },
      text,
      with: { referral: event.stream, category: context.category, at: iso(event.at) },
    }
  }
