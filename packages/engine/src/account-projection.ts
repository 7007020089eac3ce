// The read model of accounts: one line for each side of a posting, whose accounts they are, and
// who was building chief when. Rankings and the check that all comes to zero stand on it. The
// other side of a posting under way is in transit: it has no line until the payee's event.
import { defineProjection, type Projection, type TableName } from '@linli/projections'
import { kindOf } from '@linli/sql'
import { type Event, workflowOf } from '@linli/workflow'
import { type Kysely, sql } from 'kysely'
import { OPEN, pathOf } from './instance-columns.ts'

/** The projection `accounts`. */
export function accountProjection(): Projection {
  return defineProjection({
    name: 'accounts',
    version: 1,
    tables: makeTables,
    indexes: makeIndexes,
    on(host) {
      const columns = ['position', 'account', 'posting', 'amount', 'counts', 'at']
      const line = host.writer({ table: 'account_lines', columns })
      const owner = host.writer({
        table: 'account_owners',
        columns: ['account', 'owner', 'kind', 'currency', 'place'],
      })
      const term = host.writer({
        table: 'chief_terms',
        columns: ['person', 'place', 'path', 'fromAt', 'toAt'],
      })
      const endTerms = (person: string, at: number, place?: string) =>
        host.run(
          `update ${host.table('chief_terms')} set "toAt" = ? where "person" = ? and "toAt" > ?
             and (? = 1 or "place" = ?)`,
          ...[at, person, at, place === undefined ? 1 : 0, place ?? ''],
        )
      return {
        'account.opened'({ stream, json }) {
          const { data } = json as Event
          const { currency, kind, place } = data
          const path = Array.isArray(place) ? place.map(String) : []
          owner([stream, String(data.owner), String(kind), String(currency), pathOf(path)])
        },
        'person.granted'({ stream, json }) {
          const { data, at } = json as Event
          if (data.role !== CHIEF) return
          const until = typeof data.until === 'string' ? Date.parse(data.until) : OPEN
          const path = pathOf(pathIn(data.facts))
          term([stream, placeOf(data), path, Date.parse(at), until])
        },
        'person.revoked'({ stream, json }) {
          const { data, at } = json as Event
          if (data.role === CHIEF) endTerms(stream, Date.parse(at), placeOf(data))
        },
        'person.left': ({ stream, json }) => endTerms(stream, Date.parse((json as Event).at)),
        'person.erased': ({ stream, json }) => endTerms(stream, Date.parse((json as Event).at)),
        '*'({ stream, position, json, text }) {
          // An account that neither pays nor is paid has nothing to be parsed for.
          if (workflowOf(stream) !== 'account' || !text.includes('"posting"')) return
          const event = json as Event
          for (const { posting, amount, counts } of linesOf(event)) {
            line([position, stream, posting, amount, counts, Date.parse(event.at)])
          }
        },
      }
    },
  })
}

async function makeTables(db: Kysely<unknown>, table: TableName): Promise<void> {
  const [int, text] = wordsIn(db)
  await sql`create table ${sql.table(table('account_owners'))} (
    "account" ${text} primary key, "owner" ${text} not null, "kind" ${text} not null,
    "currency" ${text} not null, "place" ${text} not null)`.execute(db)
  await sql`create table ${sql.table(table('account_lines'))} (
    "position" ${int} primary key, "account" ${text} not null, "posting" ${text} not null,
    "amount" ${int} not null, "counts" ${int} not null, "at" ${int} not null)`.execute(db)
  await sql`create table ${sql.table(table('chief_terms'))} (
    "person" ${text} not null, "place" ${text} not null, "path" ${text} not null,
    "fromAt" ${int} not null, "toAt" ${int} not null)`.execute(db)
  // Terms are ended by it while they are written.
  const terms = table('chief_terms')
  await sql`create index ${sql.id(`${terms}_person`)} on ${sql.table(terms)} ("person")`.execute(db)
}

async function makeIndexes(db: Kysely<unknown>, table: TableName): Promise<void> {
  const lines = table('account_lines')
  const owners = table('account_owners')
  // What an owner earned in a time, and what an account comes to: from the index alone.
  await sql`create index ${sql.id(`${lines}_account`)} on ${sql.table(lines)}
    ("account", "at", "counts", "amount")`.execute(db)
  await sql`create index ${sql.id(`${lines}_posting`)} on ${sql.table(lines)}
    ("posting", "amount")`.execute(db)
  await sql`create index ${sql.id(`${owners}_owner`)} on ${sql.table(owners)}
    ("owner", "currency")`.execute(db)
}

const CHIEF = 'building-chief'

const placeOf = (data: Event['data']): string => (typeof data.place === 'string' ? data.place : '')

function pathIn(facts: unknown): string[] {
  const place: unknown = Object(facts).place
  const path: unknown = Object(place).path
  return Array.isArray(path) ? path.map(String) : []
}

/** The account's own side of what an event moves: in by its data, out by what the payee is told. */
function linesOf({ type, data, effects }: Event) {
  if (type === 'account.received') return [sideOf(data, 1)]
  const paid = effects?.find((one) => one.kind === 'tell' && one.command === 'receive')
  return paid === undefined || !('with' in paid) ? [] : [sideOf(paid.with, -1)]
}

/** `counts` is what a ranking adds up: what was earned, less what of it was taken back. */
function sideOf(given: Readonly<Record<string, unknown>>, sign: 1 | -1) {
  const amount = sign * Number(given.amount)
  const reverses: unknown = given.reverses
  const isEarned = sign > 0 && given.kind === 'earning'
  const isUndone = sign < 0 && Object(reverses).kind === 'earning'
  return { posting: String(given.posting), amount, counts: isEarned || isUndone ? amount : 0 }
}

const wordsIn = (db: Kysely<unknown>) =>
  kindOf(db) === 'postgres' ? [sql`bigint`, sql`text collate "C"`] : [sql`integer`, sql`text`]
