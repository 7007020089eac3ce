// The workflow `assistance`: machine, commands, policies and texts put together.
import { defineWorkflow, policySchema } from '@linli/workflow'
import { commands } from './commands.ts'
import type { AssistanceContext } from './context.ts'
import { machine } from './machine.ts'
import usual from './policies/default@1.json' with { type: 'json' }
import { AssistanceRules } from './rules.ts'
import { summary } from './summary.ts'
import en from './texts.en.json' with { type: 'json' }
import zh from './texts.zh.json' with { type: 'json' }

/** The workflow `assistance`: a wish met by a resource, followed to an answer. */
export const assistance = defineWorkflow<AssistanceContext>({
  id: 'assistance',
  version: 1,
  machine,
  commands,
  summary,
  subjects: { resident: ({ context }) => context?.resident ?? context?.wish },
  policies: [policySchema(AssistanceRules).parse(usual)],
  texts: { zh, en },
})
