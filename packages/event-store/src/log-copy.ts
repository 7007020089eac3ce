// Copies one log into another through the port alone: in the order of the log, each event at its
// own revision with its own id and bytes. What is copied is read back and compared before anything
// counts as copied; so a copy that broke off anywhere goes on by running again, and a target that
// holds anything else is found out. Must not import a store.

import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import { limits } from './limits.ts'
import type { Appended, EventReader, EventStore, NewEvent, StoredEvent } from './port.ts'
import { StoreFault } from './port.ts'

/**
 * `atOnce` appends are under way at once, sent in the order of the log: more than one only to a
 * store that takes them in the order in which they come.
 */
export type LogCopyOptions = {
  source: EventReader
  target: Pick<EventStore, 'append' | 'readAll'>
  atOnce?: number
  signal?: AbortSignal
  /** Hears after each page how many events are equal so far, and up to which position. */
  onProgress?: (events: number, position: number) => void
}

/** Equal events of both logs, and a SHA-256 over each side's stream, revision, id, type, text. */
export type LogProof = { events: number; source: string; target: string }

/** A copy under way; it keeps nothing that running again does not find. */
export interface LogCopy {
  /**
   * Copies and compares until the source has no more; again for what came since. False: the
   * signal ended it before. Rejects with a StoreFault: `log-differs` when the target holds
   * anything but a beginning of the source, or a fault of either store that does not pass.
   */
  catchUp(): Promise<boolean>
  /** What was found equal so far. */
  proof(): LogProof
  /** The target's position of the last event up to this position of the source. */
  placeOf(position: number): Promise<number>
}

const PAGE = 500
const MARK_EVERY = 1_000
const TRIES = 8
const PAUSE_MS = 100
const AT_ONCE = 64

type Place = { source: number; target: number }

/** Begins a copy, at the start of both logs. */
export function openLogCopy(options: LogCopyOptions): LogCopy {
  return new Copy(options)
}

class Copy implements LogCopy {
  readonly #options: LogCopyOptions
  readonly #digests = { source: createHash('sha256'), target: createHash('sha256') }
  readonly #marks: Place[] = [{ source: 0, target: 0 }]
  #at: Place = { source: 0, target: 0 }
  #events = 0

  constructor(options: LogCopyOptions) {
    this.#options = options
  }

  async catchUp(): Promise<boolean> {
    const { signal, onProgress = () => {} } = this.#options
    for (let failures = 0; signal?.aborted !== true; ) {
      const before = this.#events
      try {
        if (await this.#round()) return true
      } catch (fault) {
        if (!(fault instanceof StoreFault) || fault.retry === 'never') throw fault
        failures = this.#events > before ? 1 : failures + 1
        if (failures > TRIES) throw fault
        await pause(PAUSE_MS * 2 ** (failures - 1), undefined, { ref: true })
        continue
      }
      failures = 0
      onProgress(this.#events, this.#at.source)
    }
    return false
  }

  proof(): LogProof {
    const { source, target } = this.#digests
    const soFar = (digest: typeof source) => digest.copy().digest('hex')
    return { events: this.#events, source: soFar(source), target: soFar(target) }
  }

  async placeOf(position: number): Promise<number> {
    if (position >= this.#at.source) return position === 0 ? 0 : this.#at.target
    const mark = this.#marks.findLast(({ source }) => source <= position)
    assert(mark !== undefined, 'a position is not negative')
    const { source, target } = this.#options
    const passed = (await nextOf(source, mark.source, MARK_EVERY)).filter(
      (event) => event.position <= position,
    )
    if (passed.length === 0) return mark.target
    const places = await nextOf(target, mark.target, passed.length)
    const place = places.at(-1)
    assert(places.length === passed.length && place !== undefined, 'what was copied stays')
    return place.position
  }

  /** One page; true at the source's end. */
  async #round(): Promise<boolean> {
    const { source, target } = this.#options
    const page = await source.readAll({ after: this.#at.source, limit: PAGE })
    if (page.events.length === 0) {
      const isEnd = page.through === this.#at.source
      this.#at.source = page.through
      if (!isEnd) return false
      const [more] = await nextOf(target, this.#at.target, 1)
      // What came to the source meanwhile may have been copied by nobody but us.
      if (more !== undefined) throw differs(`it goes on with ${nameOf(more)}`)
      return true
    }
    const matched = await this.#compare(page.events)
    const left = page.events.slice(matched)
    if (left.length === 0) return false
    await this.#append(left)
    await this.#compare(left)
    return false
  }

  /** How many of the source's events the target holds next; then it ends. */
  async #compare(wanted: readonly StoredEvent[]): Promise<number> {
    let matched = 0
    while (matched < wanted.length) {
      const found = await nextOf(
        this.#options.target,
        this.#at.target,
        Math.min(PAGE, wanted.length - matched),
      )
      if (found.length === 0) break
      for (const event of found) {
        const one = wanted[matched]
        assert(one !== undefined, 'no more was asked for')
        this.#pass(one, event)
        matched += 1
      }
    }
    return matched
  }

  #pass(source: StoredEvent, target: StoredEvent): void {
    const [line, copy] = [lineOf(source), lineOf(target)]
    if (line !== copy) {
      throw differs(`${nameOf(target)} stands where ${nameOf(source)} should`)
    }
    this.#digests.source.update(line)
    this.#digests.target.update(copy)
    this.#at = { source: source.position, target: target.position }
    this.#events += 1
    if (this.#events % MARK_EVERY === 0) this.#marks.push(this.#at)
  }

  async #append(events: readonly StoredEvent[]): Promise<void> {
    const { target, atOnce = AT_ONCE, signal } = this.#options
    const runs = runsOf(events)
    for (let at = 0; at < runs.length && signal?.aborted !== true; at += atOnce) {
      const answers = await Promise.allSettled(
        runs
          .slice(at, at + atOnce)
          .map(({ stream, expected, events: run }) => target.append(stream, expected, run)),
      )
      for (const answer of answers) checkAnswer(answer)
    }
  }
}

function checkAnswer(answer: PromiseSettledResult<Appended>): void {
  if (answer.status === 'rejected') throw answer.reason
  if (!answer.value.ok) throw differs(`a stream there is at revision ${answer.value.actual}`)
}

/** The next events of a log, at least one, at most `count`; none at its end. */
async function nextOf(
  reader: Pick<EventReader, 'readAll'>,
  position: number,
  count: number,
): Promise<StoredEvent[]> {
  const events: StoredEvent[] = []
  for (let after = position; ; ) {
    const page = await reader.readAll({ after, limit: count - events.length })
    events.push(...page.events)
    if (page.through === after || events.length === count) return events
    after = page.through
  }
}

type Run = { stream: string; expected: number; events: NewEvent[] }

/** Events of one stream that follow each other in the log go in one append. */
function runsOf(events: readonly StoredEvent[]): Run[] {
  const runs: (Run & { length: number })[] = []
  for (const { stream, revision, id, type, text } of events) {
    const last = runs.at(-1)
    const follows =
      last?.stream === stream &&
      last.events.length < limits.appendEvents &&
      last.length + text.length <= limits.textBytes
    if (follows) {
      last.events.push({ id, type, text })
      last.length += text.length
    } else {
      const first = [{ id, type, text }]
      runs.push({ stream, expected: revision - 1, events: first, length: text.length })
    }
  }
  return runs
}

/** One line of JSON: no two different events have the same. */
const lineOf = ({ stream, revision, id, type, text }: StoredEvent): string =>
  `${JSON.stringify([stream, revision, id, type, text])}\n`

const nameOf = ({ stream, revision, id }: StoredEvent): string =>
  `${stream} revision ${revision} (${id})`

function differs(how: string): StoreFault {
  return new StoreFault(
    'log-differs',
    `The target holds something other than a beginning of this log: ${how}. Give an empty one.`,
    { retry: 'never' },
  )
}
