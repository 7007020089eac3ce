// The event types of a workflow as choices, from its texts.

import { useVersion } from '../versions.ts'
import { useWorkflows } from '../workflows.ts'

const EVENT = 'event.'

/** Named by what happened, in words. */
export function useTypes(workflow: string): { value: string; label: string }[] {
  const all = useWorkflows()
  const version = useVersion(workflow, all.data?.find(({ id }) => id === workflow)?.version)
  return Object.entries(version.data?.texts ?? {})
    .filter(([key]) => key.startsWith(EVENT))
    .map(([key, label]) => ({ value: `${workflow}.${key.slice(EVENT.length)}`, label }))
}
