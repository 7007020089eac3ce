// The workflow `mutual-aid`: machine, commands, policies and texts put together.
import { defineWorkflow, policySchema } from '@linli/workflow'
import { commands } from './commands.ts'
import type { AidContext } from './context.ts'
import { machine } from './machine.ts'
import usual from './policies/default@1.json' with { type: 'json' }
import { AidRules } from './rules.ts'
import { summary } from './summary.ts'
import en from './texts.en.json' with { type: 'json' }
import zh from './texts.zh.json' with { type: 'json' }

/** The workflow `mutual-aid`: one neighbour's offer or need, which finds its other side. */
export const mutualAid = defineWorkflow<AidContext>({
  id: 'mutual-aid',
  version: 1,
  machine,
  commands,
  summary,
  subjects: { owner: ({ context }) => context?.owner },
  policies: [policySchema(AidRules).parse(usual)],
  texts: { zh, en },
})
