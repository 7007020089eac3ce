// What a referral remembers, and how its events change it. Pure; nothing personal stands here.
import type { EventsOf } from '@linli/workflow'
import type { commands, ReferralKind } from './commands.ts'
import { coldestOf, type Measurement, type Room } from './measurement.ts'
import { type Refund, refundOf } from './refund.ts'
import type { ReferralRules } from './rules.ts'

/** How a referral was answered, as its appeal is told. */
export type Outcome = 'solved' | 'unsolved' | 'notOurs' | 'qualified' | 'refused'

/** A referral as folded. Instants are epoch ms. */
export type ReferralContext = {
  appeal: string
  unit: string
  lead: boolean
  kind: ReferralKind
  place: readonly string[]
  category: string
  areaM2?: number
  requestedAt: number
  reporter?: string
  round: number
  notes: number
  urges: number
  returns: number
  sendBackAgreed: boolean
  sendBackReason?: string
  /** The extension that waits for an answer; undefined when none does. */
  asked?: { amount: number; unit: 'working days' | 'days' | 'hours' } | undefined
  /** Working days of extension agreed so far. */
  extended: number
  appointedAt?: number
  measurements: readonly Measurement[]
  /** Whether the first contact, the answer and the repair came inside their limits. */
  contactedInTime?: boolean
  answeredInTime?: boolean
  repairedInTime?: boolean
  outcome?: Outcome | undefined
  refund?: Refund | undefined
}

export type Events = EventsOf<'referral', typeof commands, ReferralRules>
type Given = { context: ReferralContext; event: Events }
type Changed = Partial<ReferralContext>

/** A referral before it is dispatched. */
export const NEW_REFERRAL: ReferralContext = {
  appeal: '',
  unit: '',
  lead: false,
  kind: 'general',
  place: [],
  category: '',
  requestedAt: 0,
  round: 1,
  notes: 0,
  urges: 0,
  returns: 0,
  sendBackAgreed: false,
  extended: 0,
  measurements: [],
}

/** Takes over what the appeal said. */
export function dispatched({ event }: Given): Changed {
  if (event.type !== 'referral.dispatched') return {}
  const { appeal, unit, lead, kind, place, category, areaM2, reporter, round } = event.data
  return {
    ...{ appeal, unit, lead, kind, place, category, round },
    requestedAt: Date.parse(event.data.requestedAt),
    ...(areaM2 === undefined ? {} : { areaM2 }),
    ...(reporter === undefined ? {} : { reporter }),
  }
}

/** Remembers why the unit sent the case back. */
export const sentBack = ({ event }: Given): Changed =>
  event.type === 'referral.sentBack' ? { sendBackReason: event.data.reason } : {}

/** Remembers the extension asked for, until it is agreed or refused. */
export function extensionAsked({ event }: Given): Changed {
  if (event.type !== 'referral.extensionAsked') return {}
  return { asked: { amount: event.data.amount, unit: event.data.unit } }
}

/** Counts an agreed extension. */
export function extensionAgreed({ context }: Given): Changed {
  if (context.asked === undefined) return {}
  return { asked: undefined, extended: context.extended + workingDaysOf(context.asked) }
}

/** Remembers the visit that was agreed, and whether the household was contacted in time. */
export function appointed(given: Given): Changed {
  const { event } = given
  if (event.type !== 'referral.appointed') return {}
  return { appointedAt: Date.parse(event.data.at), ...contacted(given) }
}

/** The first contact counts; later ones change nothing. */
export function contacted({ context, event }: Given): Changed {
  const { contactUser } = event.clocks
  if (context.contactedInTime !== undefined || contactUser === undefined) return {}
  return { contactedInTime: event.at <= contactUser.dueAt }
}

/** Adds a measurement by the unit or the statutory tester. */
export function measured({ context, event }: Given): Changed {
  if (event.type !== 'referral.measured' && event.type !== 'referral.tested') return {}
  const rooms: readonly Room[] = event.data.rooms
  const one: Measurement = {
    at: event.at,
    by: event.type === 'referral.tested' ? 'tester' : 'unit',
    coldestC: coldestOf(rooms),
  }
  return { measurements: [...context.measurements, one] }
}

/** Remembers the unit's own word. An answer before the standard is reached settles no refund. */
export function answered({ context, event }: Given): Changed {
  if (event.type !== 'referral.answered') return {}
  const { outcome } = event.data
  return { outcome, refund: undefined, asked: undefined, ...inTime(context, event) }
}

/** The standard is reached, or counts as reached: the refund is reckoned. */
export function settled({ context, event }: Given, outcome: 'qualified' | 'refused'): Changed {
  const reachedAt = outcome === 'refused' ? event.at : reached(context, event)
  const { repair } = event.clocks
  const late = repair !== undefined && reachedAt > repair.dueAt
  return {
    outcome,
    asked: undefined,
    refund: refundNow(context, event, { reachedAt, late }),
    ...(repair === undefined ? {} : { repairedInTime: !late }),
    ...inTime(context, event),
  }
}

/** Back to work, for the coordinator returned the answer: it is counted. */
export const returned = ({ context }: Given): Changed => ({
  ...reopened(),
  returns: context.returns + 1,
})

/** Back to work: the answer falls, and with it what was reckoned. */
export const reopened = (): Changed => ({ outcome: undefined, refund: undefined })

/** An extension in working days; a day, or each begun 24 hours, counts as one. */
export function workingDaysOf(asked: { amount: number; unit: string }): number {
  return asked.unit === 'hours' ? Math.ceil(asked.amount / 24) : asked.amount
}

function inTime(context: ReferralContext, event: Events): Changed {
  const { answer } = event.clocks
  if (context.answeredInTime !== undefined || answer === undefined) return {}
  return { answeredInTime: event.at <= answer.dueAt }
}

/** When the standard was reached: by the first good measurement after the last bad one. */
function reached({ measurements }: ReferralContext, event: Events): number {
  const standard = event.policy.rules.heating.standardC.value
  const lastShort = measurements.findLastIndex(({ coldestC }) => coldestC < standard)
  return measurements[lastShort + 1]?.at ?? event.at
}

function refundNow(
  context: ReferralContext,
  event: Events,
  found: { reachedAt: number; late: boolean },
): Refund {
  return refundOf({
    ...found,
    requestedAt: context.requestedAt,
    ...(context.areaM2 === undefined ? {} : { areaM2: context.areaM2 }),
    measurements: context.measurements,
    rules: event.policy.rules.heating,
    timeZone: event.policy.calendar.timeZone,
  })
}
