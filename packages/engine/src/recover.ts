// At start: what the log knows and the vault may not. Keys are bound to subjects after the event
// is durable, so a crash between the two is mended from the log; and persons whose erasure the
// log and the vault tell differently (a restored backup) are brought together.
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { EventReader } from '@linli/event-store'
import { isSealed as isOpenable, type LoggedBinding, type Vault } from '@linli/vault'
import { type Event, isSealed, type Workflow, workflowOf } from '@linli/workflow'
import type { Engine } from './engine.ts'
import { execute } from './execute.ts'
import { parseEvent } from './instances.ts'
import { logEvents } from './log-events.ts'
import { SYSTEM } from './permission.ts'
import { ballotSubject, tallying } from './tally.ts'

type Known = { reader: EventReader; vault: Vault; workflows: ReadonlyMap<string, Workflow> }

/** Gives the vault every binding that stands in the log behind its checkpoint. */
export async function recoverVault(known: Known): Promise<{ added: number; unknownKeys: number }> {
  const after = await known.vault.checkpoint()
  const through = await known.reader.head()
  return known.vault.recover(loggedBindings(known, after), through)
}

/**
 * Moves the vault's checkpoint on to a position whose commands have long been answered. What other
 * processes bound in a shared vault, and whether they came to write it, only the log knows.
 */
export async function followBindings(engine: Engine, through: number): Promise<void> {
  const { store: reader, vault, workflows } = engine
  if (!vault.isShared) return vault.flush(through)
  await vault.flush(through)
  const after = await vault.checkpoint()
  if (through <= after) return
  await vault.absorb(loggedBindings({ reader, vault, workflows }, after, through), through)
}

async function* loggedBindings(
  known: Known,
  from: number,
  through = Number.POSITIVE_INFINITY,
): AsyncGenerator<LoggedBinding> {
  for await (const stored of logEvents(known.reader, { after: from })) {
    if (stored.position > through) return
    if (!stored.text.includes('"$sealed"')) continue
    const event = parseEvent(stored)
    const hash = await phoneOf(known, event)
    yield* bindingsIn(event, hash)
  }
}

function* bindingsIn(
  event: Event,
  phone: { subject: string; hash: string } | undefined,
): Generator<LoggedBinding> {
  const found: LoggedBinding[] = []
  collect(event.data, found)
  for (const one of found) {
    const hash = one.subject === phone?.subject ? phone.hash : undefined
    yield { ...one, ...(hash === undefined ? {} : { hash }) }
  }
}

function collect(data: unknown, found: LoggedBinding[]): void {
  if (typeof data !== 'object' || data === null) return
  if (isSealed(data)) {
    const { subject, key } = data
    if (subject !== undefined && key !== undefined) found.push({ subject, key })
    return
  }
  for (const value of Object.values(data)) collect(value, found)
}

/** A report's phone number leads to its person again: opened, hashed, forgotten. */
async function phoneOf(
  known: Known,
  event: Event,
): Promise<{ subject: string; hash: string } | undefined> {
  const command = known.workflows.get(workflowOf(event.stream))?.byType.get(event.type)
  if (command?.identifies === undefined) return undefined
  const sealed = event.data[command.identifies.phone]
  const subject = event.data[command.identifies.person]
  if (!isOpenable(sealed) || sealed.subject !== subject) return undefined
  if (known.vault.isErased(subject)) return undefined
  const binding = { stream: event.stream, event: event.id, field: command.identifies.phone }
  const text = await known.vault.open(sealed, binding)
  const hash = text === undefined ? undefined : known.vault.hashPhone(text)
  return hash === undefined ? undefined : { subject, hash }
}

/** Erases a person: the event first, so that a crash in between is mended at the next start. */
export async function erasePerson(
  engine: Engine,
  person: string,
  given: Pick<Parameters<typeof execute>[1], 'caller' | 'key'>,
) {
  const answer = await execute(engine, {
    workflow: 'person',
    command: 'erase',
    instance: person,
    data: {},
    ...given,
  })
  if ('refused' in answer) return answer
  await engine.vault.erase(person, { at: engine.now(), vacuum: true })
  return answer
}

/**
 * Brings log and vault together: keys that the log says are destroyed (of persons erased, of
 * ballots counted) are destroyed, and where an older log was restored beside newer keys,
 * `person.erased` is recorded again. Of the log, only what came behind the vault's own mark is
 * read. Gives how much was mended.
 */
export async function reconcileErasures(engine: Engine): Promise<number> {
  const { store, vault } = engine
  const head = await store.head()
  const known = await vault.reconciled()
  const graves = vault.tombstones().length
  const again =
    known.through > head || known.tombstones !== graves
      ? await recordAgain(engine)
      : { recorded: 0, allStand: true }
  const destroyed = await destroyLogged(engine, Math.min(known.through, head), head)
  const tombstones = again.allStand ? graves + destroyed : 0
  await vault.markReconciled({ through: head, tombstones })
  return again.recorded + destroyed
}

/** The same while the server runs, up to a position whose commands have long been answered. */
export async function followErasures(engine: Engine, through: number): Promise<void> {
  const known = await engine.vault.reconciled()
  if (through <= known.through) return
  await destroyLogged(engine, known.through, through)
  await engine.vault.markReconciled({ through })
}

/** Whether each erased subject is erased in the log too; one that lives there is erased again. */
async function recordAgain(engine: Engine): Promise<{ recorded: number; allStand: boolean }> {
  let recorded = 0
  let allStand = true
  for (const { subject } of engine.vault.tombstones()) {
    if (isOfBallots(subject)) continue
    const instance = await engine.instances.get(subject)
    // An effect of an older log may still open a person that it does not know yet.
    if (instance === undefined) allStand = false
    if (instance === undefined || instance.snapshot.status !== 'active') continue
    const answer = await execute(engine, {
      workflow: workflowOf(subject),
      command: 'erase',
      instance: subject,
      key: `restored:${instance.revision}`,
      caller: SYSTEM,
      data: {},
    })
    if ('refused' in answer) allStand = false
    else recorded += 1
  }
  return { recorded, allStand }
}

const isOfBallots = (subject: string): boolean => subject.includes(':')

/** Destroys what events behind `after`, up to `through`, say is destroyed. */
async function destroyLogged(engine: Engine, after: number, through: number): Promise<number> {
  const counts = tallying(engine)
  const filter = { types: ['person.erased', ...counts.keys()] }
  let destroyed = 0
  for (let at = after; at < through; ) {
    const page = await engine.store.readAll({ after: at, filter })
    for (const stored of page.events.filter(({ position }) => position <= through)) {
      const count = counts.get(stored.type)
      const subject = count ? await ballotSubject(engine, count, stored) : stored.stream
      if (subject === undefined || engine.vault.isErased(subject)) continue
      await engine.vault.erase(subject, { at: engine.now() })
      destroyed += 1
    }
    at = page.through
    await nextTurn()
  }
  return destroyed
}
