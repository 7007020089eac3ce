// `backup`: copies an installation while it runs. Progress is copied before the log, so that no
// effect is taken for done that the copied log does not hold; the keys after it, so that every
// event of the copy has its key. The keys go to a place of their own.

import { cpSync, existsSync, mkdirSync, realpathSync, renameSync, rmSync, statSync } from 'node:fs'
import { isAbsolute, join, relative, sep } from 'node:path'
import { CALENDARS } from '@linli/runtime'
import { sql } from 'kysely'
import { z } from 'zod'
import { hasNote, writeNote } from './backup-note.ts'
import { CommandFault } from './command-fault.ts'
import { type Checked, checkDatabase } from './database-check.ts'
import { DEMO, REST } from './demo-mark.ts'
import type { Task, TaskScene } from './task.ts'

/** What else of the data folder is copied where it exists. */
export const COPIED = ['files', 'checkpoints', CALENDARS, DEMO, REST] as const

const Given = z.strictObject({ to: z.string(), keys: z.string() })

/** What `backup` answers; `bytes` counts the databases. */
export type BackedUp = { folder: string; keys: string; events: number; at: string; bytes: number }

/** Copies everything into two places. @throws CommandFault `same-place`, `backup-damaged` */
export const backup: Task<z.infer<typeof Given>, BackedUp> = {
  name: 'backup',
  given: Given,
  async run({ community, tell }, { to, keys }) {
    const places = placesOf(to, keys, community.folder)
    const at = new Date(community.engine.now()).toISOString()
    const { events, position } = await draw({ community, tell }, places)
    const note = { at, keyFile: community.keyFile.id, events, position }
    move(places.to, ['log.db', 'work.db', ...COPIED])
    await writeNote(places.to, { ...note, holds: 'log' }, ['log.db', 'work.db'])
    move(places.keys, ['vault.db', 'key'])
    await writeNote(places.keys, { ...note, holds: 'keys' }, ['vault.db', 'key'])
    const files = [join(to, 'log.db'), join(to, 'work.db'), join(keys, 'vault.db')]
    const bytes = files.reduce((sum, file) => sum + statSync(file).size, 0)
    return { folder: to, keys, events, at, bytes }
  },
}

type Places = { to: string; keys: string }

/** Made where missing; refused when they are one, or when one copy would carry the other along. */
function placesOf(to: string, keys: string, data: string): Places {
  checkApart(to, keys, data)
  for (const place of [to, keys]) mkdirSync(place, { recursive: true, mode: 0o700 })
  // Again by their real paths: a link may lead both to one place.
  checkApart(realpathSync(to), realpathSync(keys), realpathSync(data))
  for (const place of [to, keys]) {
    const installed = ['log.db', 'vault.db'].some((name) => existsSync(join(place, name)))
    if (!installed || hasNote(place)) continue
    throw new CommandFault('not-a-backup', `${place} holds an installation, not a backup of one.`)
  }
  return { to, keys }
}

/** @throws CommandFault `same-place` */
export function checkApart(to: string, keys: string, data: string): void {
  if (to === keys || isInside(to, keys) || isInside(keys, to)) {
    throw new CommandFault(
      'same-place',
      'The log and the keys must lie in two places apart, neither within the other: whoever ' +
        'finds both can read everything.',
    )
  }
  for (const place of [to, keys]) {
    if (place !== data && !isInside(data, place)) continue
    throw new CommandFault('same-place', `${place} lies in the data folder itself.`)
  }
}

function isInside(outer: string, inner: string): boolean {
  const way = relative(outer, inner)
  return way !== '' && way.split(sep)[0] !== '..' && !isAbsolute(way)
}

const STAGE = 'new'

/** Everything is drawn into a folder beside the last backup, which stays whole until the end. */
async function draw(
  { community, tell }: Omit<TaskScene, 'signal'>,
  { to, keys }: Places,
): Promise<Checked> {
  const { backupLog } = community
  if (backupLog === undefined) throw new Error('what is on servers is refused before')
  const [log, secret] = [join(to, STAGE), join(keys, STAGE)]
  for (const stage of [log, secret]) {
    rmSync(stage, { recursive: true, force: true })
    mkdirSync(stage, { mode: 0o700 })
  }
  tell('copying what is not an event')
  await sql`vacuum into ${join(log, 'work.db')}`.execute(community.work)
  for (const name of COPIED) copyWhole(join(community.folder, name), join(log, name))
  tell('copying the log')
  await backupLog(join(log, 'log.db'))
  tell('copying the keys')
  await community.vault.backup(join(secret, 'vault.db'))
  cpSync(community.keyPath, join(secret, 'key'))
  tell('checking the copies')
  await checkSound(join(log, 'work.db'))
  await checkSound(join(secret, 'vault.db'))
  return checkSound(join(log, 'log.db'))
}

/** @throws CommandFault `backup-damaged` */
export async function checkSound(file: string): Promise<Checked> {
  const checked = await checkDatabase(file)
  const [trouble] = checked.trouble
  if (trouble === undefined) return checked
  throw new CommandFault('backup-damaged', `The copy ${file} is not sound: ${trouble}.`)
}

function copyWhole(from: string, to: string): void {
  if (existsSync(from)) cpSync(from, to, { recursive: true })
}

function move(place: string, names: readonly string[]): void {
  for (const name of names) {
    const [drawn, kept] = [join(place, STAGE, name), join(place, name)]
    rmSync(kept, { recursive: true, force: true })
    if (existsSync(drawn)) renameSync(drawn, kept)
  }
  rmSync(join(place, STAGE), { recursive: true, force: true })
}
