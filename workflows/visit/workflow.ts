// The workflow `visit`: machine, commands, policies and texts put together.
import { defineWorkflow, policySchema } from '@linli/workflow'
import { z } from 'zod'
import { commands } from './commands.ts'
import type { VisitContext } from './context.ts'
import { machine } from './machine.ts'
import usual from './policies/default@1.json' with { type: 'json' }
import { summary } from './summary.ts'
import en from './texts.en.json' with { type: 'json' }
import zh from './texts.zh.json' with { type: 'json' }

const Policy = policySchema(z.strictObject({}))

/** The workflow `visit`: one visit to one household. */
export const visit = defineWorkflow<VisitContext>({
  id: 'visit',
  version: 1,
  machine,
  commands,
  summary,
  subjects: {
    // The person visited where known; otherwise the visit's own key.
    resident: ({ context, data }) =>
      context?.person ?? (typeof data.person === 'string' ? data.person : undefined),
  },
  policies: [Policy.parse(usual)],
  texts: { zh, en },
})
