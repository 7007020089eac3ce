// The persons that linli opens for itself: the operator, as whom the command line acts, and the
// administrator whom a first start lets in. Both have ids that follow from their keys, so that
// making them again finds them.

import { Access, type Caller, type Engine, execute, type Grant, SYSTEM } from '@linli/engine'
import type { Community } from '@linli/runtime'
import { isRefusal } from '@linli/workflow'
import { CommandFault, refusedFault } from './command-fault.ts'

/** What `person.register` calls them. */
type OwnKind = 'operator' | 'staff' | 'service'

/** The caller of the command line, made on first use. */
export async function operatorOf(community: Community): Promise<Caller> {
  const { engine } = community
  const person = await openPerson(engine, { key: 'operator', kind: 'operator', grants: RUNS })
  return { id: person, person, grants: RUNS }
}

/** Opens a person by the system, or by `caller`, and grants the roles; again finds the same. */
export async function openPerson(
  engine: Engine,
  given: { key: string; kind: OwnKind; grants: readonly Grant[]; caller?: Caller },
): Promise<string> {
  const { key, kind, grants, caller = SYSTEM } = given
  const base = { workflow: 'person', caller }
  const opened = await execute(engine, { ...base, command: 'register', key, data: { kind } })
  if (isRefusal(opened)) throw refusedFault(`Opening a person of kind ${kind}`, opened)
  const { instance } = opened
  for (const grant of grants) {
    const granting = { ...base, command: 'grant', instance, data: grant }
    const answer = await execute(engine, { ...granting, key: `${key}:${grant.role}` })
    if (isRefusal(answer)) throw refusedFault(`Granting the role ${grant.role}`, answer)
  }
  return instance
}

/** A one-time sign-in link, while no administrator has a login of their own; else undefined. */
export async function firstLink(
  { engine, work, keyFile }: Pick<Community, 'engine' | 'work' | 'keyFile'>,
  base: string,
): Promise<string | undefined> {
  const access = new Access({ work, instances: engine.instances, keyFile, now: engine.now })
  const logins = await work.selectFrom('login').select('person').distinct().execute()
  for (const { person } of logins) {
    if (await isAdministrator(access, person)) return undefined
  }
  const person = await firstAdministrator(engine, access)
  return `${base}/link/${await access.createLink({ person, purpose: 'first-start' })}`
}

/** The person that a first start opened, or the next one where that one has left. */
async function firstAdministrator(engine: Engine, access: Access): Promise<string> {
  for (let round = 0; round < ROUNDS; round += 1) {
    const key = `first-administrator:${round}`
    const person = await openPerson(engine, { key, kind: 'staff', grants: RUNS })
    if (await isAdministrator(access, person)) return person
  }
  throw new CommandFault('no-administrator', 'No administrator can be opened any more.')
}

async function isAdministrator(access: Access, person: string): Promise<boolean> {
  const caller = await access.callerOf(person)
  return caller?.grants.some(({ role }) => role === 'administrator') ?? false
}

const ROUNDS = 100
const RUNS: readonly Grant[] = [{ role: 'administrator' }, { role: 'coordinator' }]
