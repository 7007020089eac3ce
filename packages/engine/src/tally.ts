// Counting secret ballots: opened once, here, when the count is given; only totals are recorded
// and the ballots' key is destroyed, so that nobody can ever tell who chose what.
import type { Command, Event, Instance } from '@linli/workflow'
import { isSealed } from '@linli/workflow'
import { viewInstance as viewOf } from './as-of.ts'
import type { Engine } from './engine.ts'
import { EngineFault } from './fault.ts'
import { parseEvent } from './instances.ts'

/** What a tallying command records, and the key to destroy after it; nothing for other commands. */
export async function tally(
  engine: Engine,
  given: { command: Command | undefined; stream: string; data: Record<string, unknown> },
  before: Instance | undefined,
): Promise<{ sealed?: Record<string, unknown>; destroys?: string }> {
  const rule = given.command?.tallies
  if (rule === undefined || before === undefined) return {}
  const context = before.snapshot.context as never
  const ballots = rule.ballots(context)
  if (ballots.length === 0) return {}
  const wanted = new Map(ballots.map((ballot) => [ballot.event, ballot.areaM2]))
  const opened: { text: string; areaM2: number }[] = []
  for (const stored of await engine.store.read(given.stream)) {
    const areaM2 = wanted.get(stored.id)
    if (areaM2 === undefined) continue
    opened.push({ text: await openBallot(engine, parseEvent(stored), rule.field), areaM2 })
  }
  const sealed = { ...given.data, [rule.into]: rule.total(opened) }
  return { sealed, destroys: rule.subject(context) }
}

async function openBallot(engine: Engine, event: Event, field: string): Promise<string> {
  const value = event.data[field]
  if (!isSealed(value) || value.$sealed === null || !value.subject || !value.key) {
    const message = `${event.stream} revision ${event.revision} holds no ballot`
    throw new EngineFault('log-does-not-fit', message, { retry: 'never' })
  }
  const { $sealed, subject, key } = value
  const binding = { stream: event.stream, event: event.id, field }
  return (await engine.vault.open({ $sealed, subject, key }, binding)) ?? ''
}

/** At start: destroys the key of every count that was recorded just before a crash. */
export async function destroyCounted(engine: Engine): Promise<void> {
  for (const workflow of engine.workflows.values()) {
    for (const command of workflow.commands.values()) {
      if (command.tallies === undefined) continue
      await destroyOf(engine, command)
    }
  }
}

async function destroyOf(engine: Engine, command: Command): Promise<void> {
  const filter = { types: [command.type] }
  let after = 0
  for (;;) {
    const page = await engine.store.readAll({ after, filter })
    for (const { stream, revision } of page.events) {
      const subject = await ballotSubject(engine, command, { stream, revision })
      if (subject !== undefined && !engine.vault.isErased(subject)) {
        await engine.vault.erase(subject, { at: engine.now() })
      }
    }
    if (page.through === after) return
    after = page.through
  }
}

/** The subject as of just before the count, if that count had ballots. */
async function ballotSubject(
  engine: Engine,
  command: Command,
  at: { stream: string; revision: number },
): Promise<string | undefined> {
  const view = await viewInstance(engine, at.stream, at.revision - 1)
  if (view === undefined || command.tallies === undefined) return undefined
  const context = view.snapshot.context as never
  return command.tallies.ballots(context).length === 0
    ? undefined
    : command.tallies.subject(context)
}

async function viewInstance(
  engine: Engine,
  stream: string,
  revision: number,
): Promise<Instance | undefined> {
  const found = await viewOf({ reader: engine.store, instances: engine.instances }, stream, {
    revision,
  })
  return found?.instance
}
