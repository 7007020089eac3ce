// What a list, board or rate is asked for, and the SQL it becomes. Conditions name columns only,
// so that they hold for rows of now and of the past alike. Permission is never left out: a query
// takes a scope, and an empty one lets nothing pass.
import { sql } from 'kysely'
import { NUMBERS_PER_YEAR, readNumber } from './case-number.ts'
import { OPEN } from './instance-columns.ts'
import type { Scope, Turn } from './permission.ts'
import { rateParts } from './rate-definition.ts'
import { isReadable } from './readable-json.ts'
import type { Sql, SqlWords } from './sql-words.ts'

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
  /** What the place stands for when it is in no path: the buildings of a grid. */
  places?: readonly string[]
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

/** `dueBy`: what rates take as due by now. `past`: rows of the past are asked for. */
export type FilterScene = { dueBy: number; past: boolean; words: SqlWords }

/** The conditions of a filter and a scope, joined. */
export function conditionsOf(filter: InstanceFilter, scope: Scope, scene: FilterScene): Sql {
  // PostgreSQL has no row with such a text, and takes none.
  if (scene.words.kind === 'postgres' && !isReadable(filter)) return NEVER
  const of = membership(filter, scene)
  return sql.join([scopeCondition(scope, of), ...columnConditions(filter, scene, of)], sql` AND `)
}

type Condition = (id: string) => Sql
type Membership = { unit: Condition; person: Condition; place: Condition }

/** True of every row, the second half has SQLite take the index of what is open for the count. */
const NOT_ENDED = sql`"ended" = 0 AND "dueAt" <= ${sql.lit(OPEN)}`
const NEVER = sql`1 = 0`
const ALWAYS = sql`1 = 1`

/** Conditions on the columns that hold ids as `/a/b/`. */
function membership(filter: InstanceFilter, { past, words }: FilterScene): Membership {
  const has = (column: string) => (id: string) => words.holds(sql.ref(column), `/${id}/`)
  const everHas = (column: string) => (id: string) => sql`(${ever(id)} AND ${has(column)(id)})`
  return {
    // A unit's cases of all times are many: its list helps only where the ended are asked for.
    unit: past || filter.ended === false ? has('units') : everHas('units'),
    person: everHas('persons'),
    place: has('place'),
  }
}

const ever = (id: string): Sql =>
  sql`"key" IN (SELECT "key" FROM instance_members WHERE "member" = ${id})`

function columnConditions(filter: InstanceFilter, scene: FilterScene, of: Membership): Sql[] {
  const found: Sql[] = []
  const add = <Value>(value: Value | undefined, condition: (value: Value) => Sql) => {
    if (value !== undefined) found.push(condition(value))
  }
  add(filter.workflow, (id) => sql`"workflow" = ${id}`)
  add(filter.states, (paths) => anyOf(paths.map((path) => under('state', path))))
  add(filter.notStates, (paths) => sql`NOT ${anyOf(paths.map((path) => under('state', path)))}`)
  add(filter.category, (path) => under('category', path))
  add(filter.channel, (channel) => sql`"channel" = ${channel}`)
  add(filter.place, (id) => anyOf((filter.places ?? [id]).map(of.place)))
  add(filter.unit, of.unit)
  add(filter.leadUnit, (unit) => sql`"leadUnit" = ${unit}`)
  add(filter.person, of.person)
  add(filter.owner, (owner) => sql`"owner" = ${owner}`)
  add(filter.card, (card) => sql`"card" = ${card}`)
  add(filter.supervised, (marked) => sql`"supervised" = ${marked ? 1 : 0}`)
  add(filter.ended, (ended) => (ended ? sql`"ended" = 1` : NOT_ENDED))
  add(filter.closed, (closed) => (closed ? sql`"closedAt" IS NOT NULL` : sql`"closedAt" IS NULL`))
  add(filter.responsible, (role) => sql`"responsible" = ${role}`)
  add(filter.text, (text) => textCondition(text, { filter, scene, of }))
  add(filter.mine, ({ owner, turns }) => {
    const owned = owner === undefined ? [] : [sql`"owner" = ${owner}`]
    const due = turns.map(
      (turn) => sql`("responsible" = ${turn.responsible} AND ${scopeCondition(turn.scope, of)})`,
    )
    return sql`("ended" = 0 AND ${anyOf([...owned, ...due])})`
  })
  add(filter.startedFrom, (at) => sql`"startedAt" >= ${at}`)
  add(filter.startedTo, (at) => sql`"startedAt" < ${at}`)
  add(filter.dueTo, (at) => sql`"dueAt" < ${at}`)
  add(filter.ids, (ids) => scene.words.among(sql`"id"`, ids))
  add(filter.measure, (measure) => measureCondition(measure, scene.dueBy))
  for (const [name, value] of Object.entries(filter.extra ?? {})) {
    found.push(scene.words.jsonHas(sql`"rest"`, ['extra', name], value))
  }
  return found
}

function scopeCondition(scope: Scope, of: Membership): Sql {
  if (scope.some((one) => 'all' in one)) return ALWAYS
  return anyOf(
    scope.map((one) => {
      if ('place' in one) return of.place(one.place)
      if ('unit' in one) return of.unit(one.unit)
      return 'person' in one ? of.person(one.person) : ALWAYS
    }),
  )
}

const anyOf = (conditions: readonly Sql[]): Sql =>
  conditions.length === 0 ? NEVER : sql`(${sql.join(conditions, sql` OR `)})`

/** A dotted path or what is below it: `/` is the character after `.`. */
function under(column: 'state' | 'category', path: string): Sql {
  const name = sql.ref(column)
  return sql`(${name} = ${path} OR (${name} > ${`${path}.`} AND ${name} < ${`${path}/`}))`
}

type Texted = { filter: InstanceFilter; scene: FilterScene; of: Membership }

/** What was found by words holds only where its personal texts may be seen. */
function textCondition(text: string, { filter: { found }, scene, of }: Texted): Sql {
  const { words } = scene
  const titled = words.holds(sql`"title"`, text)
  const asked = readNumber(text)
  const conditions = [titled]
  if (asked !== undefined && 'number' in asked) conditions[0] = sql`"number" = ${asked.number}`
  else if (asked !== undefined) {
    conditions.push(sql`"number" % ${sql.lit(NUMBERS_PER_YEAR)} = ${asked.count}`)
  }
  if (found !== undefined && found.ids.length > 0) {
    const ids = words.among(sql`"id"`, found.ids)
    conditions.push(sql`(${ids} AND ${scopeCondition(found.scope, of)})`)
  }
  return anyOf([...conditions, ...(found?.places ?? []).map(of.place)])
}

function measureCondition(
  { name, met, leftOut }: NonNullable<InstanceFilter['measure']>,
  dueBy: number,
): Sql {
  const parts = rateParts(name, dueBy)
  if (leftOut) return sql`NOT coalesce(${parts.counted}, FALSE)`
  if (met === undefined) return parts.counted
  return met
    ? sql`${parts.counted} AND ${parts.met}`
    : sql`${parts.counted} AND NOT coalesce(${parts.met}, FALSE)`
}
