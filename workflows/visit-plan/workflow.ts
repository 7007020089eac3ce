// The workflow `visit-plan`: machine, commands, policies and texts put together.
import { defineWorkflow, policySchema } from '@linli/workflow'
import { commands } from './commands.ts'
import { type PlanContext, PlanRules } from './context.ts'
import { machine } from './machine.ts'
import usual from './policies/default@1.json' with { type: 'json' }
import { summary } from './summary.ts'
import en from './texts.en.json' with { type: 'json' }
import zh from './texts.zh.json' with { type: 'json' }

const Policy = policySchema(PlanRules)

/** The workflow `visit-plan`: regular visits to one household. */
export const visitPlan = defineWorkflow<PlanContext>({
  id: 'visit-plan',
  version: 1,
  machine,
  commands,
  summary,
  subjects: {
    // The person visited where known; otherwise the plan's own key.
    resident: ({ context, data }) =>
      context?.person ?? (typeof data.person === 'string' ? data.person : undefined),
  },
  policies: [Policy.parse(usual)],
  texts: { zh, en },
})
