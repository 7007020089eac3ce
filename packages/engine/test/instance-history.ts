// Histories of the ticket workflow for the tests of the instance projection: stepped, not
// written by hand, with a summary that uses every column.
import type { EventStore } from '@linli/event-store'
import {
  type Event,
  hasEnded,
  type Instance,
  isRefusal,
  type Summary,
  stateOf,
  statePath,
  step,
  type Workflow,
  type WorkingTime,
} from '@linli/workflow'
import { policy, ticket } from '../../workflow/test/ticket.ts'

export const HOUR = 3_600_000
export const T0 = Date.parse('2026-11-16T01:00:00.000Z')

const elapsed: WorkingTime = {
  after: (from, limit) => ({ at: from + limit.amount * HOUR, certain: true }),
  before: (from, limit) => ({ at: from - limit.amount * HOUR, certain: true }),
  between: (from, to) => to - from,
  plus: (from, ms) => ({ at: from + ms, certain: true }),
}

/** The ticket of the core's tests with a summary that fills every column. */
export const tickets: Workflow = { ...ticket, summary: summaryOf }
export const workflows: ReadonlyMap<string, Workflow> = new Map([['ticket', tickets]])

function summaryOf(instance: Instance): Summary {
  const { degrees, unit, notes } = instance.snapshot.context
  const handle = instance.clocks.handle
  const answered = statePath(stateOf(instance)) === 'open.answered' || hasEnded(instance)
  const place = degrees > 12 ? 'place-a' : 'place-b'
  return {
    place: ['place-community', place],
    units: unit === undefined ? [] : [unit],
    persons: [`person-${degrees % 3}`],
    category: degrees > 14 ? 'heating.indoor.cold' : 'heating.pipe',
    channel: 'desk',
    supervised: handle?.expired === true,
    ...(unit === undefined ? {} : { leadUnit: unit, owner: `person-of-${unit}` }),
    links: [],
    extra: { notes: Math.min(notes, 2) },
    measures: {
      referred: unit !== undefined,
      redone: Math.min(notes, 2),
      solved: answered ? notes < 3 : null,
      handleDueAt: handle?.dueAt ?? null,
      closedInTime: hasEnded(instance) ? handle?.late !== true : null,
    },
  }
}

/** One command of a script: its name, the hour it happened, and what it says. */
export type Line = { name: string; at: number; data?: Record<string, unknown>; now?: number }

export const streamOf = (n: number): string =>
  `ticket-0198c000-0000-7000-8000-${String(n).padStart(12, '0')}`

/** Steps one command; undefined when it is refused. */
export function stepped(
  stream: string,
  before: Instance | undefined,
  line: Line,
): { event: Event; instance: Instance } | undefined {
  const id = `${stream}-${before === undefined ? 0 : before.revision + 1}`
  const { name, at, data = {}, now = at } = line
  const answer = step(
    tickets,
    before,
    { name, id, data, by: { role: 'grid-worker' }, at },
    { stream, eventId: id, now, policy, calendar: elapsed },
  )
  return isRefusal(answer) || 'repeated' in answer ? undefined : answer
}

/** Appends an event as it is stored. */
export async function append(store: EventStore, event: Event): Promise<number> {
  const { id, type, stream, revision } = event
  const events = [{ id, type, text: JSON.stringify(event) }]
  const answer = await store.append(stream, revision - 1, events)
  if (!answer.ok) throw new Error(`${stream} is at ${answer.actual}`)
  return answer.position
}

const report = { degrees: 15, text: { $sealed: 'x' }, place: 'place-1' }

/** The eight commands of an ordinary case, an hour apart. */
export const ORDINARY: readonly Line[] = [
  { name: 'report', at: T0, data: report },
  { name: 'note', at: T0 + HOUR, data: { text: { $sealed: 'y' } } },
  { name: 'refer', at: T0 + 2 * HOUR, data: { unit: 'organisation-1' } },
  { name: 'sendBack', at: T0 + 3 * HOUR, data: { reason: 'notOurs' } },
  { name: 'refer', at: T0 + 4 * HOUR, data: { unit: 'organisation-2' } },
  { name: 'note', at: T0 + 5 * HOUR, data: { text: { $sealed: 'y' } } },
  { name: 'answer', at: T0 + 6 * HOUR, data: { degrees: 19 } },
  { name: 'close', at: T0 + 7 * HOUR },
]
