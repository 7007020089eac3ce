// The read model that words are looked up in: for each event with a personal text, keyed hashes of
// its pieces; names of places and titles in clear go the same way. Deleted with the person.
import {
  defineProjection,
  liveTable,
  type ProjectedEvent,
  type Projection,
  type ProjectionHost,
  type TableName,
} from '@linli/projections'
import { kindOf } from '@linli/sql'
import { type Event, isSealed } from '@linli/workflow'
import { type Kysely, sql } from 'kysely'
import { pieceHasher, piecesOf, textHasher } from './search-piece.ts'

const NAME = 'search'
const VERSION = 1
/** The most instances one search finds. */
const FOUND = 1_000

/** The projection `search`; `secret` keys the hashes of pieces. */
export function searchProjection(secret: Buffer): Projection {
  const hashesOf = textHasher(secret)
  return defineProjection({
    name: NAME,
    version: VERSION,
    tables: (db, table) => (kindOf(db) === 'postgres' ? onServer(db, table) : inFile(db, table)),
    async indexes(db, table) {
      if (kindOf(db) === 'sqlite') return
      const document = table('search_document')
      await sql`create index ${sql.id(`${document}_pieces`)} on ${sql.table(document)}
        using gin (string_to_array(pieces, ' '))`.execute(db)
    },
    begin(host) {
      const writer = searchWriter(host)
      return {
        prepare: () => writer.remember(),
        take(event) {
          if (event.type === 'person.erased') writer.erase(event.stream)
          for (const [subject, texts] of textsIn(event, host.open)) {
            const pieces = texts.map(hashesOf).join(' ').trim()
            if (pieces !== '') writer.add(event.stream, subject, pieces)
          }
        },
        forget: () => writer.forget(),
      }
    },
  })
}

/** The pieces are an index of full text; what they are of is in a table of its own. */
async function inFile(db: Kysely<unknown>, table: TableName): Promise<void> {
  const document = table('search_document')
  await sql`create virtual table ${sql.table(table('search_text'))} using fts5(
    pieces, content='', contentless_delete=1, detail='none', tokenize='ascii')`.execute(db)
  await sql`create table ${sql.table(document)} (
    id integer primary key, instance text not null, subject text not null)`.execute(db)
  await indexSubjects(db, document)
}

/** The pieces are an array for the index alone: the row keeps one text. */
async function onServer(db: Kysely<unknown>, table: TableName): Promise<void> {
  const document = table('search_document')
  await sql`create table ${sql.table(document)} (
    id bigint primary key, instance text not null, subject text not null,
    pieces text collate "C" not null)`.execute(db)
  await indexSubjects(db, document)
}

const indexSubjects = (db: Kysely<unknown>, document: string) =>
  sql`create index ${sql.id(`${document}_subject`)} on ${sql.table(document)} (subject)`.execute(db)

/** Writes the texts of one build, numbered in the order of the log. */
function searchWriter(host: ProjectionHost) {
  const inFile = host.kind === 'sqlite'
  const columns = ['id', 'instance', 'subject']
  const table = 'search_document'
  const document = host.writer({ table, columns: inFile ? columns : [...columns, 'pieces'] })
  const text = inFile
    ? host.writer({ table: 'search_text', columns: ['rowid', 'pieces'] })
    : undefined
  const remove = host.remover(table, 'subject')
  let last: number | undefined
  return {
    async remember() {
      if (last !== undefined) return
      const [row] = await host.rows(`select max(id) as n from ${host.table(table)}`)
      last = Number(row?.n ?? 0)
    },
    forget() {
      last = undefined
    },
    add(instance: string, subject: string, pieces: string) {
      last = (last ?? 0) + 1
      document(inFile ? [last, instance, subject] : [last, instance, subject, pieces])
      text?.([last, pieces])
    },
    /** An erased person's words are no longer found anywhere. */
    erase(subject: string) {
      if (inFile) removeText(host, subject)
      remove(subject)
    },
  }
}

function removeText(host: ProjectionHost, subject: string): void {
  const text = host.table('search_text')
  const ids = `select id from ${host.table('search_document')} where subject = ?`
  host.run(`delete from ${text} where rowid in (${ids})`, subject)
  // A deleted text's pieces stay in their segment until it is merged.
  host.run(`insert into ${text} (${text}) select 'optimize' where exists (${ids})`, subject)
}

/** What is searched for in an event, by the person whose words they are; '' for public words. */
function textsIn(stored: ProjectedEvent, open: ProjectionHost['open']): Map<string, string[]> {
  const bySubject = new Map<string, string[]>()
  if (!HOLDS_TEXT.some((mark) => stored.text.includes(mark))) return bySubject
  const event = stored.json as Event
  collect(event.data, '', (value, field) => {
    const [subject, text] =
      typeof value === 'string'
        ? ['', value]
        : [subjectOf(value), open(value, { stream: event.stream, event: event.id, field })]
    if (text !== undefined) bySubject.getOrInsertComputed(subject, () => []).push(text)
  })
  return bySubject
}

const HOLDS_TEXT = ['"$sealed"', '"name":', '"title":']

const subjectOf = (value: unknown): string => (isSealed(value) ? (value.subject ?? '') : '')

/** Sealed values, and the names and titles that are public. Ballots are not looked at. */
function collect(data: unknown, at: string, found: (value: unknown, field: string) => void): void {
  if (typeof data !== 'object' || data === null) return
  if (isSealed(data)) {
    if (data.$sealed !== null && data.subject?.includes(':') === false) found(data, at)
    return
  }
  for (const [key, value] of Object.entries(data)) {
    const field = at === '' ? key : `${at}.${key}`
    if (typeof value === 'string') {
      if (PUBLIC.has(key)) found(value, field)
    } else collect(value, field, found)
  }
}

const PUBLIC = new Set(['name', 'title', 'complaint', 'resolution'])

/** The instances in which every piece of `text` stands in one event; newest first. */
export async function searchInstances(
  db: Kysely<unknown>,
  secret: Buffer,
  text: string,
): Promise<string[]> {
  const pieces = piecesOf(text).map(pieceHasher(secret))
  if (pieces.length === 0) return []
  // Full text can only be searched by its table's real name.
  const table = await liveTable(db, NAME, 'search_text')
  if (table === undefined) return []
  const found =
    kindOf(db) === 'postgres'
      ? sql`string_to_array(pieces, ' ') @> ${pieces}::text[]`
      : sql`id in (select rowid from ${sql.table(table)}
          where ${sql.ref(table)} match ${pieces.join(' AND ')} order by rowid desc limit ${FOUND})`
  const { rows } = await sql<{ instance: string }>`
    select instance from (select id, instance from search_document
      where ${found} order by id desc limit ${FOUND}) as newest
    group by instance order by max(id) desc`.execute(db)
  return rows.map((row) => row.instance)
}
