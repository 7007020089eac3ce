// Attachments: sealed under the case's (or its reporter's) key, named by the hash of their content,
// in a folder per case. What is not yet named by an `attach` command is only a file.
import { createHash } from 'node:crypto'
import { mkdir, open, readFile, rename } from 'node:fs/promises'
import { join } from 'node:path'
import { isSealed, type Refusal } from '@linli/workflow'
import type { Vault } from '@linli/vault'

/** The most bytes of one attachment. */
export const FILE_BYTES_MAX = 10 * 1024 * 1024

/** The kinds of file that are taken, told by their first bytes and not by what a client says. */
const KINDS: readonly [type: string, starts: readonly number[], at?: number][] = [
  ['image/jpeg', [0xff, 0xd8, 0xff]],
  ['image/png', [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]],
  ['image/webp', [0x57, 0x45, 0x42, 0x50], 8],
  ['application/pdf', [0x25, 0x50, 0x44, 0x46, 0x2d]],
  ['audio/mp4', [0x66, 0x74, 0x79, 0x70], 4],
]

/** An attachment as it is read back. */
export type StoredFile = { type: string; bytes: Buffer }

/** Attachments of the cases of one installation. */
export class Files {
  readonly #folder: string
  readonly #vault: Vault

  constructor(folder: string, vault: Vault) {
    this.#folder = folder
    this.#vault = vault
  }

  /** Stores a file for a case; gives its SHA-256 in hex, which `attach` names. */
  async put(
    stream: string,
    subject: string,
    bytes: Buffer,
  ): Promise<{ file: string; type: string } | Refusal> {
    const type = kindOf(bytes)
    if (bytes.length > FILE_BYTES_MAX || type === undefined) {
      const message =
        type === undefined ? 'no JPEG, PNG, WebP, PDF or M4A' : `over ${FILE_BYTES_MAX} bytes`
      return { refused: 'invalid', issues: [{ path: 'file', message }] }
    }
    const file = createHash('sha256').update(bytes).digest('hex')
    const binding = { stream, event: file, field: 'file' }
    const sealed = await this.#vault.seal(subject, bytes.toString('base64'), binding)
    const folder = join(this.#folder, stream)
    await mkdir(folder, { recursive: true, mode: 0o700 })
    await writeDurably(join(folder, file), JSON.stringify(sealed))
    return { file, type }
  }

  /** Reads a file back; undefined when there is none, or its key is destroyed. */
  async get(stream: string, file: string): Promise<StoredFile | undefined> {
    if (!/^[0-9a-f]{64}$/.test(file) || !/^[a-z-]+[0-9a-f-]{36}$/.test(stream)) return undefined
    const text = await readFile(join(this.#folder, stream, file), 'utf8').catch(absent)
    if (text === undefined) return undefined
    const sealed: unknown = JSON.parse(text)
    if (!isSealed(sealed) || sealed.$sealed === null || !sealed.subject || !sealed.key) {
      return undefined
    }
    const { $sealed, subject, key } = sealed
    const binding = { stream, event: file, field: 'file' }
    const clear = await this.#vault.open({ $sealed, subject, key }, binding)
    if (clear === undefined) return undefined
    const bytes = Buffer.from(clear, 'base64')
    return { type: kindOf(bytes) ?? 'application/octet-stream', bytes }
  }
}

function kindOf(bytes: Buffer): string | undefined {
  const kind = KINDS.find(([, starts, at = 0]) =>
    starts.every((byte, index) => bytes[at + index] === byte),
  )
  return kind?.[0]
}

function absent(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error
}

/** A reader finds the whole file or none, also after a power cut. */
async function writeDurably(path: string, text: string): Promise<void> {
  const draft = await open(`${path}.draft`, 'w', 0o600)
  try {
    await draft.writeFile(text)
    await draft.sync()
  } finally {
    await draft.close()
  }
  await rename(`${path}.draft`, path)
}
