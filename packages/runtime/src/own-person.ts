// The persons that linli opens for itself: who runs it, and the administrator whom a first start
// lets in by a link. Their ids follow from their keys, so that making them again, in whichever
// process, finds the same. Must not import HTTP.
import { Access, type Caller, type Engine, execute, type Grant, SYSTEM } from '@linli/engine'
import { kindOf } from '@linli/sql'
import { isRefusal, type Refusal } from '@linli/workflow'
import { sql } from 'kysely'
import type { Community } from './community.ts'

/** What `person.register` calls them. */
type OwnKind = 'operator' | 'staff' | 'service'

/** What runs a community: every command of the office and of the registries. */
export const RUNS: readonly Grant[] = [{ role: 'administrator' }, { role: 'coordinator' }]

/** A person of linli's own could not be opened; the code is that of the refusal. */
export class OwnPersonFault extends Error {
  override readonly name = 'OwnPersonFault'
  readonly code: string

  constructor(code: string, message: string) {
    super(message)
    this.code = code
  }
}

/** Opens a person by the system, or by `caller`, and grants the roles; again finds the same. */
export async function openPerson(
  engine: Engine,
  given: { key: string; kind: OwnKind; grants: readonly Grant[]; caller?: Caller },
): Promise<string> {
  const { key, kind, grants, caller = SYSTEM } = given
  const base = { workflow: 'person', caller }
  const opened = await execute(engine, { ...base, command: 'register', key, data: { kind } })
  if (isRefusal(opened)) throw refused(`Opening a person of kind ${kind}`, opened)
  const { instance } = opened
  for (const grant of grants) {
    const granting = { ...base, command: 'grant', instance, data: grant }
    const answer = await execute(engine, { ...granting, key: `${key}:${grant.role}` })
    if (isRefusal(answer)) throw refused(`Granting the role ${grant.role}`, answer)
  }
  return instance
}

type Parts = Pick<Community, 'engine' | 'work' | 'keyFile'>

/**
 * A link that signs an administrator in once, within a day, while none has a login of their own;
 * else undefined. Where processes share a database one of them gets it, and no other as long as it
 * can be used; a process that is alone gets another each time.
 */
export async function firstLink(parts: Parts, base: string): Promise<string | undefined> {
  const { engine, work } = parts
  const access = accessOf(parts)
  const logins = await work.selectFrom('login').select('person').distinct().execute()
  for (const { person } of logins) {
    if (await isAdministrator(access, person)) return undefined
  }
  const isShared = kindOf(work) === 'postgres'
  const person = await firstAdministrator(engine, access)
  return work.transaction().execute(async (change) => {
    if (isShared) await sql`select pg_advisory_xact_lock(${LOCK})`.execute(change)
    if (isShared && (await hasOpenLink({ ...parts, work: change }))) return undefined
    return linkFor({ ...parts, work: change }, person, base)
  })
}

/** Another such link, when the first one was lost or the password forgotten; older ones end. */
export async function anotherLink(parts: Parts, base: string): Promise<string> {
  const person = await firstAdministrator(parts.engine, accessOf(parts))
  return parts.work.transaction().execute(async (change) => {
    await change.deleteFrom('link').where('purpose', '=', PURPOSE).execute()
    return linkFor({ ...parts, work: change }, person, base)
  })
}

const PURPOSE = 'first-start'
const LOCK = 7_310_004
const ROUNDS = 100

const accessOf = ({ engine, work, keyFile }: Parts): Access =>
  new Access({ work, instances: engine.instances, keyFile, now: engine.now })

async function linkFor(parts: Parts, person: string, base: string): Promise<string> {
  const token = await accessOf(parts).createLink({ person, purpose: PURPOSE })
  return `${base}/link/${token}`
}

async function hasOpenLink({ engine, work }: Parts): Promise<boolean> {
  const found = await work
    .selectFrom('link')
    .select('person')
    .where('purpose', '=', PURPOSE)
    .where('usedAt', 'is', null)
    .where('expiresAt', '>', engine.now())
    .executeTakeFirst()
  return found !== undefined
}

/** The person that a first start opened, or the next one where that one has left. */
async function firstAdministrator(engine: Engine, access: Access): Promise<string> {
  for (let round = 0; round < ROUNDS; round += 1) {
    const key = `first-administrator:${round}`
    const person = await openPerson(engine, { key, kind: 'staff', grants: RUNS })
    if (await isAdministrator(access, person)) return person
  }
  throw new OwnPersonFault('no-administrator', 'No administrator can be opened any more.')
}

async function isAdministrator(access: Access, person: string): Promise<boolean> {
  const caller = await access.callerOf(person)
  return caller?.grants.some(({ role }) => role === 'administrator') ?? false
}

function refused(what: string, refusal: Refusal): OwnPersonFault {
  const why = [refusal.refused, refusal.detail].filter(Boolean).join('; ')
  return new OwnPersonFault(refusal.refused, `${what} was refused: ${why}.`)
}
