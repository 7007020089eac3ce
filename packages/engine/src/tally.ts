// Counting secret ballots: opened once, here, when the count is given; only totals are recorded
// and the ballots' key is destroyed, so that nobody can ever tell who chose what.
import { isSealed as isOpenable } from '@linli/vault'
import type { Command, Event, Instance } from '@linli/workflow'
import { viewInstance } from './as-of.ts'
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
  if (!isOpenable(value)) {
    const message = `${event.stream} revision ${event.revision} holds no ballot`
    throw new EngineFault('log-does-not-fit', message, { retry: 'never' })
  }
  const binding = { stream: event.stream, event: event.id, field }
  return (await engine.vault.open(value, binding)) ?? ''
}

/** The commands that count ballots, by the type of the event that records a count. */
export function tallying(engine: Engine): Map<string, Command> {
  const all = [...engine.workflows.values()].flatMap(({ commands }) => [...commands.values()])
  return new Map(all.filter(({ tallies }) => tallies).map((command) => [command.type, command]))
}

/** Whose key sealed the ballots of a recorded count, if that count had ballots. */
export async function ballotSubject(
  engine: Engine,
  { tallies }: Command,
  counted: { stream: string; revision: number },
): Promise<string | undefined> {
  const from = { reader: engine.store, instances: engine.instances }
  const view = await viewInstance(from, counted.stream, { revision: counted.revision - 1 })
  if (view === undefined || tallies === undefined) return undefined
  const context = view.instance.snapshot.context as never
  return tallies.ballots(context).length === 0 ? undefined : tallies.subject(context)
}
