// The workflow `errand`: machine, commands, policies and texts put together.
import { defineWorkflow, policySchema } from '@linli/workflow'
import { commands } from './commands.ts'
import type { ErrandContext } from './context.ts'
import { machine } from './machine.ts'
import usual from './policies/default@1.json' with { type: 'json' }
import { ErrandRules } from './rules.ts'
import { summary } from './summary.ts'
import en from './texts.en.json' with { type: 'json' }
import zh from './texts.zh.json' with { type: 'json' }

/** The workflow `errand`: staff take a resident's papers to an office and bring them back. */
export const errand = defineWorkflow<ErrandContext>({
  id: 'errand',
  version: 1,
  machine,
  commands,
  summary,
  subjects: {
    resident: ({ context, data }) =>
      typeof data.resident === 'string' ? data.resident : (context?.resident ?? undefined),
  },
  policies: [policySchema(ErrandRules).parse(usual)],
  texts: { zh, en },
})
