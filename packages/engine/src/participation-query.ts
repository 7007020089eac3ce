// How many took part in activities: person-times beside people. A person who came to several
// activities is one of the people and each time one of the person-times; who came without being
// known is counted as the activity says. Only activities that are done count. As of any moment.
import { type Kysely, sql } from 'kysely'
import { idsIn, type Rest } from './instance-columns.ts'
import { type InstancesAsked, rowsOf } from './instance-source.ts'

/** What participation is split by. `month` is the local month in which an activity began. */
export type ParticipationBy = 'kind' | 'month' | 'place'

/** The question: activities that began in a period (epoch ms, `to` exclusive). */
export type ParticipationAsked = InstancesAsked & {
  by?: ParticipationBy
  from?: number
  to?: number
  timeZone: string
}

/** One group's figures; `people` are the known, each once, and the unknown as counted. */
export type Participation = {
  key?: string
  activities: number
  personTimes: number
  people: number
  knownPeople: number
  beneficiaries: number
  serviceMinutes: number
  output: number
}

/** The most activities that one question looks at; ask for a shorter period beyond. */
export const ACTIVITIES_MOST = 20_000

/** The figures of each group, the one with most person-times first; one without `by`. */
export async function participation(
  db: Kysely<unknown>,
  asked: ParticipationAsked,
): Promise<Participation[]> {
  const filter = { ...asked.filter, workflow: 'activity', states: ['done'] }
  const { rows } = await sql<Row>`
    SELECT "category", "place", "persons", "rest" FROM ${rowsOf(db, { ...asked, filter })}
    ORDER BY "startedAt" DESC LIMIT ${ACTIVITIES_MOST}`.execute(db)
  const groups = new Map<string | undefined, Group>()
  if (asked.by === undefined) groups.set(undefined, newGroup())
  for (const row of rows) {
    const extra = extraOf(row)
    const startsAt = Date.parse(String(extra.startsAt))
    if (startsAt < (asked.from ?? startsAt) || startsAt >= (asked.to ?? Infinity)) continue
    for (const key of keysOf(row, startsAt, asked)) {
      add(groups.getOrInsertComputed(key, newGroup), extra, idsIn(row.persons))
    }
  }
  return [...groups]
    .map(([key, { known, others, ...figures }]) => ({
      ...(key === undefined ? {} : { key }),
      ...figures,
      people: known.size + others,
      knownPeople: known.size,
    }))
    .sort((a, b) => b.personTimes - a.personTimes)
}

type Row = { category: string | null; place: string; persons: string; rest: unknown }
type Extra = NonNullable<Rest['extra']>
type Group = Omit<Participation, 'key' | 'people' | 'knownPeople'> & {
  known: Set<string>
  others: number
}

const newGroup = (): Group => ({
  ...{ activities: 0, personTimes: 0, beneficiaries: 0, serviceMinutes: 0, output: 0 },
  ...{ known: new Set<string>(), others: 0 },
})

/** PostgreSQL gives parsed JSON, SQLite its text. */
function extraOf({ rest }: Row): Extra {
  const parsed: Rest = typeof rest === 'string' ? JSON.parse(rest) : Object(rest)
  return parsed.extra ?? {}
}

type Keys = readonly (string | undefined)[]

function keysOf(row: Row, startsAt: number, { by, timeZone }: ParticipationAsked): Keys {
  if (by === undefined) return [undefined]
  if (by === 'kind') return [row.category ?? '']
  if (by === 'place') return idsIn(row.place)
  const day = Temporal.Instant.fromEpochMilliseconds(startsAt).toZonedDateTimeISO(timeZone)
  return [day.toPlainDate().toString().slice(0, 'YYYY-MM'.length)]
}

function add(group: Group, extra: Extra, persons: readonly string[]): void {
  group.activities += 1
  for (const name of ['personTimes', 'beneficiaries', 'serviceMinutes', 'output'] as const) {
    group[name] += Number(extra[name] ?? 0)
  }
  group.others += Number(extra.otherPeople ?? 0)
  for (const person of persons) group.known.add(person)
}
