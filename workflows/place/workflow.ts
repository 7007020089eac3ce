// The workflow `place`: machine, commands, policies and texts put together.
import { defineWorkflow, policySchema } from '@linli/workflow'
import { z } from 'zod'
import { commands } from './commands.ts'
import { machine, type PlaceContext } from './machine.ts'
import beijing from './policies/beijing@1.json' with { type: 'json' }
import usual from './policies/default@1.json' with { type: 'json' }
import jining from './policies/jining@1.json' with { type: 'json' }
import weifang from './policies/weifang@1.json' with { type: 'json' }
import { summary } from './summary.ts'
import en from './texts.en.json' with { type: 'json' }
import zh from './texts.zh.json' with { type: 'json' }

const Policy = policySchema(z.strictObject({}))

/** The workflow `place`: a record, which carries no clocks. */
export const place = defineWorkflow<PlaceContext>({
  id: 'place',
  version: 1,
  record: true,
  machine,
  commands,
  summary,
  policies: [usual, jining, weifang, beijing].map((policy) => Policy.parse(policy)),
  texts: { zh, en },
})
