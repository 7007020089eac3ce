// How PostgreSQL's values come into JavaScript: the same as from SQLite. Whole numbers are numbers
// and not texts; one that a number cannot hold exactly is a fault and not another number.
import { types } from 'pg'
import { DatabaseFault } from './fault.ts'

/** The parsers of a connection: int8 and numeric as numbers, everything else as `pg` has it. */
export const postgresValues = {
  getTypeParser(oid: number, format?: 'text' | 'binary') {
    if (format === 'binary') return types.getTypeParser(oid, 'binary')
    if (oid === types.builtins.INT8) return wholeNumber
    if (oid === types.builtins.NUMERIC) return anyNumber
    return types.getTypeParser(oid, 'text')
  },
}

function wholeNumber(text: string): number {
  const number = Number(text)
  if (Number.isSafeInteger(number)) return number
  throw new DatabaseFault(
    'number-too-large',
    `PostgreSQL gave ${text}, more than a number holds exactly: it was not written by linli.`,
  )
}

/** A sum of whole numbers is a numeric. */
function anyNumber(text: string): number {
  return text.includes('.') || text === 'NaN' ? Number(text) : wholeNumber(text)
}
