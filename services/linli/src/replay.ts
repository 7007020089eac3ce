// `linli replay FILE`: folds an export in a fresh folder and proves that the states are the ones
// the events say; with a policy, tells which clocks would have warned or ended under it.
import { createReadStream } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import {
  type ClockComparison,
  chosenLimits,
  compareClocks,
  type JudgedEvent,
  openCalendars,
  parseEvent,
  Replay,
  type ReplayReport,
} from '@linli/engine'
import { openSqliteStore, type SqliteStore } from '@linli/event-store'
import {
  type Event,
  type Instance,
  sameState,
  stateOf,
  type Workflow,
  workflowOf,
} from '@linli/workflow'

/** What to replay and by which rules. `until`: epoch ms by the events' own times. */
export type ReplayOptions = {
  file: string
  workflows: ReadonlyMap<string, Workflow>
  /** A city (`jining`) or a policy (`jining@1`): clocks are compared with it. */
  policy?: string
  until?: number
  calendarFolder?: string
}

/** Counts of clocks that would have gone otherwise, and the clocks themselves. */
export type WhatIf = {
  policy: string
  clocks: number
  otherwise: { warned: number; notWarned: number; expired: number; notExpired: number }
  unlimited: number
  differences: ClockComparison[]
}

/** A replay's report; `equal` when every state read back from the fresh folder is the same. */
export type ReplayAnswer = ReplayReport & { equal: boolean; whatIf?: WhatIf }

/** Replays a file of events. @throws ReplayFault for a line that is no event. */
export async function replayFile(
  options: ReplayOptions,
  progress: (events: number) => void = () => {},
): Promise<ReplayAnswer> {
  const folder = await mkdtemp(join(tmpdir(), 'linli-replay-'))
  const store = await openSqliteStore({ folder })
  try {
    const live = await storeAll(options, store, progress)
    const { again, whatIf } = await foldAll(options, store)
    const equal = sameStates(live, again) && again.report().faults.length === 0
    return { ...again.report(), equal, ...(whatIf === undefined ? {} : { whatIf }) }
  } finally {
    await store.close()
    await rm(folder, { recursive: true })
  }
}

/** A line of a replayed file that cannot be read. */
export class ReplayFault extends Error {
  override readonly name = 'ReplayFault'
  readonly code = 'not-an-event'
}

const BATCH = 500

/** Folds the file's own lines while they are stored. */
async function storeAll(
  options: ReplayOptions,
  store: SqliteStore,
  progress: (events: number) => void,
): Promise<Replay> {
  const replay = new Replay(options.workflows)
  let pending: Promise<unknown>[] = []
  let count = 0
  for await (const line of createInterface({ input: createReadStream(options.file) })) {
    if (line.trim() === '') continue
    count += 1
    const event = readLine(line, count)
    if (options.until !== undefined && Date.parse(event.at) > options.until) continue
    replay.take(event)
    const stored = [{ id: event.id, type: event.type, text: line }]
    pending.push(store.append(event.stream, event.revision - 1, stored))
    if (pending.length === BATCH) {
      await Promise.all(pending)
      pending = []
      progress(count)
    }
  }
  await Promise.all(pending)
  if (count === 0) throw new ReplayFault('The file holds no event.')
  progress(count)
  return replay
}

function readLine(line: string, number: number): Event {
  try {
    const event = JSON.parse(line) as Partial<Event>
    if (typeof event.stream === 'string' && typeof event.revision === 'number') {
      return event as Event
    }
  } catch (cause) {
    throw new ReplayFault(`Line ${number} is no JSON.`, { cause })
  }
  throw new ReplayFault(`Line ${number} is no event: it names no stream and revision.`)
}

async function foldAll(
  options: ReplayOptions,
  store: SqliteStore,
): Promise<{ again: Replay; whatIf?: WhatIf }> {
  const again = new Replay(options.workflows)
  const byStream = new Map<string, JudgedEvent[]>()
  let after = 0
  for (;;) {
    const page = await store.readAll({ after, limit: 2_000 })
    for (const stored of page.events) {
      const event = parseEvent(stored)
      const judged = judgedBy(options, event, again.states.get(event.stream))
      again.take(event)
      if (judged === undefined) continue
      byStream.getOrInsertComputed(event.stream, () => []).push(judged)
    }
    if (page.through === after) break
    after = page.through
  }
  if (options.policy === undefined) return { again }
  return { again, whatIf: compareAll(options, options.policy, byStream) }
}

/** An event with clocks, with the limits that the policy asked for would choose. */
function judgedBy(
  options: ReplayOptions,
  event: Event,
  before: Instance | undefined,
): JudgedEvent | undefined {
  if (event.clocks === undefined || options.policy === undefined) return undefined
  const workflow = options.workflows.get(workflowOf(event.stream))
  const policy = policyOf(workflow, options.policy)
  if (workflow === undefined || policy === undefined) return undefined
  return { event, limits: chosenLimits(workflow, before, { event, policy }) }
}

/** A policy by its name, or the first of a city. */
const policyOf = (workflow: Workflow | undefined, name: string) =>
  workflow?.policies.get(name) ?? workflow?.policies.get(`${name}@1`)

function compareAll(
  options: ReplayOptions,
  policyName: string,
  byStream: ReadonlyMap<string, JudgedEvent[]>,
): WhatIf {
  const calendars = openCalendars(options.calendarFolder)
  const last = Math.max(0, ...[...byStream.values()].map((events) => lastTime(events)))
  const whatIf: WhatIf = {
    policy: policyName,
    clocks: 0,
    otherwise: { warned: 0, notWarned: 0, expired: 0, notExpired: 0 },
    unlimited: 0,
    differences: [],
  }
  for (const [stream, events] of byStream) {
    const policy = policyOf(options.workflows.get(workflowOf(stream)), policyName)
    if (policy === undefined) continue
    const calendar = calendars(policy.calendar)
    const rules = { policy, calendar, until: options.until ?? last }
    for (const one of compareClocks(events, rules)) count(whatIf, one)
  }
  return whatIf
}

const lastTime = (events: readonly JudgedEvent[]): number =>
  Date.parse(events.at(-1)?.event.at ?? '') || 0

function count(whatIf: WhatIf, one: ClockComparison): void {
  whatIf.clocks += 1
  if (one.unlimited === true) {
    whatIf.unlimited += 1
    return
  }
  const { was, wouldBe } = one
  if (wouldBe.warned && !was.warned) whatIf.otherwise.warned += 1
  if (!wouldBe.warned && was.warned) whatIf.otherwise.notWarned += 1
  if (wouldBe.expired && !was.expired) whatIf.otherwise.expired += 1
  if (!wouldBe.expired && was.expired) whatIf.otherwise.notExpired += 1
  if (was.warned !== wouldBe.warned || was.expired !== wouldBe.expired) {
    whatIf.differences.push(one)
  }
}

function sameStates(a: Replay, b: Replay): boolean {
  if (a.states.size !== b.states.size) return false
  for (const [stream, instance] of a.states) {
    const other = b.states.get(stream)
    if (other?.revision !== instance.revision) return false
    if (!sameState(stateOf(other), stateOf(instance))) return false
  }
  return true
}
