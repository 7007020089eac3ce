// The workflow `commendation`: machine, commands, policies and texts put together.
import { defineWorkflow, policySchema } from '@linli/workflow'
import { z } from 'zod'
import { commands } from './commands.ts'
import type { CommendationContext } from './context.ts'
import { machine } from './machine.ts'
import usual from './policies/default@1.json' with { type: 'json' }
import { summary } from './summary.ts'
import en from './texts.en.json' with { type: 'json' }
import zh from './texts.zh.json' with { type: 'json' }

const Policy = policySchema(z.strictObject({}))

/** The workflow `commendation`: proposed, announced with objections heard, granted, listed. */
export const commendation = defineWorkflow<CommendationContext>({
  id: 'commendation',
  version: 1,
  machine,
  commands,
  summary,
  subjects: {
    // Of a unit or a household that is honoured, the case's own key.
    nominee: ({ context, data }) => textOf(data.nominee) ?? context?.nominee ?? undefined,
    objector: ({ data }) => textOf(data.person),
  },
  policies: [Policy.parse(usual)],
  texts: { zh, en },
})

const textOf = (value: unknown): string | undefined =>
  typeof value === 'string' ? value : undefined
