// The workflow `account`: machine, commands, policies and texts put together.
import { defineWorkflow, policySchema } from '@linli/workflow'
import { commands } from './commands.ts'
import type { AccountContext } from './ledger.ts'
import { machine } from './machine.ts'
import usual from './policies/default@1.json' with { type: 'json' }
import { AccountRules } from './rules.ts'
import { summary } from './summary.ts'
import en from './texts.en.json' with { type: 'json' }
import zh from './texts.zh.json' with { type: 'json' }

const Policy = policySchema(AccountRules)

/** The workflow `account`: points or minutes of one owner, by double entry. */
export const account = defineWorkflow<AccountContext>({
  id: 'account',
  version: 1,
  machine,
  commands,
  summary,
  policies: [Policy.parse(usual)],
  texts: { zh, en },
})
