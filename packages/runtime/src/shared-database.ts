// What a process of many has to know of the database that it shares: whether a vault is there
// already, and whether another linli has changed the tables since. Makes nothing.
import { checkWorkTables, type Work } from '@linli/engine'
import { DatabaseFault } from '@linli/sql'
import type { VaultTables } from '@linli/vault'
import { type Kysely, sql } from 'kysely'

/** Whether the vault was begun: from then on only its own key file opens it. */
export async function hasVault(db: Kysely<VaultTables>): Promise<boolean> {
  const { rows } = await sql<{ known: boolean }>`
    select to_regclass('vault_marks') is not null as known`.execute(db)
  if (rows[0]?.known !== true) return false
  const mark = db.selectFrom('vault_marks').select('value').where('name', '=', 'key-file')
  return (await mark.executeTakeFirst()) !== undefined
}

/** Why the tables are not those of this linli any more; rejects when they cannot be asked. */
export async function unfitness(work: Work): Promise<DatabaseFault | undefined> {
  try {
    await checkWorkTables(work)
    return undefined
  } catch (fault) {
    if (fault instanceof DatabaseFault && UNFIT.has(fault.code)) return fault
    if (!isMissingTable(fault)) throw fault
    return new DatabaseFault('half-migrated', REMAINS, fault)
  }
}

const UNFIT = new Set(['half-migrated', 'newer-linli'])

const REMAINS =
  'The work database is not as a linli left it (the table migration is missing): ' +
  'restore it from a backup as a whole.'

/** https://www.postgresql.org/docs/current/errcodes-appendix.html: undefined_table */
const isMissingTable = (fault: unknown): boolean =>
  fault instanceof Error && 'code' in fault && fault.code === '42P01'
