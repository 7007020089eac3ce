// The workflow `duty-calendar`: machine, commands, policies and texts put together.
import { defineWorkflow, policySchema } from '@linli/workflow'
import { z } from 'zod'
import { commands } from './commands.ts'
import { type CalendarContext, machine } from './machine.ts'
import usual from './policies/default@1.json' with { type: 'json' }
import { summary } from './summary.ts'
import en from './texts.en.json' with { type: 'json' }
import zh from './texts.zh.json' with { type: 'json' }

const Policy = policySchema(z.strictObject({}))

/** The workflow `duty-calendar`: a record, which carries no clocks. */
export const dutyCalendar = defineWorkflow<CalendarContext>({
  id: 'duty-calendar',
  version: 1,
  record: true,
  machine,
  commands,
  summary,
  policies: [Policy.parse(usual)],
  texts: { zh, en },
})
