// The guards of a referral: what its clocks, its kind and the city's rules allow.
import { check, isCounting, type Policy, ruleValue, when } from '@linli/workflow'
import { type ReferralContext, workingDaysOf } from './context.ts'
import { inVisitHours, keepsProtocol, type Room } from './measurement.ts'
import type { ReferralRules } from './rules.ts'

type Measured = { rooms: readonly Room[]; conditions: { windowsClosedMinutes: number } }
type Asked = { amount: number; unit: string }

const scene = (policy: Policy<ReferralRules>) => ({
  rules: policy.rules.heating,
  timeZone: policy.calendar.timeZone,
})

const heating = when<ReferralContext>(({ context }) => context.kind === 'heating')

const protocolKept = check<ReferralContext, Measured, ReferralRules>(({ data, at, policy }) =>
  keepsProtocol(data, at, scene(policy)),
)

const noneAsked = when<ReferralContext>(({ context }) => context.asked === undefined)

const fitsMaximum = check<ReferralContext, Asked, ReferralRules>(({ context, data, policy }) => {
  const most = ruleValue(policy.rules.extensionMaximum)
  return most === undefined || context.extended + workingDaysOf(data) <= workingDaysOf(most)
})

type HeatingGiven = Parameters<typeof protocolKept>[0]

/** The guards by name; each is a `when`, a `check`, or a `when` that a `check` is joined to. */
export const guards = {
  heating,
  forHeating: check<ReferralContext, { kind: string }>(({ data }) => data.kind === 'heating'),
  inSendBackLimit: when<ReferralContext>(
    ({ context, at, clocks }) => context.sendBackAgreed || at <= (clocks.sendBack?.dueAt ?? 0),
  ),
  sendBackLimitOver: when<ReferralContext>(
    ({ context, at, clocks }) => !context.sendBackAgreed && at > (clocks.sendBack?.dueAt ?? 0),
  ),
  extensionFits: (given: HeatingGiven): boolean =>
    noneAsked(given, undefined) && fitsMaximum(given, undefined),
  extensionAsked: when<ReferralContext>(({ context }) => context.asked !== undefined),
  inVisitHours: check<ReferralContext, { at: string }, ReferralRules>(({ data, policy }) =>
    inVisitHours(Date.parse(data.at), scene(policy)),
  ),
  protocolKept,
  testKeepsProtocol: (given: HeatingGiven): boolean =>
    heating(given, undefined) && protocolKept(given, undefined),
  standardReached: when<ReferralContext, ReferralRules>(({ context, policy }) => {
    const latest = context.measurements.at(-1)
    return latest !== undefined && latest.coldestC >= policy.rules.heating.standardC.value
  }),
  repairRuns: when<ReferralContext>(({ clocks }) => isCounting(clocks.repair)),
  withoutReason: check<ReferralContext, { withoutReason: boolean }>(
    ({ data }) => data.withoutReason,
  ),
  notBySaying: check<ReferralContext, { outcome: string }>(({ data }) => data.outcome !== 'solved'),
}
