// The one statement rows are written by, in the words that SQLite and PostgreSQL share. Pure.
import type { RowTarget } from './projection.ts'

/** A name as both databases take it, whatever its letters. */
export const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`

/** The statement for a target whose table has the real name given; `source` gives the rows. */
export function insertText(target: RowTarget, table: string, source: string): string {
  const columns = target.columns.map(quoted).join(', ')
  return `INSERT INTO ${quoted(table)} (${columns}) ${source}${conflictText(target, table)}`
}

function conflictText({ onConflict }: RowTarget, table: string): string {
  if (onConflict === undefined) return ''
  if (onConflict === 'ignore') return ' ON CONFLICT DO NOTHING'
  const { key, update = [], add = [] } = onConflict
  const changes = [
    ...update.map((name) => `${quoted(name)} = excluded.${quoted(name)}`),
    ...add.map((name) => {
      const column = quoted(name)
      return `${column} = ${quoted(table)}.${column} + excluded.${column}`
    }),
  ]
  const action = changes.length === 0 ? 'NOTHING' : `UPDATE SET ${changes.join(', ')}`
  return ` ON CONFLICT (${key.map(quoted).join(', ')}) DO ${action}`
}
