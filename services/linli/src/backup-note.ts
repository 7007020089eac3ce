// The note that lies in both places of a backup: which files belong to it, with their sums, so
// that a restore takes nothing torn or mixed. Knows no installation.
import { createHash } from 'node:crypto'
import { createReadStream, existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { z } from 'zod'
import { CommandFault } from './command-fault.ts'

const NOTE = 'backup.json'

/** What a place of a backup says of itself. */
export const BackupNote = z.strictObject({
  format: z.literal(1),
  holds: z.enum(['log', 'keys']),
  at: z.iso.datetime(),
  /** Which secret the vault belongs to; it does not tell the secret. */
  keyFile: z.string(),
  events: z.number(),
  position: z.number(),
  files: z.array(z.strictObject({ name: z.string(), bytes: z.number(), sha256: z.string() })),
})
export type BackupNote = z.infer<typeof BackupNote>

/** Writes the note over the files named; it is what makes them a backup. */
export async function writeNote(
  folder: string,
  note: Omit<BackupNote, 'format' | 'files'>,
  names: readonly string[],
): Promise<void> {
  const files = []
  for (const name of names) files.push({ name, ...(await sumOf(join(folder, name))) })
  const text = JSON.stringify({ format: 1, ...note, files }, null, 2)
  writeFileSync(join(folder, NOTE), `${text}\n`, { mode: 0o600, flush: true })
}

/** Whether a folder has a note. */
export const hasNote = (folder: string): boolean => existsSync(join(folder, NOTE))

/**
 * Reads the note of a place and compares every file with it.
 * @throws CommandFault `not-a-backup`, `backup-damaged`
 */
export async function readNote(folder: string, holds: BackupNote['holds']): Promise<BackupNote> {
  const what = holds === 'log' ? 'the log' : 'the keys'
  if (!hasNote(folder)) {
    throw new CommandFault('not-a-backup', `${folder} holds no backup of ${what} (no ${NOTE}).`)
  }
  const note = BackupNote.safeParse(parsed(readFileSync(join(folder, NOTE), 'utf8')))
  if (!note.success || note.data.holds !== holds) {
    throw new CommandFault('not-a-backup', `${folder} holds no backup of ${what}.`)
  }
  for (const { name, bytes, sha256 } of note.data.files) {
    const file = join(folder, name)
    const sum = existsSync(file) ? await sumOf(file) : undefined
    if (sum?.bytes === bytes && sum.sha256 === sha256) continue
    const how = sum === undefined ? 'is missing' : 'is not as it was written'
    throw new CommandFault('backup-damaged', `${file} ${how}: use another backup.`)
  }
  return note.data
}

async function sumOf(file: string): Promise<{ bytes: number; sha256: string }> {
  const sum = createHash('sha256')
  await pipeline(createReadStream(file), sum)
  return { bytes: statSync(file).size, sha256: sum.digest('hex') }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
