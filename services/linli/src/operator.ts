// The operator: the person as whom the command line acts.
import type { Caller } from '@linli/engine'
import { type Community, openPerson, RUNS } from '@linli/runtime'

/** The caller of the command line, made on first use. */
export async function operatorOf({ engine }: Pick<Community, 'engine'>): Promise<Caller> {
  const person = await openPerson(engine, { key: 'operator', kind: 'operator', grants: RUNS })
  return { id: person, person, grants: RUNS }
}
