// A year of cases as a log that is read once, in order: patterns of cases begun evenly over the
// year, each at its own pace, place, units and category. Nothing is stored: the events are made
// while a read model reads them, and are the same for the same seed.

import type { EventReader, Page, StoredEvent } from '@linli/event-store'
import { instanceFrom } from '@linli/workflow'
import type { CasePattern, PatternEvent, PatternScene } from './case-pattern.ts'

/** What the cases are spread over: paths of places and units; `open` is how many at any moment. */
export type YearGiven = {
  patterns: readonly CasePattern[]
  played: PatternScene
  paths: readonly (readonly string[])[]
  units: readonly string[]
  categories: readonly string[]
  cases: number
  open: number
  /** The end of the year, epoch ms; nothing happens after it. */
  until: number
}

export const YEAR_MS = 365 * 86_400_000

/** A case on its way: `place` is that of its next event. */
type Life = {
  at: number
  place: number
  begin: number
  pace: number
  number: number
  pattern: CasePattern
  ids: Map<string, string>
  category: string
}

/** The log of the year. */
export class CaseYear implements EventReader {
  readonly #given: YearGiven
  readonly #random: () => number
  readonly #lives: Life[] = []
  readonly #weights: number[]
  readonly #meanMs: number
  #begun = 0
  #position = 0
  #appeals = 0

  constructor(given: YearGiven) {
    this.#given = given
    this.#random = randomFrom(SEED)
    // The first pattern is that of most cases.
    this.#weights = given.patterns.map((_, place) => (place === 0 ? given.patterns.length : 1))
    this.#meanMs = (given.open * YEAR_MS) / given.cases
  }

  /** Events given so far. */
  get events(): number {
    return this.#position
  }

  /** Cases begun so far. */
  get cases(): number {
    return this.#appeals
  }

  /** @throws always: the read model keeps every open case, so none is folded again */
  async read(stream: string): Promise<StoredEvent[]> {
    throw new Error(`${stream} was forgotten: keep more instances`)
  }

  async head(): Promise<number> {
    return Number.MAX_SAFE_INTEGER
  }

  async readAll({ after = 0, limit = 1_000 } = {}): Promise<Page> {
    if (after !== this.#position) throw new Error(`the year is read once, not from ${after}`)
    const events: StoredEvent[] = []
    while (events.length < limit) {
      const next = this.#next()
      if (next === undefined) break
      events.push(next)
    }
    return { events, through: this.#position }
  }

  #next(): StoredEvent | undefined {
    const { cases, until } = this.#given
    const from = until - YEAR_MS
    const [first] = this.#lives
    const begin = from + (this.#begun * YEAR_MS) / cases
    if (this.#begun < cases && (first === undefined || begin <= first.at)) {
      this.#begun += 1
      put(this.#lives, this.#life(Math.floor(begin)))
      return this.#next()
    }
    if (first === undefined || first.at > until) return undefined
    const event = first.pattern.events[first.place]
    if (event === undefined) throw new Error('a case goes on beyond its end')
    this.#position += 1
    if (first.place === 0) this.#appeals += 1
    const text = textOf(event, first)
    const { type } = event
    const stream = first.ids.get(event.stream) ?? ''
    const revision = revisionOf(first.pattern, first.place)
    const stored = { position: this.#position, stream, revision, id: '', type, text }
    first.place += 1
    const next = first.pattern.events[first.place]
    first.at = next === undefined ? Infinity : atOf(first, next.afterMs)
    sink(this.#lives)
    return stored
  }

  #life(begin: number): Life {
    const { patterns, paths, units, categories, played } = this.#given
    const number = this.#begun
    const pattern = this.#pick(patterns, this.#weights)
    // Some take little, some long: twice the mean at most for most of them.
    const pace = (this.#meanMs * -Math.log(1 - this.#random() * 0.98) * 1.08) / pattern.lifeMs
    const ids = new Map<string, string>()
    const path = this.#pick(paths)
    for (const [level, id] of played.path.entries()) ids.set(id, path[level] ?? '')
    const unit = Math.floor(this.#random() * units.length)
    for (const [place, id] of played.units.entries()) {
      ids.set(id, units[(unit + place) % units.length] ?? '')
    }
    const person = Math.floor(this.#random() * PERSONS)
    for (const { slots } of pattern.events) {
      for (const slot of slots) {
        if (!('id' in slot) || ids.has(slot.id)) continue
        const isPerson = slot.id.startsWith('person-')
        const own = isPerson ? idOf(0, 0, person) : idOf(begin, ids.size, number)
        ids.set(slot.id, slot.id.slice(0, -UUID_LENGTH) + own)
      }
    }
    for (const { referral, event, unit } of pattern.opened) {
      ids.set(referral, instanceFrom('referral', ids.get(event) ?? '', ids.get(unit) ?? ''))
    }
    const category = this.#pick(categories)
    return { at: begin, place: 0, begin, pace, number, pattern, ids, category }
  }

  #pick<Item>(items: readonly Item[], weights?: readonly number[]): Item {
    let left = this.#random() * (weights?.reduce((sum, one) => sum + one, 0) ?? items.length)
    for (const [place, item] of items.entries()) {
      left -= weights?.[place] ?? 1
      if (left < 0) return item
    }
    throw new Error('nothing to choose from')
  }
}

const SEED = 20_261_122
/** Residents that report. */
const PERSONS = 100_000
const UUID_LENGTH = 36

const atOf = ({ begin, pace }: Life, afterMs: number): number => Math.floor(begin + afterMs * pace)

function textOf({ pieces, slots }: PatternEvent, life: Life): string {
  let text = pieces[0] ?? ''
  for (let place = 0; place < slots.length; place += 1) {
    const slot = slots[place]
    if (slot === undefined) continue
    if ('afterMs' in slot) text += new Date(atOf(life, slot.afterMs)).toISOString()
    else text += 'id' in slot ? life.ids.get(slot.id) : life.category
    text += pieces[place + 1]
  }
  return text
}

/** How many events of its stream come before one of a pattern. */
function revisionOf({ events }: CasePattern, place: number): number {
  const stream = events[place]?.stream
  let revision = 0
  for (let before = 0; before < place; before += 1) {
    if (events[before]?.stream === stream) revision += 1
  }
  return revision
}

/** Ids grow with the time at which a case began, as those of the engine do. */
function idOf(begin: number, place: number, number: number): string {
  const time = begin.toString(16).padStart(12, '0')
  const rank = place.toString(16).padStart(3, '0')
  const tail = number.toString(16).padStart(12, '0')
  return `${time.slice(0, 8)}-${time.slice(8)}-7${rank}-8000-${tail}`
}

/** mulberry32: the same cases in every run. */
function randomFrom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

/** Adds to a heap whose first is the earliest. */
function put(heap: Life[], life: Life): void {
  heap.push(life)
  for (let child = heap.length - 1; child > 0; ) {
    const parent = (child - 1) >> 1
    if (!swapped(heap, parent, child)) break
    child = parent
  }
}

/** Puts the first where its time now belongs; one that never goes on again leaves. */
function sink(heap: Life[]): void {
  const last = heap[0]?.at === Infinity ? heap.pop() : undefined
  if (last !== undefined && heap.length > 0) heap[0] = last
  for (let parent = 0; ; ) {
    const left = 2 * parent + 1
    const right = left + 1
    const child = (heap[right]?.at ?? Infinity) < (heap[left]?.at ?? Infinity) ? right : left
    if (!swapped(heap, parent, child)) return
    parent = child
  }
}

/** Swaps a pair of a heap that is out of order. */
function swapped(heap: Life[], parent: number, child: number): boolean {
  const [above, below] = [heap[parent], heap[child]]
  if (above === undefined || below === undefined || above.at <= below.at) return false
  heap[parent] = below
  heap[child] = above
  return true
}
