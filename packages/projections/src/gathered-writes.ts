// The writes of a batch, kept until it is complete: rows for one target become one statement. Rows
// of the same key are merged here, as one statement may not change a row twice. Knows no driver.
import { limits } from './limits.ts'
import type { RowTarget, RowValue } from './projection.ts'

/** Rows for one target, in the order in which they came. */
export type GatheredRows = {
  target: RowTarget
  table: string
  rows: readonly (readonly RowValue[])[]
}

/** What is to be done, in this order. */
export type Gathered =
  | GatheredRows
  | { text: string; values: readonly RowValue[]; vacuums?: string }

/** Gathers what the builds of one database write. */
export class GatheredWrites {
  #done: Gathered[] = []
  #open = new Map<RowTarget, RowGatherer>()

  /** A writer for a target whose table has the real name given. */
  writer(target: RowTarget, table: string): (row: readonly RowValue[]) => void {
    return (row) => {
      let gatherer = this.#open.get(target)
      if (gatherer === undefined) {
        gatherer = new RowGatherer(target, table)
        this.#open.set(target, gatherer)
      }
      gatherer.add(row)
    }
  }

  /** A statement comes after all rows that were written before it. */
  run(text: string, values: readonly RowValue[], vacuums?: string): void {
    this.#closeOpen()
    this.#done.push({ text, values, ...(vacuums === undefined ? {} : { vacuums }) })
  }

  /** Everything since the last time. */
  take(): Gathered[] {
    this.#closeOpen()
    const done = this.#done
    this.#done = []
    return done
  }

  #closeOpen(): void {
    for (const { target, table, rows } of this.#open.values()) {
      for (let from = 0; from < rows.length; from += limits.statementRows) {
        this.#done.push({ target, table, rows: rows.slice(from, from + limits.statementRows) })
      }
    }
    this.#open.clear()
  }
}

class RowGatherer {
  readonly target: RowTarget
  readonly table: string
  readonly rows: (readonly RowValue[])[] = []
  readonly #placeOf: Map<string, number> | undefined
  readonly #key: readonly number[]
  readonly #update: readonly number[]
  readonly #add: readonly number[]

  constructor(target: RowTarget, table: string) {
    this.target = target
    this.table = table
    const { columns, onConflict } = target
    const keyed = typeof onConflict === 'object' ? onConflict : undefined
    const indexes = (names: readonly string[] = []) => names.map((name) => columns.indexOf(name))
    this.#placeOf = keyed === undefined ? undefined : new Map()
    this.#key = indexes(keyed?.key)
    this.#update = indexes(keyed?.update)
    this.#add = indexes(keyed?.add)
  }

  add(row: readonly RowValue[]): void {
    if (this.#placeOf === undefined) {
      this.rows.push(row)
      return
    }
    const key = this.#keyOf(row)
    const place = this.#placeOf.get(key)
    const known = place === undefined ? undefined : this.rows[place]
    if (place !== undefined && known !== undefined) this.rows[place] = this.#merged(known, row)
    else {
      this.#placeOf.set(key, this.rows.length)
      this.rows.push(row)
    }
  }

  #keyOf(row: readonly RowValue[]): string {
    const [first = 0, second] = this.#key
    if (second === undefined) return String(row[first])
    return JSON.stringify(this.#key.map((index) => row[index]))
  }

  #merged(known: readonly RowValue[], row: readonly RowValue[]): readonly RowValue[] {
    const merged = [...known]
    for (const index of this.#update) merged[index] = row[index] ?? null
    for (const index of this.#add) merged[index] = Number(known[index]) + Number(row[index])
    return merged
  }
}
