// Looking up what a command declares that it needs: folded instances, as facts that are never
// personal and that are written into the event, so that folding needs no other stream.
import type { Refusal } from '@linli/workflow'
import type { Instances } from './instances.ts'

/** The facts by field name, or `not-found` naming the field. Absent optional fields are skipped. */
export async function lookUp(
  instances: Instances,
  needs: Readonly<Record<string, string>>,
  data: Readonly<Record<string, unknown>>,
): Promise<Record<string, unknown> | Refusal> {
  const facts: Record<string, unknown> = {}
  for (const [field, wanted] of Object.entries(needs)) {
    const named = data[field]
    if (named === undefined || named === null) continue
    const many = wanted.endsWith('[]')
    const workflow = many ? wanted.slice(0, -2) : wanted
    const found: unknown[] = []
    for (const id of many && Array.isArray(named) ? named : [named]) {
      const fact = await factOf(instances, workflow, idIn(id, workflow))
      if (fact === undefined) {
        return { refused: 'not-found', issues: [{ path: field, message: `no such ${workflow}` }] }
      }
      found.push(fact)
    }
    facts[field] = many ? found : found[0]
  }
  return facts
}

/** An element of a list names its instance itself, or under the workflow's or the unit's name. */
function idIn(element: unknown, workflow: string): string {
  if (typeof element === 'string') return element
  if (typeof element !== 'object' || element === null) return ''
  for (const name of [workflow, 'unit', 'person', 'place']) {
    const id: unknown = Reflect.get(element, name)
    if (typeof id === 'string' && id.startsWith(`${workflow}-`)) return id
  }
  return ''
}

async function factOf(instances: Instances, workflow: string, id: string): Promise<unknown> {
  if (!id.startsWith(`${workflow}-`)) return undefined
  const instance = await instances.get(id)
  if (instance === undefined) return undefined
  return { id, ...(instance.workflow.summary(instance).facts ?? {}) }
}
