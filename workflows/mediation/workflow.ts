// The workflow `mediation`: machine, commands, policies and texts put together.
import { defineWorkflow, policySchema } from '@linli/workflow'
import { z } from 'zod'
import { commands } from './commands.ts'
import type { MediationContext } from './context.ts'
import { machine } from './machine.ts'
import usual from './policies/default@1.json' with { type: 'json' }
import { summary } from './summary.ts'
import en from './texts.en.json' with { type: 'json' }
import zh from './texts.zh.json' with { type: 'json' }

const Policy = policySchema(z.strictObject({}))

/** The workflow `mediation`: parties, talks, and what they agree on. */
export const mediation = defineWorkflow<MediationContext>({
  id: 'mediation',
  version: 1,
  machine,
  commands,
  summary,
  policies: [Policy.parse(usual)],
  texts: { zh, en },
})
