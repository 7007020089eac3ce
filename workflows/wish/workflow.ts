// The workflow `wish`: machine, commands, policies and texts put together.
import { defineWorkflow, policySchema } from '@linli/workflow'
import { z } from 'zod'
import { commands } from './commands.ts'
import { machine, type WishContext } from './machine.ts'
import usual from './policies/default@1.json' with { type: 'json' }
import { summary } from './summary.ts'
import en from './texts.en.json' with { type: 'json' }
import zh from './texts.zh.json' with { type: 'json' }

const Policy = policySchema(
  z.strictObject({
    kinds: z.strictObject({ value: z.array(z.string()).min(1), source: z.string() }),
  }),
)

/** The workflow `wish`: what somebody asks for, until an assistance fulfils it. */
export const wish = defineWorkflow<WishContext>({
  id: 'wish',
  version: 1,
  machine,
  commands,
  summary,
  subjects: {
    resident: ({ context, data }) =>
      typeof data.resident === 'string' ? data.resident : (context?.resident ?? undefined),
  },
  policies: [Policy.parse(usual)],
  texts: { zh, en },
})
