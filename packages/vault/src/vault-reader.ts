// A vault that only opens, at once, for another thread of the process that owns it: read models
// make search pieces of personal text and forget it. It writes nothing and hands out no key.
import { createSecretKey } from 'node:crypto'
import { DatabaseSync } from 'node:sqlite'
import { VaultFault } from './fault.ts'
import type { KeyFile } from './key-file.ts'
import { Recent } from './recent.ts'
import { type Binding, isSealed, type Key, openWith, unwrapKey } from './sealed.ts'

/** Opens values sealed by the vault in the same file. */
export type VaultReader = {
  /** The text; undefined once its key is destroyed, and for a key this vault never had. */
  open(sealed: unknown, binding: Binding): string | undefined
  close(): void
}

/** Opens a vault's file for reading. The vault itself has to be open in this process. */
export function openVaultReader(file: string, keyFile: KeyFile): VaultReader {
  const database = new DatabaseSync(file, { readOnly: true })
  database.exec('pragma busy_timeout = 5000')
  const row = database.prepare('select wrapped from vault_keys where id = ?')
  const kek = createSecretKey(keyFile.derive('kek'))
  const kept = new Recent<Key>(KEPT)
  const keyOf = (id: string): Key | undefined => {
    const wrapped = row.get(id)?.wrapped
    if (!(wrapped instanceof Uint8Array) || wrapped.every((byte) => byte === 0)) return undefined
    const key = unwrapKey(kek, id, wrapped)
    kept.set(id, key)
    return key
  }
  return {
    open(sealed, binding) {
      if (!isSealed(sealed)) {
        const where = `${binding.field} of ${binding.event} in ${binding.stream}`
        throw new VaultFault('not-sealed', `The field ${where} is not sealed.`)
      }
      const key = kept.get(sealed.key) ?? keyOf(sealed.key)
      return key === undefined ? undefined : openWith(key, sealed, binding)
    },
    close: () => database.close(),
  }
}

/** Few: a destroyed key is forgotten as soon as others are read. */
const KEPT = 1_000
