// The workflow `duty`: machine, commands, policies and texts put together.
import { defineWorkflow, policySchema } from '@linli/workflow'
import { commands } from './commands.ts'
import { machine } from './machine.ts'
import usual from './policies/default@1.json' with { type: 'json' }
import type { RosterContext } from './roster.ts'
import { DutyRules } from './rules.ts'
import { summary } from './summary.ts'
import en from './texts.en.json' with { type: 'json' }
import zh from './texts.zh.json' with { type: 'json' }

const Policy = policySchema(DutyRules)

/** The workflow `duty`: one group's roster of one period. */
export const duty = defineWorkflow<RosterContext>({
  id: 'duty',
  version: 1,
  machine,
  commands,
  summary,
  policies: [Policy.parse(usual)],
  texts: { zh, en },
})
