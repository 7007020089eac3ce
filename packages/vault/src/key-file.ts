// The key file: one secret of 32 bytes from which every other secret of an installation is
// derived (HKDF-SHA-256, RFC 5869), so that one file is backed up apart and no two uses share a
// key. It knows no database.

import { hkdfSync, randomBytes, randomUUID } from 'node:crypto'
import {
  closeSync,
  existsSync,
  fstatSync,
  fsyncSync,
  linkSync,
  openSync,
  readFileSync,
  rmSync,
  writeSync,
} from 'node:fs'
import { dirname } from 'node:path'
import { VaultFault } from './fault.ts'

/** The secrets of an installation; printing or serialising it shows only `id`. */
export type KeyFile = {
  /** Names this secret without telling it: a vault made with another one is refused. */
  readonly id: string
  /** 32 bytes for one purpose, the same on every start ('phone', 'body', 'link', 'cursor' …). */
  derive(purpose: string): Buffer
}

/**
 * Reads the key file, or makes it (mode 0600) on a first start. Beside a vault that exists a
 * missing key file is a fault: a new one could open nothing. A mode wider than 0600 is refused.
 */
export function loadKeyFile(path: string, options: { vaultExists: boolean }): KeyFile {
  if (!existsSync(path)) {
    if (options.vaultExists) {
      throw new VaultFault(
        'key-file-missing',
        `The key file ${path} is missing, and without it the vault cannot be opened: ` +
          'put back the copy that was backed up apart.',
      )
    }
    make(path)
  }
  return keyFileOf(read(path))
}

/** The secrets that follow from 32 bytes; `loadKeyFile` is the way to them outside of tests. */
export function keyFileOf(secret: Buffer): KeyFile {
  const derived = new Map<string, Buffer>()
  const derive = (purpose: string): Buffer => {
    const known = derived.get(purpose)
    if (known !== undefined) return Buffer.from(known)
    const made = Buffer.from(hkdfSync('sha256', secret, 'linli', `linli/1/${purpose}`, 32))
    if (derived.size < PURPOSES_KEPT) derived.set(purpose, made)
    return Buffer.from(made)
  }
  return { id: derive('id').toString('base64url', 0, 12), derive }
}

const HEAD = 'linli-key-1 '
const PURPOSES_KEPT = 100
const FILE_BYTES_MAX = 200

function make(path: string): void {
  const draft = `${path}.${randomUUID()}`
  try {
    const file = openSync(draft, 'wx', 0o600)
    writeSync(file, `${HEAD}${randomBytes(32).toString('base64url')}\n`)
    fsyncSync(file)
    closeSync(file)
    // A link never replaces: of two first starts at once, both read the key that came first.
    linkSync(draft, path)
    syncFolder(dirname(path))
  } catch (cause) {
    if (isCode(cause, 'EEXIST')) return
    throw new VaultFault('key-file-failed', `The key file ${path} cannot be written.`, cause)
  } finally {
    rmSync(draft, { force: true })
  }
}

function read(path: string): Buffer {
  let text: string
  let mode: number
  try {
    const file = openSync(path, 'r')
    const stat = fstatSync(file)
    mode = stat.mode & 0o777
    text = stat.size > FILE_BYTES_MAX ? '' : readFileSync(file, 'utf8')
    closeSync(file)
  } catch (cause) {
    throw new VaultFault('key-file-failed', `The key file ${path} cannot be read.`, cause)
  }
  // Windows keeps no such mode: there the folder's own access list has to protect the file.
  if (process.platform !== 'win32' && (mode & 0o177) !== 0) {
    throw new VaultFault(
      'key-file-mode',
      `The key file ${path} has mode ${mode.toString(8).padStart(4, '0')}, so others may have ` +
        `read it: set it to 0600 (chmod 600 ${path}).`,
    )
  }
  const secret = Buffer.from(text.slice(HEAD.length).trim(), 'base64url')
  if (!text.startsWith(HEAD) || secret.length !== 32) {
    throw new VaultFault(
      'key-file-damaged',
      `The key file ${path} is damaged: put back the copy that was backed up apart.`,
    )
  }
  return secret
}

function syncFolder(folder: string): void {
  if (process.platform === 'win32') return
  const handle = openSync(folder, 'r')
  fsyncSync(handle)
  closeSync(handle)
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code
}
