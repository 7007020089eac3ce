// The workflow `resource`: machine, commands, policies and texts put together.
import { defineWorkflow, policySchema } from '@linli/workflow'
import { z } from 'zod'
import { commands } from './commands.ts'
import { machine, type ResourceContext } from './machine.ts'
import usual from './policies/default@1.json' with { type: 'json' }
import { summary } from './summary.ts'
import en from './texts.en.json' with { type: 'json' }
import zh from './texts.zh.json' with { type: 'json' }

const Policy = policySchema(
  z.strictObject({
    kinds: z.strictObject({ value: z.array(z.string()).min(1), source: z.string() }),
  }),
)

/** The workflow `resource`: what somebody has to give or to lend, until it is used up. */
export const resource = defineWorkflow<ResourceContext>({
  id: 'resource',
  version: 1,
  machine,
  commands,
  summary,
  subjects: {
    giver: ({ context, data }) =>
      typeof data.giver === 'string' ? data.giver : (context?.giver ?? undefined),
  },
  policies: [Policy.parse(usual)],
  texts: { zh, en },
})
