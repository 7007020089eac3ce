// The log of the stand-in: events by position and by stream, with the rules of the real server for
// positions, expected revisions and repeated event ids. In memory.
// Must not import gRPC or the client's messages.

/** An event to be stored, as the wire brings it. */
export type Proposed = {
  id: string
  type: string
  isJson: boolean
  data: Uint8Array
  metadata: Uint8Array
}

/** A stored event. `position` is where its record begins, `end` where the next one does. */
export type Recorded = Proposed & {
  position: number
  end: number
  /** Where the first event of the same append begins: the server calls it the prepare position. */
  transaction: number
  stream: string
  revision: number
  createdMs: number
}

/** The revision a writer expects: -1 is no stream. */
export type Expected = number | 'any' | 'exists'

/** What became of an append. `position` is missing when nothing was written, and never was. */
export type Outcome =
  | { kind: 'written'; revision: number; position: number | undefined; again: boolean }
  | { kind: 'wrong-expected'; actual: number }
  | { kind: 'deleted' }

type Stream = { events: Recorded[]; last: number; deleted: boolean }

const recordOverhead = 77
const epochRecordBytes = 165
const systemStream = '$stats-127.0.0.1:2113'

/** The log. It outlives the connections of its server, and with them a restart. */
export class Ledger {
  /** All events in order of position. */
  readonly events: Recorded[] = []
  readonly #streams = new Map<string, Stream>()
  readonly #ids = new Map<string, Recorded>()
  readonly #systemEvery: number
  #waiting: (() => void)[] = []
  #end = 0
  #untilSystem: number

  /** After every so many appends the server adds an event of its own, as a real one does. */
  constructor(systemEvery: number) {
    this.#systemEvery = systemEvery
    this.#untilSystem = systemEvery
    this.beginEpoch()
    this.#write(systemStream, [systemEvent()])
  }

  /** A record that is no event, as a server writes one whenever it starts. */
  beginEpoch(): void {
    this.#end += epochRecordBytes
  }

  append(stream: string, expected: Expected, proposed: Proposed[]): Outcome {
    const decision = this.#decide(stream, expected, proposed)
    if (decision !== undefined) return decision
    const last = this.#write(stream, proposed)
    this.#addSystemEvent()
    this.wake()
    const revision = last?.revision ?? this.lastRevision(stream)
    return { kind: 'written', revision, position: last?.position, again: false }
  }

  /** Deletes softly (the stream may begin again, its revisions go on) or for ever. */
  delete(stream: string, expected: Expected, forEver: boolean): Outcome {
    const decision = this.#decide(stream, expected, [])
    if (decision !== undefined) return decision
    const entry = this.#streamOf(stream)
    entry.deleted = forEver
    entry.events = []
    const text = forEver ? '{}' : `{"$tb":${Number.MAX_SAFE_INTEGER}}`
    const type = forEver ? '$streamDeleted' : '$metadata'
    const last = this.#write(forEver ? stream : `$$${stream}`, [systemEvent(type, text)])
    this.wake()
    return { kind: 'written', revision: entry.last, position: last?.position, again: false }
  }

  /** The events of a stream that can be read, or why there are none. */
  stream(name: string): Recorded[] | 'none' | 'deleted' {
    const stream = this.#streams.get(name)
    if (stream?.deleted) return 'deleted'
    return stream === undefined || stream.events.length === 0 ? 'none' : stream.events
  }

  lastRevision(name: string): number {
    return this.#streams.get(name)?.last ?? -1
  }

  /** Index of the first event at or after the position; undefined where no record begins. */
  indexAt(position: number): number | undefined {
    let low = 0
    let high = this.events.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((this.events[middle]?.position ?? 0) < position) low = middle + 1
      else high = middle
    }
    const begins =
      position === 0 ||
      position >= this.#end ||
      this.events[low]?.position === position ||
      this.events[low - 1]?.end === position
    return begins ? low : undefined
  }

  /** Resolves when events have been added, or when somebody else was woken. */
  more(): Promise<void> {
    return new Promise((resolve) => this.#waiting.push(resolve))
  }

  /** Lets all who wait look again. */
  wake(): void {
    const waiting = this.#waiting
    this.#waiting = []
    for (const resolve of waiting) resolve()
  }

  #decide(stream: string, expected: Expected, proposed: Proposed[]): Outcome | undefined {
    const entry = this.#streams.get(stream)
    if (entry?.deleted) return { kind: 'deleted' }
    const actual = entry?.last ?? -1
    if (typeof expected !== 'number') {
      if (expected === 'exists' && actual < 0) return { kind: 'wrong-expected', actual }
      return this.#repeatedAnywhere(stream, proposed, actual)
    }
    if (expected === actual) return undefined
    if (expected === -1 && entry?.events.length === 0) return undefined
    return this.#repeatedAt(stream, expected, proposed) ?? { kind: 'wrong-expected', actual }
  }

  // Without an expected revision the id of the first event decides whether it is a repetition.
  #repeatedAnywhere(stream: string, proposed: Proposed[], actual: number): Outcome | undefined {
    const found = proposed.map((event) => this.#ids.get(event.id))
    const last = found.at(-1)
    if (found[0]?.stream !== stream || last === undefined) return undefined
    if (!found.every((event) => event?.stream === stream)) return { kind: 'wrong-expected', actual }
    return { kind: 'written', revision: last.revision, position: last.position, again: true }
  }

  // With one, the very events that follow it have to be these.
  #repeatedAt(stream: string, expected: number, proposed: Proposed[]): Outcome | undefined {
    const events = this.#streams.get(stream)?.events ?? []
    const first = (events[0]?.revision ?? 0) - 1
    const there = events.slice(expected - first, expected - first + proposed.length)
    const last = there.at(-1)
    if (last === undefined || there.length < proposed.length) return undefined
    if (!proposed.every((event, index) => there[index]?.id === event.id)) return undefined
    return { kind: 'written', revision: last.revision, position: last.position, again: true }
  }

  #write(stream: string, proposed: Proposed[]): Recorded | undefined {
    const entry = this.#streamOf(stream)
    const transaction = this.#end
    const createdMs = Date.now()
    const nameBytes = Buffer.byteLength(stream)
    for (const event of proposed) {
      const position = this.#end
      const { data, metadata, type } = event
      this.#end += recordOverhead + nameBytes + type.length + data.length + metadata.length
      entry.last += 1
      const at = { position, transaction, end: this.#end, stream, revision: entry.last, createdMs }
      const recorded: Recorded = { ...event, ...at }
      this.events.push(recorded)
      entry.events.push(recorded)
      this.#ids.set(event.id, recorded)
    }
    return proposed.length === 0 ? undefined : entry.events.at(-1)
  }

  #streamOf(name: string): Stream {
    const known = this.#streams.get(name)
    if (known !== undefined) return known
    const stream: Stream = { events: [], last: -1, deleted: false }
    this.#streams.set(name, stream)
    return stream
  }

  #addSystemEvent(): void {
    this.#untilSystem -= 1
    if (this.#untilSystem > 0) return
    this.#untilSystem = this.#systemEvery
    this.#write(systemStream, [systemEvent()])
  }
}

function systemEvent(type = '$statsCollected', text = '{"proc-id":1}'): Proposed {
  const data = Buffer.from(text)
  return { id: crypto.randomUUID(), type, isJson: true, data, metadata: new Uint8Array() }
}
