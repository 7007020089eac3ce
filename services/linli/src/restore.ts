// `restore`: puts an installation back from a backup of its log and the newest copy of its keys.
// What comes back is opened and brought in order in a folder of its own before anything that is
// there is replaced; and whoever was erased since stays erased.

import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { reconcileErasures } from '@linli/engine'
import { openCommunity } from '@linli/runtime'
import { sqliteDialect } from '@linli/sql'
import type { Tombstone, VaultTables } from '@linli/vault'
import { Kysely } from 'kysely'
import { COPIED, checkApart, checkSound } from './backup.ts'
import { type BackupNote, readNote } from './backup-note.ts'
import { CommandFault, toldOf } from './command-fault.ts'
import { withFolderLocked } from './folder-lock.ts'
import type { Asker, Installation } from './installation.ts'

/** What `restore` is given; absolute paths. */
export type RestoreGiven = Installation & { from: string; keys: string; replace: boolean }

/** What `restore` answers. `replaced` is the folder that what was there has been moved into. */
export type Restored = {
  folder: string
  events: number
  at: string
  erasedAgain: number
  replaced?: string
  warnings: string[]
}

/** Restores. @throws CommandFault; then nothing that was there has changed */
export async function restore(given: RestoreGiven, { tell }: Asker): Promise<Restored> {
  const { from, keys, folder, replace } = given
  checkApart(from, keys, folder)
  tell('checking the backup')
  const log = await readNote(from, 'log')
  const secret = await readNote(keys, 'keys')
  if (log.keyFile !== secret.keyFile) {
    throw new CommandFault(
      'backups-differ',
      `The keys in ${keys} belong to another installation than the log in ${from}.`,
    )
  }
  return withFolderLocked(folder, async () => {
    if (present(folder).length > 0 && !replace) {
      throw new CommandFault(
        'folder-not-empty',
        `${folder} is not empty: with --replace what is there is moved aside and replaced.`,
      )
    }
    checkKeyPath(given, secret)
    const warnings = log.at > secret.at ? [OLDER_KEYS] : []
    const stage = join(folder, STAGE)
    try {
      const erased = await erasedBefore(folder, secret, warnings)
      const done = await prepare({ ...given, log, stage, erased }, tell)
      const replaced = swap(given, stage)
      return { folder, at: log.at, ...done, ...(replaced ? { replaced } : {}), warnings }
    } finally {
      rmSync(stage, { recursive: true, force: true })
    }
  })
}

const STAGE = 'restoring'
const OWN = new Set(['lock.db', 'lock.db-journal', 'control.sock', STAGE])

/** What is in a folder but for the lock that is held, and what restoring itself put there. */
const present = (folder: string): string[] =>
  readdirSync(folder).filter((name) => !OWN.has(name) && !name.startsWith('replaced-'))

const OLDER_KEYS =
  'The keys are older than the log: what was written for new persons between the two cannot be ' +
  'read. Use the newest copy of the keys, if there is one.'

/** A key file outside the folder is not moved aside: it must be the right one, or not there. */
function checkKeyPath({ folder, keyPath, keys }: RestoreGiven, secret: BackupNote): void {
  if (keyPath === join(folder, 'key') || !existsSync(keyPath)) return
  const same = readFileSync(keyPath).equals(readFileSync(join(keys, 'key')))
  if (same) return
  throw new CommandFault(
    'key-file-differs',
    `The key file ${keyPath} is not that of the backup (${secret.keyFile}): move it away first.`,
  )
}

/** Who is erased in the vault that is to be replaced, where it is one of the same installation. */
async function erasedBefore(
  folder: string,
  secret: BackupNote,
  warnings: string[],
): Promise<Tombstone[]> {
  const file = join(folder, 'vault.db')
  if (!existsSync(file)) return []
  const db = new Kysely<VaultTables>({ dialect: sqliteDialect(file, { readOnly: true }) })
  try {
    const mark = await db
      .selectFrom('vault_marks')
      .select('value')
      .where('name', '=', 'key-file')
      .executeTakeFirst()
    if (mark?.value !== secret.keyFile) return []
    const rows = await db.selectFrom('vault_tombstones').select(['subject', 'at']).execute()
    return rows.map(({ subject, at }) => ({ subject, at: Number(at) }))
  } catch (fault) {
    const { message } = toldOf(fault, folder)
    warnings.push(`Who was erased since the backup could not be read: ${message}`)
    return []
  } finally {
    await db.destroy()
  }
}

type Preparation = RestoreGiven & { log: BackupNote; stage: string; erased: Tombstone[] }

/** Opens the copies as an installation, which records erasures that the log lacks. */
async function prepare(
  { from, keys, log, stage, erased, city }: Preparation,
  tell: Asker['tell'],
): Promise<{ events: number; erasedAgain: number }> {
  rmSync(stage, { recursive: true, force: true })
  mkdirSync(stage, { mode: 0o700 })
  tell('copying')
  for (const name of ['log.db', 'work.db']) copyFileSync(join(from, name), join(stage, name))
  for (const name of ['vault.db', 'key']) copyFileSync(join(keys, name), join(stage, name))
  for (const name of COPIED) {
    if (existsSync(join(from, name))) {
      cpSync(join(from, name), join(stage, name), { recursive: true })
    }
  }
  const { events, position } = await checkSound(join(stage, 'log.db'))
  if (events !== log.events || position !== log.position) {
    const message = `${from} should hold ${log.events} events and holds ${events}.`
    throw new CommandFault('backup-damaged', message)
  }
  tell(`building the read models from ${events} events`)
  const keyFile = join(stage, 'key')
  const options = { folder: stage, keyFile, ...(city === undefined ? {} : { city }) }
  const community = await openCommunity(options)
  try {
    await community.settled()
    for (const { subject, at } of erased) {
      if (!community.vault.isErased(subject)) await community.vault.erase(subject, { at })
    }
    // Once more: an effect of the older log may just have opened a person who is erased.
    await reconcileErasures(community.engine)
    await community.settled()
    for (const table of ['session', 'link'] as const) {
      await community.work.deleteFrom(table).execute()
    }
    return { events, erasedAgain: (await community.store.head()) - position }
  } finally {
    await community.close()
  }
}

/** Moves what is there aside, write-ahead logs too, then what was prepared into its place. */
function swap({ folder, keyPath }: RestoreGiven, stage: string): string | undefined {
  const stamp = new Date().toISOString().replaceAll(':', '-')
  const aside = join(folder, `replaced-${stamp}`)
  const moved = present(folder)
  if (moved.length > 0) mkdirSync(aside, { mode: 0o700 })
  for (const name of moved) renameSync(join(folder, name), join(aside, name))
  for (const name of readdirSync(stage)) {
    if (!LEFT.test(name)) renameSync(join(stage, name), join(folder, name))
  }
  if (!existsSync(keyPath)) {
    mkdirSync(dirname(keyPath), { recursive: true, mode: 0o700 })
    renameSync(join(stage, 'key'), keyPath)
  }
  return moved.length > 0 ? aside : undefined
}

/** Of the stage: its lock, and the key, which goes where the settings say. */
const LEFT = /^(lock\.db.*|key)$/
