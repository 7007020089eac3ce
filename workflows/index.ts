// The workflows of linli, by hand: a new kind of case is a folder and a line here.
import type { Workflow } from '@linli/workflow'
import { organisation } from './organisation/workflow.ts'
import { person } from './person/workflow.ts'
import { place } from './place/workflow.ts'

/** Every workflow, by id. */
export const workflows: ReadonlyMap<string, Workflow> = new Map(
  [place, organisation, person].map((workflow) => [workflow.id, workflow]),
)
