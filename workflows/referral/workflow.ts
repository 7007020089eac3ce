// The workflow `referral`: machine, commands, policies and texts put together.
import { defineWorkflow, policySchema } from '@linli/workflow'
import { commands } from './commands.ts'
import type { ReferralContext } from './context.ts'
import { machine } from './machine.ts'
import beijing from './policies/beijing@1.json' with { type: 'json' }
import usual from './policies/default@1.json' with { type: 'json' }
import jining from './policies/jining@1.json' with { type: 'json' }
import weifang from './policies/weifang@1.json' with { type: 'json' }
import { ReferralRules } from './rules.ts'
import { summary } from './summary.ts'
import en from './texts.en.json' with { type: 'json' }
import zh from './texts.zh.json' with { type: 'json' }

const Policy = policySchema(ReferralRules)

/** The workflow `referral`: one unit's part in an appeal. */
export const referral = defineWorkflow<ReferralContext>({
  id: 'referral',
  version: 1,
  machine,
  commands,
  summary,
  subjects: {
    // The reporter where known; otherwise the appeal's own key, which dies with the appeal's.
    reporter: ({ context, data }) =>
      textOf(data.reporter) ?? context?.reporter ?? context?.appeal ?? textOf(data.appeal),
  },
  policies: [usual, jining, weifang, beijing].map((policy) => Policy.parse(policy)),
  texts: { zh, en },
})

const textOf = (value: unknown): string | undefined =>
  typeof value === 'string' ? value : undefined
