// The deliberation as the engine runs it.
import { defineWorkflow, type Policy } from '@linli/workflow'
import { ballotSubject, commands } from './commands.ts'
import type { Context } from './context.ts'
import { machine } from './machine.ts'
import beijing from './policies/beijing@1.json' with { type: 'json' }
import general from './policies/default@1.json' with { type: 'json' }
import jining from './policies/jining@1.json' with { type: 'json' }
import weifang from './policies/weifang@1.json' with { type: 'json' }
import { DeliberationPolicy } from './rules.ts'
import { summary } from './summary.ts'
import en from './texts.en.json' with { type: 'json' }
import zh from './texts.zh.json' with { type: 'json' }

const policies: readonly Policy[] = [general, jining, weifang, beijing].map((file) =>
  DeliberationPolicy.parse(file),
)

/** One topic: proposed, gathered, met and voted on, resolved, published and carried out. */
export const deliberation = defineWorkflow<Context>({
  id: 'deliberation',
  version: 1,
  machine,
  commands,
  policies,
  texts: { zh, en },
  summary,
  subjects: {
    meeting: ({ context }) => (context === undefined ? undefined : ballotSubject(context)),
    objector: ({ data }) => (typeof data.person === 'string' ? data.person : undefined),
  },
})
