// The workflows of linli, by hand: a new kind of case is a folder and a line here.
import type { Workflow } from '@linli/workflow'
import { account } from './account/workflow.ts'
import { activity } from './activity/workflow.ts'
import { appeal } from './appeal/workflow.ts'
import { assistance } from './assistance/workflow.ts'
import { body } from './body/workflow.ts'
import { campaign } from './campaign/workflow.ts'
import { commendation } from './commendation/workflow.ts'
import { deliberation } from './deliberation/workflow.ts'
import { duty } from './duty/workflow.ts'
import { dutyCalendar } from './duty-calendar/workflow.ts'
import { errand } from './errand/workflow.ts'
import { mediation } from './mediation/workflow.ts'
import { mutualAid } from './mutual-aid/workflow.ts'
import { organisation } from './organisation/workflow.ts'
import { person } from './person/workflow.ts'
import { place } from './place/workflow.ts'
import { project } from './project/workflow.ts'
import { referral } from './referral/workflow.ts'
import { resource } from './resource/workflow.ts'
import { team } from './team/workflow.ts'
import { visit } from './visit/workflow.ts'
import { visitPlan } from './visit-plan/workflow.ts'
import { wish } from './wish/workflow.ts'

/** Every workflow, by id. */
export const workflows: ReadonlyMap<string, Workflow> = new Map(
  [
    appeal,
    referral,
    deliberation,
    errand,
    wish,
    resource,
    assistance,
    mutualAid,
    visitPlan,
    visit,
    campaign,
    mediation,
    duty,
    dutyCalendar,
    activity,
    project,
    commendation,
    account,
    team,
    body,
    person,
    organisation,
    place,
  ].map((workflow) => [workflow.id, workflow]),
)
export { type Category, categories } from './appeal/category.ts'
export { type ResidentStage, residentStage } from './appeal/resident-stage.ts'
