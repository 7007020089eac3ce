// The workflow `person`: machine, commands, policies and texts put together.
import { defineWorkflow } from '@linli/workflow'
import { commands } from './commands.ts'
import { machine, type PersonContext } from './machine.ts'
import beijing from './policies/beijing@1.json' with { type: 'json' }
import usual from './policies/default@1.json' with { type: 'json' }
import jining from './policies/jining@1.json' with { type: 'json' }
import weifang from './policies/weifang@1.json' with { type: 'json' }
import { PersonPolicy } from './rules.ts'
import { summary } from './summary.ts'
import en from './texts.en.json' with { type: 'json' }
import zh from './texts.zh.json' with { type: 'json' }

/** The workflow `person`: a record, which carries no clocks. */
export const person = defineWorkflow<PersonContext>({
  id: 'person',
  version: 1,
  record: true,
  machine,
  commands,
  summary,
  policies: [usual, jining, weifang, beijing].map((policy) => PersonPolicy.parse(policy)),
  texts: { zh, en },
})
