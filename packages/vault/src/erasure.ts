// Erasing a subject: its keys are overwritten where they stand, its identities deleted, and a
// tombstone set, in one transaction; then the write-ahead log is emptied, which held older pages.
// Other processes of a shared vault look for new tombstones.

import type { Kysely, Transaction } from 'kysely'
import { reading, VaultFault } from './fault.ts'
import type { Identities } from './identities.ts'
import type { KeyRing } from './key-ring.ts'
import { scrub, type VaultTables } from './tables.ts'
import { parts, type WriteBehind } from './write-behind.ts'

type ErasureParts = {
  db: Kysely<VaultTables>
  behind: WriteBehind
  ring: KeyRing
  identities: Identities
  erased: Map<string, number>
}

/** Erases a subject; the parts of the vault forget it at once, and before the first await. */
export async function eraseSubject(
  { db, behind, ring, identities, erased }: ErasureParts,
  subject: string,
  { at, vacuum = false }: { at: number; vacuum?: boolean },
): Promise<void> {
  if (!ring.isOpen) {
    throw new VaultFault(
      'not-recovered',
      `${subject} can be erased when the vault has recovered: it may have a key only in the log.`,
    )
  }
  const before = erased.get(subject)
  erased.set(subject, before ?? at)
  const inMemory = ring.forget(subject)
  try {
    const gone = await behind.write(`the erasure of ${subject}`, (transaction) =>
      destroy(transaction, subject, { at: before ?? at, inMemory }),
    )
    behind.drop(subject)
    ring.forgetIds(gone.keys)
    identities.forget(gone.hashes)
  } catch (fault) {
    // What is not erased for good must not look erased.
    if (before === undefined) erased.delete(subject)
    throw fault
  }
  try {
    await scrub(db, vacuum)
  } catch (cause) {
    throw new VaultFault(
      'not-scrubbed',
      `The key of ${subject} is destroyed, but older pages of the vault could not be cleared: ` +
        'erase again when no other reader has the vault open.',
      cause,
    )
  }
}

/** Takes note of what other processes erased: memory then opens it no longer. */
export async function learnErasures({ db, behind, ring, erased }: ErasureParts): Promise<void> {
  let hasNew = false
  for (const [subject, at] of await readTombstones(db)) {
    if (erased.has(subject)) continue
    hasNew = true
    erased.set(subject, at)
    ring.forget(subject)
    behind.drop(subject)
  }
  // Which keys it had is known no longer.
  if (hasNew) ring.forgetAllIds()
}

/** How many subjects are erased. */
export async function countTombstones(db: Kysely<VaultTables>): Promise<number> {
  const { count } = await reading('its tombstones', () =>
    db
      .selectFrom('vault_tombstones')
      .select(({ fn }) => fn.countAll<number>().as('count'))
      .executeTakeFirstOrThrow(),
  )
  return count
}

/** The subjects erased so far. */
export async function readTombstones(db: Kysely<VaultTables>): Promise<Map<string, number>> {
  const rows = await reading('its tombstones', () =>
    db.selectFrom('vault_tombstones').select(['subject', 'at']).execute(),
  )
  return new Map(rows.map(({ subject, at }) => [subject, Number(at)]))
}

const WRAPPED_BYTES = 60

async function destroy(
  transaction: Transaction<VaultTables>,
  subject: string,
  { at, inMemory }: { at: number; inMemory: string[] },
): Promise<{ keys: string[]; hashes: string[] }> {
  const bound = await transaction
    .selectFrom('vault_bindings')
    .select('key')
    .where('subject', '=', subject)
    .execute()
  const keys = [...new Set([...inMemory, ...bound.map(({ key }) => key)])]
  for (const part of parts(keys)) {
    // The same length, so that the row is overwritten where it stands.
    await transaction
      .updateTable('vault_keys')
      .set({ wrapped: Buffer.alloc(WRAPPED_BYTES) })
      .where('id', 'in', part)
      .execute()
    await transaction.deleteFrom('vault_pool').where('key', 'in', part).execute()
  }
  await transaction.deleteFrom('vault_bindings').where('subject', '=', subject).execute()
  const identities = await transaction
    .selectFrom('vault_identities')
    .select('hash')
    .where('subject', '=', subject)
    .execute()
  await transaction.deleteFrom('vault_identities').where('subject', '=', subject).execute()
  await transaction
    .insertInto('vault_tombstones')
    .values({ subject, at })
    .onConflict((conflict) => conflict.column('subject').doNothing())
    .execute()
  return { keys, hashes: identities.map(({ hash }) => hash) }
}
