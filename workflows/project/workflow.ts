// The workflow `project`: machine, commands, policies and texts put together.
import { defineWorkflow, policySchema } from '@linli/workflow'
import { z } from 'zod'
import { commands } from './commands.ts'
import type { ProjectContext } from './context.ts'
import { machine } from './machine.ts'
import usual from './policies/default@1.json' with { type: 'json' }
import { summary } from './summary.ts'
import en from './texts.en.json' with { type: 'json' }
import zh from './texts.zh.json' with { type: 'json' }

const Policy = policySchema(z.strictObject({}))

/** The workflow `project`: goals, tasks with owner and date, and its activities. */
export const project = defineWorkflow<ProjectContext>({
  id: 'project',
  version: 1,
  machine,
  commands,
  summary,
  policies: [Policy.parse(usual)],
  texts: { zh, en },
})
