// The workflow `body`: machine, commands, policies and texts put together.
import { defineWorkflow } from '@linli/workflow'
import { commands } from './commands.ts'
import { type BodyContext, machine } from './machine.ts'
import usual from './policies/default@1.json' with { type: 'json' }
import { BodyPolicy } from './rules.ts'
import { summary } from './summary.ts'
import en from './texts.en.json' with { type: 'json' }
import zh from './texts.zh.json' with { type: 'json' }

/** The workflow `body`: a record, which carries no clocks. */
export const body = defineWorkflow<BodyContext>({
  id: 'body',
  version: 1,
  record: true,
  machine,
  commands,
  summary,
  policies: [BodyPolicy.parse(usual)],
  texts: { zh, en },
})
