// The workflow `campaign`: machine, commands, policies and texts put together.
import { defineWorkflow, policySchema } from '@linli/workflow'
import { commands } from './commands.ts'
import type { CampaignContext } from './context.ts'
import { machine } from './machine.ts'
import usual from './policies/default@1.json' with { type: 'json' }
import jining from './policies/jining@1.json' with { type: 'json' }
import qingdao from './policies/qingdao@1.json' with { type: 'json' }
import weifang from './policies/weifang@1.json' with { type: 'json' }
import { CampaignRules } from './season.ts'
import { summary } from './summary.ts'
import en from './texts.en.json' with { type: 'json' }
import zh from './texts.zh.json' with { type: 'json' }

const Policy = policySchema(CampaignRules)

/** The workflow `campaign`: every household of a building is called on. */
export const campaign = defineWorkflow<CampaignContext>({
  id: 'campaign',
  version: 1,
  machine,
  commands,
  summary,
  policies: [usual, jining, weifang, qingdao].map((policy) => Policy.parse(policy)),
  texts: { zh, en },
})
