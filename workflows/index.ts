// The workflows of linli, by hand: a new kind of case is a folder and a line here.
import type { Workflow } from '@linli/workflow'
import { appeal } from './appeal/workflow.ts'
import { deliberation } from './deliberation/workflow.ts'
import { organisation } from './organisation/workflow.ts'
import { person } from './person/workflow.ts'
import { place } from './place/workflow.ts'
import { referral } from './referral/workflow.ts'

/** Every workflow, by id. */
export const workflows: ReadonlyMap<string, Workflow> = new Map(
  [appeal, referral, deliberation, person, organisation, place].map((workflow) => [
    workflow.id,
    workflow,
  ]),
)
export { type Category, categories } from './appeal/category.ts'
export { type ResidentStage, residentStage } from './appeal/resident-stage.ts'
