// Writes the rows of the instance projection: the row as it stands, the intervals that ended,
// numbers, flows and recorded moments. Rows of instances changed more than once in a batch are
// written once. It writes rows by writers and reads only between batches; no query builder here.
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
  readonly #to: ReturnType<typeof writers>
  readonly #changed = new Set<Cached>()
  readonly #flows: FlowCounter
  #isRead = false
  #lastKey = 0
  #recordedAt = 0
  #faulty = new Set<string>()
  #bits = new Map<string, number>()
  #numbers = new Map<string, number>()

  constructor(host: ProjectionHost) {
    this.#host = host
    this.#to = writers(host)
    this.#flows = new FlowCounter(host)
  }

  /** What is remembered of the tables is read again before the next batch. */
  forget(): void {
    this.#changed.clear()
    this.#flows.clear()
    this.#isRead = false
  }

  /** Reads what is remembered of the tables, where it is not yet. */
  async remember(): Promise<void> {
    if (this.#isRead) return
    const { table, rows } = this.#host
    const [last] = await rows(`SELECT max("key") AS n FROM ${table(tables.instances)}`)
    this.#lastKey = Number(last?.n ?? 0)
    const [recorded] = await rows(`SELECT max("recordedAt") AS n FROM ${table(tables.recorded)}`)
    this.#recordedAt = Number(recorded?.n ?? 0)
    const faults = await rows(`SELECT "stream" FROM ${table(tables.faults)}`)
    this.#faulty = new Set(faults.map((row) => String(row.stream)))
    const bits = await rows(`SELECT "name", "bit" FROM ${table(tables.measures)}`)
    this.#bits = new Map(bits.map((row) => [String(row.name), Number(row.bit)]))
    const numbers = await rows(`SELECT "workflow", "year", "last" FROM ${table(tables.numbers)}`)
    this.#numbers = new Map(
      numbers.map((row) => [`${row.workflow} ${row.year}`, Number(row.last)] as const),
    )
    this.#isRead = true
  }

  isFaulty(stream: string): boolean {
    return this.#faulty.has(stream)
  }

  /** Keeps a stream that does not fold; its row stays as it last stood. */
  fault(event: ProjectedEvent, message: string): void {
    this.#faulty.add(event.stream)
    this.#to.fault([event.stream, event.revision, event.position, message])
  }

  /** Notes when the latest recorded time rises. */
  recorded(recordedAt: number, position: number): void {
    if (recordedAt <= this.#recordedAt) return
    this.#recordedAt = recordedAt
    this.#to.recorded([recordedAt, position])
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

  /** What the table knows of instances that were folded again. */
  async restored(instances: readonly Instance[]): Promise<Cached[]> {
    const ids = JSON.stringify(instances.map(({ stream }) => stream))
    const among =
      this.#host.kind === 'postgres'
        ? 'SELECT json_array_elements_text(CAST(? AS json))'
        : 'SELECT value FROM json_each(?)'
    const text = `SELECT "id", "key", "fromAt", "fromPosition", "number"
      FROM ${this.#host.table(tables.instances)} WHERE "id" IN (${among})`
    const rows = new Map((await this.#host.rows(text, ids)).map((row) => [row.id, row]))
    return instances.map((instance) => {
      const row = rows.get(instance.stream)
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
    })
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
    const { key, cells, fromAt, fromPosition } = known
    const { revision } = known.instance
    const row = [key, ...cells, revision, fromAt, fromPosition, toAt, toPosition]
    if (this.#host.kind === 'sqlite') {
      row.push(spanOf(toAt - fromAt), spanOf(toPosition - fromPosition))
    }
    this.#to.interval(row)
    this.#addMembers(known)
  }

  #store(cached: Cached): void {
    const { instance, key, cells, fromAt, fromPosition } = cached
    const { nextAt, clocks } = turnsOf(instance)
    const { stream, workflow, startedAt, revision } = instance
    const begun = [key, stream, workflow.id, cached.number, startedAt]
    this.#to.now([...begun, ...cells, revision, fromAt, fromPosition, nextAt, clocks])
    cached.stored = true
    this.#addMembers(cached)
  }

  #addMembers(cached: Cached): void {
    const { [UNITS]: units = '', [PERSONS]: persons = '' } = cached.cells
    if (units === cached.units && persons === cached.persons) return
    const known = `${cached.units}${cached.persons}`
    for (const member of [...idsIn(String(units)), ...idsIn(String(persons))]) {
      if (!known.includes(`/${member}/`)) this.#to.member([member, cached.key])
    }
    cached.units = units
    cached.persons = persons
  }

  #nextNumber(instance: Instance): number {
    const year = yearOf(instance)
    const key = `${instance.workflow.id} ${year}`
    const next = (this.#numbers.get(key) ?? 0) + 1
    this.#numbers.set(key, next)
    this.#to.number([instance.workflow.id, year, next])
    return numberOf(year, next)
  }

  readonly #bitOf = (name: string): number => {
    const known = this.#bits.get(name)
    if (known !== undefined) return known
    const bit = this.#bits.size
    if (bit >= MEASURES) throw new Error(`more than ${MEASURES} measures: ${name}`)
    this.#to.measure([name, bit])
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

function writers({ kind, writer }: ProjectionHost) {
  const changing = [...VARYING, 'revision', 'fromAt', 'fromPosition', 'nextAt', 'clocks']
  const spans = kind === 'sqlite' ? ['atSpan', 'positionSpan'] : []
  const interval = ['key', ...VARYING, 'revision', 'fromAt', 'fromPosition', 'toAt', 'toPosition']
  const numbers = { key: ['workflow', 'year'], update: ['last'] }
  const { instances, intervals, members, recorded, measures, faults } = tables
  return {
    now: writer({
      table: instances,
      columns: ['key', 'id', 'workflow', 'number', 'startedAt', ...changing],
      onConflict: { key: ['key'], update: changing },
    }),
    interval: writer({ table: intervals, columns: [...interval, ...spans] }),
    member: writer({ table: members, columns: ['member', 'key'], onConflict: 'ignore' }),
    recorded: writer({ table: recorded, columns: ['recordedAt', 'position'] }),
    number: writer({
      table: tables.numbers,
      columns: ['workflow', 'year', 'last'],
      onConflict: numbers,
    }),
    measure: writer({ table: measures, columns: ['name', 'bit'] }),
    fault: writer({
      table: faults,
      columns: ['stream', 'revision', 'position', 'message'],
      onConflict: 'ignore',
    }),
  }
}
