// Vault and work at both ends of a move, and what lies in files beside them: opened, copied into
// the new place, or left where they are; and the settings by which they are found there.
import { chmodSync, cpSync, existsSync, mkdirSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { makeWorkTables, type Work, type WorkTables } from '@linli/engine'
import { CALENDARS } from '@linli/runtime'
import { openDatabase } from '@linli/sql'
import { type KeyFile, loadKeyFile, openVault, type VaultTables } from '@linli/vault'
import { type Kysely, sql } from 'kysely'
import { CommandFault } from './command-fault.ts'
import { DEMO, REST } from './demo-mark.ts'
import { folderOf, type Home, isReadStaying, type MovePlaces, type Place } from './move-place.ts'
import { copyTables, VAULT_KEYS, WORK_KEYS } from './move-tables.ts'

/** Vault and work of one end. */
export type Base = { vault: Kysely<VaultTables>; work: Work }

/** Both ends; the same one where vault and work stay. */
export type Bases = { from: Base; to: Base; isStaying: boolean; close: () => Promise<void> }

/** Opens both ends. @throws CommandFault `key-file-differs`; VaultFault, DatabaseFault */
export async function openBases(places: MovePlaces): Promise<Bases> {
  const keyFile = loadKeyFile(places.keyPath, { vaultExists: true })
  const opened: Base[] = []
  const close = async () => {
    for (const { vault, work } of opened.toReversed()) {
      await vault.destroy()
      await work.destroy()
    }
  }
  try {
    const from = await openBase(places.from.read, opened)
    await checkKey(from.vault, keyFile, places)
    if (isReadStaying(places)) return { from, to: from, isStaying: true, close }
    const to = await openBase(places.to.read, opened)
    // Makes the tables, and refuses a vault of another key file.
    await (await openVault({ db: to.vault, keyFile })).close()
    await makeWorkTables(to.work)
    return { from, to, isStaying: false, close }
  } catch (fault) {
    await close()
    throw fault
  }
}

/** Makes vault and work of the target hold what those of the source do. Gives the rows. */
export async function copyBases({ from, to, isStaying }: Bases): Promise<number> {
  if (isStaying) return 0
  const keys = await copyTables(from.vault, to.vault, VAULT_KEYS)
  return keys + (await copyTables(from.work, to.work, WORK_KEYS))
}

/** Removes the read models of the target: they are built from the new log. */
export async function dropReadModels({ to }: MovePlaces): Promise<void> {
  if (to.read.kind === 'sqlite') {
    for (const name of ['read.db', 'search.db']) {
      for (const end of ['', '-wal', '-shm']) {
        rmSync(join(to.read.folder, `${name}${end}`), { force: true })
      }
    }
    return
  }
  const db = await openDatabase<object>(to.read.url, { schema: READ_SCHEMA })
  try {
    await sql`drop schema if exists ${sql.id(READ_SCHEMA)} cascade`.execute(db)
  } finally {
    await db.destroy()
  }
}

/**
 * Copies the key, attachments and what else lies in files into the target's folder, where that is
 * another one; again only what is missing. Gives how many files.
 */
export function copyFiles(places: MovePlaces): number {
  const to = folderOf(places.to)
  const from = folderOf(places.from)
  const { filesFolder, filesTarget } = places
  let files = filesFolder === filesTarget ? 0 : copyNew(filesFolder, filesTarget)
  files += copyYears(places)
  if (to === undefined || to === from) return files
  mkdirSync(to, { recursive: true, mode: 0o700 })
  files += copyNew(places.keyPath, join(to, 'key'))
  if (existsSync(join(to, 'key'))) chmodSync(join(to, 'key'), 0o600)
  if (from === undefined) return files
  for (const mark of [DEMO, REST]) files += copyNew(join(from, mark), join(to, mark))
  return files
}

/** Years of the public calendar: without them limits would move back. */
function copyYears({ from, to, filesFolder, filesTarget }: MovePlaces): number {
  const placeOf = ({ read }: Home, files: string) =>
    join(read.kind === 'sqlite' ? read.folder : files, CALENDARS)
  const [years, target] = [placeOf(from, filesFolder), placeOf(to, filesTarget)]
  return years === target ? 0 : copyNew(years, target)
}

/** By name and size: what a kill left torn is copied again. */
function copyNew(from: string, to: string): number {
  if (!existsSync(from)) return 0
  let files = 0
  cpSync(from, to, {
    recursive: true,
    filter(source, target) {
      const found = statSync(source)
      if (found.isDirectory()) return true
      if (existsSync(target) && statSync(target).size === found.size) return false
      files += 1
      return found.isFile()
    },
  })
  return files
}

/** The settings by which the installation is found in its new place. */
export function settingsAfter(places: MovePlaces): Record<string, string> {
  const folder = folderOf(places.to)
  const shown = (place: Place) =>
    place.kind === 'sqlite' ? 'sqlite:' : place.url.replace(/\/\/[^@/?]*@/, '//…@')
  const isElsewhere = folder === undefined || folder === folderOf(places.from)
  return {
    LINLI_EVENTS: shown(places.to.log),
    LINLI_READ: shown(places.to.read),
    ...(folder === undefined ? {} : { LINLI_DATA: folder }),
    LINLI_KEY_FILE: isElsewhere ? places.keyPath : join(folder, 'key'),
    LINLI_FILES: places.filesTarget,
  }
}

const VAULT_SCHEMA = 'linli_vault'
const WORK_SCHEMA = 'linli_work'
const READ_SCHEMA = 'linli_read'

async function openBase(place: Place, opened: Base[]): Promise<Base> {
  if (place.kind === 'sqlite') mkdirSync(place.folder, { recursive: true, mode: 0o700 })
  const where = (name: string) => (place.kind === 'sqlite' ? join(place.folder, name) : place.url)
  const vault = await openDatabase<VaultTables>(where('vault.db'), { schema: VAULT_SCHEMA })
  try {
    const work = await openDatabase<WorkTables>(where('work.db'), { schema: WORK_SCHEMA })
    opened.push({ vault, work })
    return { vault, work }
  } catch (fault) {
    await vault.destroy()
    throw fault
  }
}

async function checkKey(
  vault: Kysely<VaultTables>,
  keyFile: KeyFile,
  { keyPath }: MovePlaces,
): Promise<void> {
  const mark = await vault
    .selectFrom('vault_marks')
    .select('value')
    .where('name', '=', 'key-file')
    .executeTakeFirst()
  if (mark?.value === keyFile.id) return
  const message = `The key file ${keyPath} is not that of the vault: give the right one.`
  throw new CommandFault('key-file-differs', message)
}
