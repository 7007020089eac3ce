// What a list, board or rate is asked for, and the SQL it becomes. Conditions name columns only,
// so that they hold for rows of now and of the past alike. Permission is never left out: a query
// takes a scope, and an empty one lets nothing pass.
import { type RawBuilder, sql } from 'kysely'
import { NUMBERS_PER_YEAR, readNumber } from './case-number.ts'
import type { Scope, Turn } from './permission.ts'
import { rateParts } from './rate-definition.ts'

/** Which instances; what is absent lets all pass. Times are epoch milliseconds. */
export type InstanceFilter = {
  workflow?: string
  /** State paths; each also stands for the states inside it. */
  states?: readonly string[]
  notStates?: readonly string[]
  /** A category and what lies below it. */
  category?: string
  channel?: string
  /** A place and what lies inside it. */
  place?: string
  unit?: string
  leadUnit?: string
  person?: string
  owner?: string
  card?: 'none' | 'yellow' | 'red'
  supervised?: boolean
  ended?: boolean
  /** True for what has been closed, whether or not it can be reopened. */
  closed?: boolean
  responsible?: string
  /** A case number, or part of a title. */
  text?: string
  /** What else than its title finds a case by `text`. */
  found?: { ids: readonly string[]; scope: Scope; places: readonly string[] }
  /** Not ended, and somebody's: owned by them, or the turn of a role they hold. */
  mine?: { owner?: string; turns: readonly Turn[] }
  startedFrom?: number
  startedTo?: number
  dueTo?: number
  ids?: readonly string[]
  /** What a rate or measure counts; with `met`, only what met it or only what did not. */
  measure?: { name: string; met?: boolean; leftOut?: true }
  /** Values of the summary's `extra`. */
  extra?: Readonly<Record<string, string | number | boolean>>
}

/** A fragment of SQL with its values. */
export type Sql = RawBuilder<unknown>

/** `dueBy`: what rates take as due by now. `past`: rows of the past are asked for. */
export type FilterScene = { dueBy: number; past: boolean }

/** The conditions of a filter and a scope, joined. */
export function conditionsOf(filter: InstanceFilter, scope: Scope, scene: FilterScene): Sql {
  // A unit's cases of all times are many: its list helps only where the ended ones are asked for.
  const ofUnit = scene.past || filter.ended === false ? inUnit : everInUnit
  const conditions = columnConditions(filter, scene.dueBy, ofUnit)
  return sql.join([scopeCondition(scope, ofUnit), ...conditions], sql` AND `)
}

type Condition = (id: string) => Sql

function columnConditions(filter: InstanceFilter, dueBy: number, ofUnit: Condition): Sql[] {
  const found: Sql[] = []
  const add = <Value>(value: Value | undefined, condition: (value: Value) => Sql) => {
    if (value !== undefined) found.push(condition(value))
  }
  add(filter.workflow, (id) => sql`workflow = ${id}`)
  add(filter.states, (paths) => anyOf(paths.map((path) => under('state', path))))
  add(filter.notStates, (paths) => sql`NOT ${anyOf(paths.map((path) => under('state', path)))}`)
  add(filter.category, (path) => under('category', path))
  add(filter.channel, (channel) => sql`channel = ${channel}`)
  add(filter.place, inPlace)
  add(filter.unit, ofUnit)
  add(filter.leadUnit, (unit) => sql`leadUnit = ${unit}`)
  add(filter.person, hasPerson)
  add(filter.owner, (owner) => sql`owner = ${owner}`)
  add(filter.card, (card) => sql`card = ${card}`)
  add(filter.supervised, (marked) => sql`supervised = ${marked ? 1 : 0}`)
  add(filter.ended, (ended) => (ended ? sql`ended = 1` : sql`ended = 0`))
  add(filter.closed, (closed) => (closed ? sql`closedAt IS NOT NULL` : sql`closedAt IS NULL`))
  add(filter.responsible, (role) => sql`responsible = ${role}`)
  add(filter.text, (text) => anyOf([textCondition(text), ...foundConditions(filter, ofUnit)]))
  add(filter.mine, ({ owner, turns }) => {
    const owned = owner === undefined ? [] : [sql`owner = ${owner}`]
    const due = turns.map(
      (turn) => sql`(responsible = ${turn.responsible} AND ${scopeCondition(turn.scope, ofUnit)})`,
    )
    return sql`(ended = 0 AND ${anyOf([...owned, ...due])})`
  })
  add(filter.startedFrom, (at) => sql`startedAt >= ${at}`)
  add(filter.startedTo, (at) => sql`startedAt < ${at}`)
  add(filter.dueTo, (at) => sql`dueAt < ${at}`)
  add(filter.ids, among)
  add(filter.measure, (measure) => measureCondition(measure, dueBy))
  for (const [name, value] of Object.entries(filter.extra ?? {})) {
    found.push(extraCondition(name, value))
  }
  return found
}

function scopeCondition(scope: Scope, ofUnit: Condition): Sql {
  if (scope.some((one) => 'all' in one)) return sql`1 = 1`
  return anyOf(
    scope.map((one) => {
      if ('place' in one) return inPlace(one.place)
      if ('unit' in one) return ofUnit(one.unit)
      return 'person' in one ? hasPerson(one.person) : sql`1 = 1`
    }),
  )
}

const anyOf = (conditions: readonly Sql[]): Sql =>
  conditions.length === 0 ? sql`1 = 0` : sql`(${sql.join(conditions, sql` OR `)})`

/** A dotted path or what is below it: `/` is the character after `.`. */
function under(column: 'state' | 'category', path: string): Sql {
  const name = sql.ref(column)
  return sql`(${name} = ${path} OR (${name} > ${`${path}.`} AND ${name} < ${`${path}/`}))`
}

const inPlace = (id: string): Sql => sql`instr(place, ${`/${id}/`}) > 0`
const inUnit = (id: string): Sql => sql`instr(units, ${`/${id}/`}) > 0`
const everInUnit = (id: string): Sql => sql`(${ever(id)} AND ${inUnit(id)})`
const hasPerson = (id: string): Sql => sql`(${ever(id)} AND instr(persons, ${`/${id}/`}) > 0)`
const ever = (id: string): Sql =>
  sql`key IN (SELECT key FROM instance_members WHERE member = ${id})`

const among = (ids: readonly string[]): Sql =>
  sql`id IN (SELECT value FROM json_each(${JSON.stringify(ids)}))`

/** What was found by words holds only where its personal texts may be seen. */
function foundConditions({ found }: InstanceFilter, ofUnit: Condition): Sql[] {
  if (found === undefined) return []
  const worded = sql`(${among(found.ids)} AND ${scopeCondition(found.scope, ofUnit)})`
  return [...(found.ids.length === 0 ? [] : [worded]), ...found.places.map(inPlace)]
}

function textCondition(text: string): Sql {
  const asked = readNumber(text)
  const titled = sql`instr(title, ${text}) > 0`
  if (asked === undefined) return titled
  return 'number' in asked
    ? sql`number = ${asked.number}`
    : sql`(number % ${NUMBERS_PER_YEAR} = ${asked.count} OR ${titled})`
}

function measureCondition(
  { name, met, leftOut }: NonNullable<InstanceFilter['measure']>,
  dueBy: number,
): Sql {
  const parts = rateParts(name, dueBy)
  if (leftOut) return sql`NOT ifnull(${parts.counted}, 0)`
  if (met === undefined) return sql`${parts.counted}`
  return met
    ? sql`${parts.counted} AND ${parts.met}`
    : sql`${parts.counted} AND NOT ifnull(${parts.met}, 0)`
}

function extraCondition(name: string, value: string | number | boolean): Sql {
  const path = `$.extra.${JSON.stringify(name)}`
  const stored = typeof value === 'boolean' ? Number(value) : value
  return sql`CASE WHEN rest = '' THEN NULL ELSE json_extract(rest, ${path}) END = ${stored}`
}
