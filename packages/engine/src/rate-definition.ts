// What each rate counts, and what of it was met. Most rates are a measure of the summary by the
// same name; those of domain.md §6 that ask for more are defined here.
import { sql } from 'kysely'
import type { Sql } from './sql-words.ts'

/** Conditions on a row: in the denominator, and met. Either may be NULL, which is no. */
export type RateParts = { counted: Sql; met: Sql }

/** The rates that the three rates and the closing rates of the field are, by name. */
export const RATE_NAMES = [
  'closed',
  'closedInTime',
  'response',
  'solution',
  'satisfaction',
  'redo',
  'sendBack',
  'evasion',
] as const

/** The parts of a rate; another name is a measure. `dueBy`: due by then counts, epoch ms. */
export function rateParts(name: string, dueBy: number): RateParts {
  const due = sql`"handleDueAt" <= ${dueBy}`
  const referred = bit('met', 'referred')
  switch (name) {
    case 'closed':
      return { counted: due, met: sql`"closedAt" IS NOT NULL` }
    case 'closedInTime':
      return { counted: due, met: bit('met', 'closedInTime') }
    case 'response':
      return measure('responded')
    case 'solution':
      return measure('solved')
    case 'satisfaction':
      return measure('satisfied')
    case 'redo':
      return { counted: referred, met: bit('met', 'redone') }
    case 'sendBack':
      return { counted: referred, met: bit('met', 'sentBack') }
    // 推诿: a unit sent back what it answered for in the end.
    case 'evasion':
      return { counted: bit('met', 'sentBack'), met: bit('met', 'evaded') }
    default:
      return measure(name)
  }
}

const measure = (name: string): RateParts => ({
  counted: bit('counted', name),
  met: bit('met', name),
})

const bit = (column: 'counted' | 'met', name: string): Sql => {
  const bits = sql`(SELECT "bit" FROM measure_bits WHERE "name" = ${name})`
  return sql`((${sql.ref(column)} >> ${bits}) & 1) = 1`
}
