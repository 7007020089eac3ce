// Columns of rows as PostgreSQL reads arrays from text: one parameter a column, however many rows.
// Pure.
import type { RowValue } from './projection.ts'

/** One column of the rows as the text of an array. PostgreSQL has no NUL in texts: left out. */
export function arrayText(rows: readonly (readonly RowValue[])[], column: number): string {
  let text = '{'
  let isFirst = true
  for (const row of rows) {
    const value = row[column] ?? null
    if (isFirst) isFirst = false
    else text += ','
    if (value === null) text += 'NULL'
    else if (typeof value === 'number') text += String(value)
    else text += quotedElement(value)
  }
  return `${text}}`
}

/** A value of a statement. */
export const withoutNul = (value: RowValue): RowValue =>
  typeof value === 'string' && value.includes('\0') ? value.replaceAll('\0', '') : value

const quotedElement = (value: string): string =>
  SPECIAL.test(value)
    ? `"${value.replaceAll('\0', '').replaceAll(/["\\]/g, '\\$&')}"`
    : `"${value}"`

const SPECIAL = /["\\\0]/
