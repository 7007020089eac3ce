// Which policy a new instance begins with: the newest of the installation's city.
import type { Workflow } from '@linli/workflow'

/** Names the policy for each workflow; where a workflow has none of the city, its default. */
export function policyChooser(workflows: ReadonlyMap<string, Workflow>, city = 'default') {
  const chosen = new Map<string, string>()
  for (const workflow of workflows.values()) {
    const ids = [...workflow.policies.keys()]
    const newest = (name: string) =>
      ids
        .filter((id) => id.startsWith(`${name}@`))
        .sort((a, b) => Number(b.split('@')[1]) - Number(a.split('@')[1]))[0]
    chosen.set(workflow.id, newest(city) ?? newest('default') ?? ids[0] ?? 'default@1')
  }
  return (workflow: string) => chosen.get(workflow) ?? 'default@1'
}
