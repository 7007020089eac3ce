// Taking bindings from the log again that were in memory when the process died. It only writes
// what the vault lacks, so that it can be run over the same events twice.

import type { Kysely } from 'kysely'
import { reading, VaultFault } from './fault.ts'
import type { VaultTables } from './tables.ts'
import { parts, type WriteBehind, writeBindings, writeIdentities } from './write-behind.ts'

/** What one event says: this subject's values are sealed with this key, this hash leads to it. */
export type LoggedBinding = { subject: string; key: string; hash?: string | undefined }

/** What `recover` found: bindings it added, and keys of the log that this vault never had. */
export type Recovered = { added: number; unknownKeys: number }

/** Adds bindings of the log that the vault lacks. */
export async function recoverBindings(
  bindings: Iterable<LoggedBinding> | AsyncIterable<LoggedBinding>,
  { db, behind, isErased }: RecoveryOptions,
): Promise<Recovered> {
  const total = { added: 0, unknownKeys: 0 }
  let owners = new Map<string, string>()
  let hashes = new Map<string, string>()
  const write = async () => {
    const found = await missing(db, owners)
    total.added += found.rows.length
    total.unknownKeys += found.unknownKeys
    await behind.write('recovered bindings', async (transaction) => {
      for (const part of parts(found.rows)) await writeBindings(transaction, part)
      const rows = [...hashes].map(([hash, subject]) => ({ hash, subject }))
      for (const part of parts(rows)) await writeIdentities(transaction, part)
    })
    owners = new Map()
    hashes = new Map()
  }
  for await (const { subject, key, hash } of bindings) {
    if (isErased(subject)) continue
    checkOwner(key, owners.get(key), subject)
    owners.set(key, subject)
    if (hash !== undefined) hashes.set(hash, subject)
    if (owners.size >= BATCH || hashes.size >= BATCH) await write()
  }
  if (owners.size > 0) await write()
  return total
}

type RecoveryOptions = {
  db: Kysely<VaultTables>
  behind: WriteBehind
  isErased: (subject: string) => boolean
}

const BATCH = 2000

async function missing(db: Kysely<VaultTables>, owners: Map<string, string>) {
  const rows: { key: string; subject: string }[] = []
  let known = 0
  for (const part of parts([...owners.keys()])) {
    const stored = await reading('its bindings', () =>
      db
        .selectFrom('vault_keys')
        .leftJoin('vault_bindings', 'vault_bindings.key', 'vault_keys.id')
        .select(['vault_keys.id as key', 'vault_bindings.subject as owner'])
        .where('vault_keys.id', 'in', part)
        .execute(),
    )
    known += stored.length
    for (const { key, owner } of stored) {
      const subject = owners.get(key)
      if (subject === undefined) continue
      if (owner === null) rows.push({ key, subject })
      else checkOwner(key, owner, subject)
    }
  }
  return { rows, unknownKeys: owners.size - known }
}

function checkOwner(key: string, owner: string | undefined, subject: string): void {
  if (owner === undefined || owner === subject) return
  throw new VaultFault(
    'binding-conflict',
    `The key ${key} is that of ${owner} and that of ${subject}: the vault and the log do not ` +
      'belong together.',
  )
}
