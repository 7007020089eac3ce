export { VaultFault, type VaultFaultCode } from './fault.ts'
export { type KeyFile, keyFileOf, loadKeyFile } from './key-file.ts'
export { normalisePhone } from './phone.ts'
export type { LoggedBinding, Recovered } from './recovery.ts'
export { type Binding, isSealed, type Sealed } from './sealed.ts'
export type { VaultTables } from './tables.ts'
export {
  openVault,
  type Placed,
  type Reconciled,
  type Soon,
  type Tombstone,
  type Vault,
  type VaultOptions,
} from './vault.ts'
export { openVaultReader, type VaultReader } from './vault-reader.ts'
