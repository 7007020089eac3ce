// Writes the rows of the instance projection: the row as it stands, the intervals that ended,
// numbers, flows and recorded moments. Rows of instances changed more than once in a batch are
// written once. Prepared statements only; no query builder on this path.
import type { ProjectedEvent, ProjectionHost } from '@linli/projections'
import { type Event, hasEnded, type Instance, statePath } from '@linli/workflow'
import type { Cached } from './cached-instance.ts'
import { numberOf, yearOf } from './case-number.ts'
import { FlowCounter } from './flow-counter.ts'
import { type Cell, cellsOf, idsIn, nextTurn, VARYING } from './instance-columns.ts'
import { tables } from './instance-tables.ts'
import { spanOf } from './interval-span.ts'

const STATE = VARYING.indexOf('state')
const UNITS = VARYING.indexOf('units')
const PERSONS = VARYING.indexOf('persons')
/** Bits of a column that JavaScript still counts exactly. */
const MEASURES = 52

type After = { instance: Instance; cells: Cell[] }

/** Writes for one build. */
export class InstanceWriter {
  readonly #host: ProjectionHost
  readonly #sql: ReturnType<typeof statements>
  readonly #changed = new Set<Cached>()
  readonly #flows: FlowCounter
  #lastKey = 0
  #recordedAt = 0
  #faulty = new Set<string>()
  #bits = new Map<string, number>()
  #numbers = new Map<string, number>()

  constructor(host: ProjectionHost) {
    this.#host = host
    this.#sql = statements(host)
    this.#flows = new FlowCounter(host)
    this.forget()
  }

  /** Reads again what is remembered of the tables. */
  forget(): void {
    const { table } = this.#host
    const all = (text: string) => this.#host.statement(text).all()
    this.#changed.clear()
    this.#flows.clear()
    this.#lastKey = Number(all(`SELECT max(key) AS n FROM ${table(tables.instances)}`)[0]?.n ?? 0)
    const recorded = all(`SELECT max(recordedAt) AS n FROM ${table(tables.recorded)}`)
    this.#recordedAt = Number(recorded[0]?.n ?? 0)
    const faults = all(`SELECT stream FROM ${table(tables.faults)}`)
    this.#faulty = new Set(faults.map((row) => String(row.stream)))
    const bits = all(`SELECT name, bit FROM ${table(tables.measures)}`)
    this.#bits = new Map(bits.map((row) => [String(row.name), Number(row.bit)]))
    const numbers = all(`SELECT workflow, year, last FROM ${table(tables.numbers)}`)
    this.#numbers = new Map(
      numbers.map((row) => [`${row.workflow} ${row.year}`, Number(row.last)] as const),
    )
  }

  isFaulty(stream: string): boolean {
    return this.#faulty.has(stream)
  }

  /** Keeps a stream that does not fold; its row stays as it last stood. */
  fault(event: ProjectedEvent, message: string): void {
    this.#faulty.add(event.stream)
    this.#sql.fault.run(event.stream, event.revision, event.position, message)
  }

  /** Notes when the latest recorded time rises. */
  recorded(recordedAt: number, position: number): void {
    if (recordedAt <= this.#recordedAt) return
    this.#recordedAt = recordedAt
    this.#sql.recorded.run(recordedAt, position)
  }

  /** The cells of an instance; measures get their bits. */
  cellsOf(instance: Instance): Cell[] {
    return cellsOf(instance, this.#bitOf)
  }

  /** An instance after an event; an unchanged row keeps its interval and its newest revision. */
  write(known: Cached | undefined, { instance, cells }: After, event: ProjectedEvent): Cached {
    const from = known === undefined ? statePath((event.json as Event).from) : known.cells[STATE]
    this.#flows.count({
      from: String(from),
      to: String(cells[STATE]),
      type: event.type,
      before: known?.instance,
      after: instance,
    })
    if (known === undefined) return this.#begin(instance, cells, event)
    if (!same(known.cells, cells)) {
      this.#endInterval(known, instance.effectiveAt, event.position)
      known.cells = cells
      known.fromAt = instance.effectiveAt
      known.fromPosition = event.position
    }
    known.instance = instance
    this.#changed.add(known)
    return known
  }

  /** What the table knows of an instance that was folded again. */
  restored(instance: Instance): Cached {
    const row = this.#sql.find.get(instance.stream)
    if (row === undefined) throw new Error(`${instance.stream} has no row`)
    const cells = this.cellsOf(instance)
    return {
      instance,
      key: Number(row.key),
      cells,
      fromAt: Number(row.fromAt),
      fromPosition: Number(row.fromPosition),
      units: cells[UNITS] ?? '',
      persons: cells[PERSONS] ?? '',
      number: row.number === null ? null : Number(row.number),
      stored: true,
    }
  }

  /** Writes each changed row once, and what was counted; the streams that have ended. */
  flush(): string[] {
    const ended: string[] = []
    for (const cached of this.#changed) {
      this.#store(cached)
      if (hasEnded(cached.instance)) ended.push(cached.instance.stream)
    }
    this.#changed.clear()
    this.#flows.flush()
    return ended
  }

  #begin(instance: Instance, cells: Cell[], event: ProjectedEvent): Cached {
    this.#lastKey += 1
    const begun: Cached = {
      instance,
      key: this.#lastKey,
      cells,
      fromAt: instance.effectiveAt,
      fromPosition: event.position,
      units: '',
      persons: '',
      number: instance.workflow.record ? null : this.#nextNumber(instance),
      stored: false,
    }
    this.#changed.add(begun)
    return begun
  }

  #endInterval(known: Cached, toAt: number, toPosition: number): void {
    this.#sql.interval.run(
      known.key,
      ...known.cells,
      known.instance.revision,
      known.fromAt,
      known.fromPosition,
      toAt,
      toPosition,
      spanOf(toAt - known.fromAt),
      spanOf(toPosition - known.fromPosition),
    )
    this.#addMembers(known)
  }

  #store(cached: Cached): void {
    const { instance, key, cells, fromAt, fromPosition } = cached
    const { nextAt, clocks } = turnsOf(instance)
    const changing = [...cells, instance.revision, fromAt, fromPosition, nextAt, clocks]
    if (cached.stored) this.#sql.update.run(...changing, key)
    else {
      const { stream, workflow, startedAt } = instance
      this.#sql.insert.run(key, stream, workflow.id, cached.number, startedAt, ...changing)
      cached.stored = true
    }
    this.#addMembers(cached)
  }

  #addMembers(cached: Cached): void {
    const { [UNITS]: units = '', [PERSONS]: persons = '' } = cached.cells
    if (units === cached.units && persons === cached.persons) return
    const known = `${cached.units}${cached.persons}`
    for (const member of [...idsIn(String(units)), ...idsIn(String(persons))]) {
      if (!known.includes(`/${member}/`)) this.#sql.member.run(member, cached.key)
    }
    cached.units = units
    cached.persons = persons
  }

  #nextNumber(instance: Instance): number {
    const year = yearOf(instance)
    const key = `${instance.workflow.id} ${year}`
    const next = (this.#numbers.get(key) ?? 0) + 1
    this.#numbers.set(key, next)
    this.#sql.number.run(instance.workflow.id, year, next)
    return numberOf(year, next)
  }

  readonly #bitOf = (name: string): number => {
    const known = this.#bits.get(name)
    if (known !== undefined) return known
    const bit = this.#bits.size
    if (bit >= MEASURES) throw new Error(`more than ${MEASURES} measures: ${name}`)
    this.#sql.measure.run(name, bit)
    this.#bits.set(name, bit)
    return bit
  }
}

function same(a: readonly Cell[], b: readonly Cell[]): boolean {
  for (let index = 0; index < a.length; index += 1) if (a[index] !== b[index]) return false
  return true
}

function turnsOf(instance: Instance): { nextAt: number | null; clocks: string | null } {
  let nextAt: number | null = null
  const turns: unknown[] = []
  for (const name in instance.clocks) {
    const clock = instance.clocks[name]
    const next = clock === undefined ? undefined : nextTurn(clock)
    if (clock === undefined || next === undefined) continue
    if (nextAt === null || next.at < nextAt) nextAt = next.at
    const { generation, round, warnAt, dueAt, status } = clock
    turns.push({ clock: name, generation, round, status, warnAt, dueAt, ...next })
  }
  return { nextAt, clocks: nextAt === null ? null : JSON.stringify(turns) }
}

const marks = (count: number) => Array(count).fill('?').join(', ')

function statements({ table, statement }: ProjectionHost) {
  const changing = [...VARYING, 'revision', 'fromAt', 'fromPosition', 'nextAt', 'clocks']
  const now = table(tables.instances)
  return {
    insert: statement(`INSERT INTO ${now} (key, id, workflow, number, startedAt, ${changing})
      VALUES (${marks(5 + changing.length)})`),
    update: statement(
      `UPDATE ${now} SET ${changing.map((name) => `${name} = ?`).join(', ')} WHERE key = ?`,
    ),
    find: statement(`SELECT key, fromAt, fromPosition, number FROM ${now} WHERE id = ?`),
    interval: statement(
      `INSERT INTO ${table(tables.intervals)} VALUES (${marks(VARYING.length + 8)})`,
    ),
    member: statement(`INSERT OR IGNORE INTO ${table(tables.members)} VALUES (?, ?)`),
    recorded: statement(`INSERT INTO ${table(tables.recorded)} VALUES (?, ?)`),
    number: statement(`INSERT OR REPLACE INTO ${table(tables.numbers)} VALUES (?, ?, ?)`),
    measure: statement(`INSERT INTO ${table(tables.measures)} VALUES (?, ?)`),
    fault: statement(`INSERT OR IGNORE INTO ${table(tables.faults)} VALUES (?, ?, ?, ?)`),
  }
}
