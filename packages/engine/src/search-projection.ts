// The read model that words are looked up in: for each event with a personal text, keyed hashes of
// its pieces; names of places and titles in clear go the same way. Deleted with the person.
import {
  defineProjection,
  liveTable,
  type ProjectedEvent,
  type Projection,
  type ProjectionHost,
} from '@linli/projections'
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
    async tables(db, table) {
      const text = table('search_text')
      const document = table('search_document')
      await sql`create virtual table ${sql.table(text)} using fts5(
        pieces, content='', contentless_delete=1, detail='none', tokenize='ascii')`.execute(db)
      await sql`create table ${sql.table(document)} (
        id integer primary key, instance text not null, subject text not null)`.execute(db)
      await sql`create index ${sql.ref(`${document}_subject`)}
        on ${sql.table(document)} (subject)`.execute(db)
    },
    begin(host) {
      const document = host.statement(
        `insert into ${host.table('search_document')} (instance, subject) values (?, ?)`,
      )
      const text = host.statement(
        `insert into ${host.table('search_text')} (rowid, pieces) values (?, ?)`,
      )
      return {
        take(event) {
          if (event.type === 'person.erased') forget(event.stream, host)
          for (const [subject, texts] of textsIn(event, host.open)) {
            const pieces = texts.map(hashesOf).join(' ').trim()
            if (pieces === '') continue
            const { lastInsertRowid } = document.run(event.stream, subject)
            text.run(lastInsertRowid, pieces)
          }
        },
      }
    },
  })
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

/** An erased person's words are no longer found anywhere. */
function forget(subject: string, host: ProjectionHost): void {
  const document = host.table('search_document')
  const rows = host.statement(`select id from ${document} where subject = ?`).all(subject)
  // Deleting, FTS5 may leave a rowid of its own as the last inserted one, too large for a number:
  // `run` would throw on reading it. `all` does not read it, and an ordinary insert resets it.
  const remove = host.statement(`delete from ${host.table('search_text')} where rowid = ?`)
  for (const { id } of rows) remove.all(Number(id))
  // A deleted text's pieces stay in their segment until it is merged.
  const text = host.table('search_text')
  if (rows.length > 0) host.statement(`insert into ${text} (${text}) values ('optimize')`).all()
  host.statement(`insert into ${document} (instance, subject) values ('', ?)`).run(subject)
  host.run(`delete from ${document} where subject = ?`, subject)
}

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
  const pieces = piecesOf(text)
  const table = await liveTable(db, NAME, 'search_text')
  if (pieces.length === 0 || table === undefined) return []
  const match = pieces.map(pieceHasher(secret)).join(' AND ')
  const { rows } = await sql<{ instance: string }>`
    select distinct instance from search_document
    where id in (select rowid from ${sql.table(table)}
      where ${sql.ref(table)} match ${match} order by rowid desc limit ${FOUND})
    order by id desc`.execute(db)
  return rows.map((row) => row.instance)
}
