// The workflow `activity`: machine, commands, policies and texts put together.
import { defineWorkflow } from '@linli/workflow'
import { commands } from './commands.ts'
import type { ActivityContext } from './context.ts'
import { machine } from './machine.ts'
import usual from './policies/default@1.json' with { type: 'json' }
import { ActivityPolicy } from './rules.ts'
import { summary } from './summary.ts'
import en from './texts.en.json' with { type: 'json' }
import zh from './texts.zh.json' with { type: 'json' }

/** The workflow `activity`: shifts, who came, who served, what was made, whom it was for. */
export const activity = defineWorkflow<ActivityContext>({
  id: 'activity',
  version: 1,
  machine,
  commands,
  summary,
  policies: [ActivityPolicy.parse(usual)],
  texts: { zh, en },
})
