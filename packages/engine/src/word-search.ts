// Finding cases by what somebody types: words of their texts, and names of places. A case number
// is the list's own column. Must not import HTTP.
import { type Kysely, sql } from 'kysely'
import { readNumber } from './case-number.ts'
import { idsIn } from './instance-columns.ts'
import type { InstanceFilter } from './instance-filter.ts'
import { type Caller, openScopeOf } from './permission.ts'
import { searchInstances } from './search-projection.ts'
import { wordsOf } from './sql-words.ts'

/** What is typed, who typed it, and into the list of which workflow. */
export type WordsAsked = { text: string; workflow: string; caller: Caller }

/**
 * What a list's filter needs besides the text to find cases by words; undefined for a case number.
 * Words count only where the caller may see personal texts. `secret` keys the stored pieces.
 */
export async function findByWords(
  db: Kysely<unknown>,
  secret: Buffer,
  asked: WordsAsked,
): Promise<InstanceFilter['found']> {
  const { text, workflow, caller } = asked
  if (readNumber(text) !== undefined) return undefined
  const scope = openScopeOf(caller, workflow)
  const ids = scope.length === 0 ? [] : await searchInstances(db, secret, text)
  // A list of places finds them by their titles, and not what lies inside them.
  const places = workflow === 'place' ? [] : await placesNamed(db, text)
  return { ids, scope, places }
}

/** The places of that name, or else those with it in their name; none inside another of them. */
async function placesNamed(db: Kysely<unknown>, text: string): Promise<string[]> {
  const name = text.replaceAll(/[\s\0]/g, '')
  if (name.length < NAME_CHARS_MIN) return []
  const title = sql`replace("title", ' ', '')`
  const { rows } = await sql<{ id: string; place: string; isExact: number }>`
    SELECT "id", "place", CASE WHEN ${title} = ${name} THEN 1 ELSE 0 END AS "isExact"
    FROM instances WHERE "workflow" = 'place' AND ${wordsOf(db).holds(title, name)}
    ORDER BY 3 DESC, length("place") LIMIT ${PLACES}`.execute(db)
  const exact = rows.filter((row) => row.isExact === 1)
  const found = exact.length > 0 ? exact : rows
  const ids = new Set(found.map((row) => row.id))
  const isInside = (row: { id: string; place: string }) =>
    idsIn(row.place).some((id) => id !== row.id && ids.has(id))
  return found.filter((row) => !isInside(row)).map((row) => row.id)
}

const NAME_CHARS_MIN = 2
const PLACES = 50
