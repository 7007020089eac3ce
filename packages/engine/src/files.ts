// Attachments: sealed under the key of the case's reporter (or the case's own), named by the hash
// of their content, in a folder per case. What no `attach` command names is only a file.
import { createHash, randomUUID } from 'node:crypto'
import { mkdir, open, readdir, readFile, rename, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { isSealed, type Vault } from '@linli/vault'
import type { Instance, Refusal } from '@linli/workflow'
import type { Engine } from './engine.ts'
import { jpegWithoutMetadata } from './photo-metadata.ts'
import { pngWithoutMetadata } from './png-metadata.ts'
import { subjectOf } from './seal.ts'
import { UnattachedFiles } from './unattached-files.ts'
import { webpWithoutMetadata } from './webp-metadata.ts'
import type { Work } from './work.ts'

/** The most bytes of one attachment, and the most attachments of one case. */
export const FILE_BYTES_MAX = 10 * 1024 * 1024
export const CASE_FILES_MAX = 200

/** The kinds of file that are taken, told by their bytes and not by what a client says. */
const KINDS: readonly { type: string; parts: readonly [at: number, text: string][] }[] = [
  { type: 'image/jpeg', parts: [[0, '\xff\xd8\xff']] },
  { type: 'image/png', parts: [[0, '\x89PNG\r\n\x1a\n']] },
  {
    type: 'image/webp',
    parts: [
      [0, 'RIFF'],
      [8, 'WEBP'],
    ],
  },
  { type: 'application/pdf', parts: [[0, '%PDF-']] },
  ...['M4A ', 'M4B ', 'mp41', 'mp42', 'isom'].map((brand) => ({
    type: 'audio/mp4',
    parts: [[4, `ftyp${brand}`]] satisfies [number, string][],
  })),
]

/** The media types that are taken. */
export const FILE_TYPES: readonly string[] = [...new Set(KINDS.map(({ type }) => type))]

/** An attachment as it is read back. */
export type StoredFile = { type: string; bytes: Buffer }

/** What is answered to who brought a file: its name, and whether it may still say who and where. */
export type BroughtFile = { file: string; type: string; metadata: 'removed' | 'kept' }

/** Attachments of the cases of one installation. */
export class Files {
  readonly #folder: string
  readonly #vault: Vault
  readonly #unattached: UnattachedFiles

  constructor(folder: string, engine: Engine, work: Work) {
    this.#folder = folder
    this.#vault = engine.vault
    this.#unattached = new UnattachedFiles(folder, engine, work)
  }

  /** Stores a file for a case; gives its SHA-256 in hex, which `attach` names. */
  async put(instance: Instance, given: Uint8Array): Promise<BroughtFile | Refusal> {
    const { stream } = instance
    const taken = takenFrom(Buffer.from(given.buffer, given.byteOffset, given.byteLength))
    if ('refused' in taken) return taken
    const { type, bytes } = taken
    if ((await this.#count(stream)) >= CASE_FILES_MAX) {
      return invalid(`the case has ${CASE_FILES_MAX} files already`)
    }
    const file = createHash('sha256').update(bytes).digest('hex')
    await this.#unattached.brought(instance, file)
    const subject = ownerOf(instance, this.#vault)
    const binding = { stream, event: file, field: 'file' }
    const sealed = await this.#vault.seal(subject, bytes.toString('base64'), binding)
    // No event may name this key: without one, only the vault itself knows whose it is.
    await this.#vault.flush(await this.#vault.checkpoint())
    const folder = join(this.#folder, stream)
    await mkdir(folder, { recursive: true, mode: 0o700 })
    await writeDurably(folder, file, JSON.stringify(sealed))
    return { file, type, metadata: CLEANERS[type] === undefined ? 'kept' : 'removed' }
  }

  /** Whether the file was stored for the case; it may be unreadable since. */
  async has(stream: string, file: string): Promise<boolean> {
    if (!isName(stream, file)) return false
    this.#unattached.told(stream, file)
    const found = await stat(join(this.#folder, stream, file)).catch(absent)
    return found?.isFile() === true
  }

  /** Reads a file back; undefined when there is none. */
  async get(stream: string, file: string): Promise<StoredFile | 'erased' | undefined> {
    if (!isName(stream, file)) return undefined
    const text = await readFile(join(this.#folder, stream, file), 'utf8').catch(absent)
    if (text === undefined) return undefined
    const sealed: unknown = JSON.parse(text)
    if (!isSealed(sealed)) return undefined
    const binding = { stream, event: file, field: 'file' }
    const clear = await this.#vault.open(sealed, binding)
    if (clear === undefined) return 'erased'
    const bytes = Buffer.from(clear, 'base64')
    return { type: fileTypeOf(bytes) ?? 'application/octet-stream', bytes }
  }

  /** Removes what no `attach` named in its time; see UnattachedFiles. */
  removeUnattached = (now: number): Promise<number> => this.#unattached.remove(now)

  async #count(stream: string): Promise<number> {
    const names = await readdir(join(this.#folder, stream)).catch(absent)
    return names?.filter((name) => FILE.test(name)).length ?? 0
  }
}

function takenFrom(bytes: Buffer): StoredFile | Refusal {
  const type = fileTypeOf(bytes)
  if (type === undefined) return invalid('no JPEG, PNG, WebP, PDF or M4A')
  const clean = CLEANERS[type] === undefined ? bytes : CLEANERS[type](bytes)
  if (clean === undefined)
    return invalid(`not a whole ${type.slice('image/'.length).toUpperCase()}`)
  if (clean.length > FILE_BYTES_MAX) return invalid(`over ${FILE_BYTES_MAX} bytes`)
  return { type, bytes: clean }
}

/** What a camera or a program wrote into a picture is taken out; other kinds stay as they came. */
const CLEANERS: Readonly<Record<string, (bytes: Buffer) => Buffer | undefined>> = {
  'image/jpeg': jpegWithoutMetadata,
  'image/png': pngWithoutMetadata,
  'image/webp': webpWithoutMetadata,
}

const invalid = (message: string): Refusal => ({
  refused: 'invalid',
  issues: [{ path: 'file', message }],
})

/** Whose key seals a file: like every text about the case. */
function ownerOf(instance: Instance, { isErased }: Vault): string {
  const { workflow, stream } = instance
  return subjectOf({ workflow, stream, isErased, before: instance }, 'reporter', {})
}

/** The media type that bytes tell of themselves; undefined for what is not taken. */
export function fileTypeOf(bytes: Buffer): string | undefined {
  const kind = KINDS.find(({ parts }) =>
    parts.every(([at, text]) => bytes.toString('latin1', at, at + text.length) === text),
  )
  return kind?.type
}

const FILE = /^[0-9a-f]{64}$/
const isName = (stream: string, file: string): boolean =>
  FILE.test(file) && /^[a-z-]+[0-9a-f-]{36}$/.test(stream)

function absent(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error
}

/** A reader finds the whole file or none, also after a power cut. */
async function writeDurably(folder: string, name: string, text: string): Promise<void> {
  const path = join(folder, name)
  const draft = `${path}.${randomUUID()}`
  await synced(await open(draft, 'wx', 0o600), (file) => file.writeFile(text))
  await rename(draft, path)
  await synced(await open(folder, 'r'), async () => {})
}

type Handle = Awaited<ReturnType<typeof open>>

async function synced(file: Handle, work: (file: Handle) => Promise<void>): Promise<void> {
  try {
    await work(file)
    await file.sync()
  } finally {
    await file.close()
  }
}
