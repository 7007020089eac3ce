// At start: what the log knows and the vault may not. Keys are bound to subjects after the event
// is durable, so a crash between the two is mended from the log; and persons whose erasure the
// log and the vault tell differently (a restored backup) are brought together.
import type { EventReader } from '@linli/event-store'
import { isSealed as isOpenable, type LoggedBinding, type Vault } from '@linli/vault'
import { type Event, isSealed, type Workflow, workflowOf } from '@linli/workflow'
import type { Engine } from './engine.ts'
import { execute } from './execute.ts'
import { parseEvent } from './instances.ts'
import { logEvents } from './log-events.ts'
import { SYSTEM } from './permission.ts'

type Known = { reader: EventReader; vault: Vault; workflows: ReadonlyMap<string, Workflow> }

/** Gives the vault every binding that stands in the log behind its checkpoint. */
export async function recoverVault(known: Known): Promise<{ added: number; unknownKeys: number }> {
  const after = await known.vault.checkpoint()
  const through = await known.reader.head()
  return known.vault.recover(loggedBindings(known, after), through)
}

async function* loggedBindings(known: Known, from: number): AsyncGenerator<LoggedBinding> {
  for await (const stored of logEvents(known.reader, { after: from })) {
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
 * Brings log and vault together: keys of persons the log says are erased are destroyed, and where
 * an older log was restored beside newer keys, `person.erased` is recorded again.
 */
export async function reconcileErasures(engine: Engine): Promise<number> {
  let mended = 0
  for (const { subject } of engine.vault.tombstones()) {
    const instance = await engine.instances.get(subject)
    if (instance === undefined || instance.snapshot.status !== 'active') continue
    const answer = await execute(engine, {
      workflow: workflowOf(subject),
      command: 'erase',
      instance: subject,
      key: `restored:${instance.revision}`,
      caller: SYSTEM,
      data: {},
    })
    if (!('refused' in answer)) mended += 1
  }
  const filter = { types: ['person.erased'] }
  for await (const { stream } of logEvents(engine.store, { filter })) {
    if (engine.vault.isErased(stream)) continue
    await engine.vault.erase(stream, { at: engine.now() })
    mended += 1
  }
  return mended
}
