// The flat row of a referral. Pure; may not import a store or HTTP.
import { iso, type WorkflowSpec } from '@linli/workflow'
import type { ReferralContext } from './context.ts'

/** A referral's row: its unit, its appeal, and the figures that rates count. */
export const summary: WorkflowSpec<ReferralContext>['summary'] = ({ stream, context }) => {
  const { appeal, unit, lead, kind, place, category, refund, appointedAt } = context
  return {
    place,
    units: [unit],
    // Not the reporter: a resident follows the appeal, and never reads what units note here.
    persons: [],
    category,
    ...(lead ? { leadUnit: unit } : {}),
    links: [{ rel: 'appeal', id: appeal }],
    extra: {
      kind,
      lead,
      round: context.round,
      urges: context.urges,
      returns: context.returns,
      extended: context.extended,
      extensionAsked: context.asked !== undefined,
      sendBackReason: context.sendBackReason ?? null,
      appointedAt: appointedAt === undefined ? null : iso(appointedAt),
      measuredC: context.measurements.at(-1)?.coldestC ?? null,
      outcome: context.outcome ?? null,
      refund: refund?.status ?? null,
      refundFen: refund?.status === 'due' ? refund.fen : null,
    },
    facts: { id: stream, appeal, unit, lead, kind, outcome: context.outcome ?? null },
    measures: {
      contactedInTime: context.contactedInTime ?? null,
      answeredInTime: context.answeredInTime ?? null,
      repairedInTime: context.repairedInTime ?? null,
      sentBack: context.sendBackReason !== undefined,
      returns: context.returns,
    },
  }
}
