// The workflow `appeal`: machine, commands, policies and texts put together.
import { defineWorkflow } from '@linli/workflow'
import { commands } from './commands.ts'
import type { Context } from './context.ts'
import { machine } from './machine.ts'
import beijing from './policies/beijing@1.json' with { type: 'json' }
import usual from './policies/default@1.json' with { type: 'json' }
import jining from './policies/jining@1.json' with { type: 'json' }
import weifang from './policies/weifang@1.json' with { type: 'json' }
import { AppealPolicy } from './rules.ts'
import { summary } from './summary.ts'
import en from './texts.en.json' with { type: 'json' }
import zh from './texts.zh.json' with { type: 'json' }

/** The workflow `appeal`: what a resident asks for, from the report to the archive. */
export const appeal = defineWorkflow<Context>({
  id: 'appeal',
  version: 1,
  machine,
  commands,
  summary,
  subjects: {
    // The reporter where known; otherwise the case's own key.
    reporter: ({ context, data }) => context?.about.reporter ?? idIn(data.reporter),
  },
  policies: [usual, jining, weifang, beijing].map((policy) => AppealPolicy.parse(policy)),
  texts: { zh, en },
})

const idIn = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined)
