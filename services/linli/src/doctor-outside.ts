// What doctor sees without opening the installation: Node, rights, the key file, the disk, and
// what an interrupted command left behind.
import { accessSync, constants, existsSync, readdirSync, statfsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { loadKeyFile } from '@linli/vault'
import { toldOf } from './command-fault.ts'
import type { Installation } from './installation.ts'

/** One check: what was found, and what to do where that is not well. */
export type Finding = { check: string; ok: boolean; found: string; mend?: string }

/** Whether what lies in files of the data folder is there. */
export function hasOwnFiles({ folder, events, read }: Installation): boolean {
  return (
    (events !== undefined || existsSync(join(folder, 'log.db'))) &&
    (read !== undefined || existsSync(join(folder, 'work.db')))
  )
}

/** Node, the folder, the key file, leftovers and the disk. */
export function findingsOutside(installation: Installation): Finding[] {
  const { folder, files, events, read } = installation
  const node = { check: 'node', ok: true, found: `Node ${process.version}` }
  if (events !== undefined && read !== undefined) {
    const shared = files ?? join(folder, 'files')
    return [node, keyFinding(installation), ...(existsSync(shared) ? [space(shared)] : [])]
  }
  if (!hasOwnFiles(installation)) {
    const found = `${folder} holds no installation`
    const mend = 'Give its folder by --data, or make one by `linli start`.'
    return [node, { check: 'folder', ok: false, found, mend }]
  }
  return [node, folderFinding(folder), keyFinding(installation), leftOver(folder), space(folder)]
}

function folderFinding(folder: string): Finding {
  const check = 'folder'
  try {
    accessSync(folder, constants.R_OK | constants.W_OK | constants.X_OK)
  } catch {
    const mend = `Give the user who runs linli the rights: chown -R USER ${folder}.`
    return { check, ok: false, found: `${folder} cannot be written`, mend }
  }
  const wide = FILES.map((name) => join(folder, name)).filter((path) => isOpen(path, 0o077))
  if (isOpen(folder, 0o022)) wide.push(folder)
  if (wide.length === 0) return { check, ok: true, found: `${folder} belongs to its owner alone` }
  const found = `Others on this machine may use ${wide.join(', ')}`
  return { check, ok: false, found, mend: `chmod -R go-rwx ${folder}` }
}

const FILES = ['log.db', 'vault.db', 'work.db', 'read.db', 'search.db', 'control.sock']

function isOpen(path: string, rights: number): boolean {
  if (process.platform === 'win32' || !existsSync(path)) return false
  return (statSync(path).mode & rights) !== 0
}

function keyFinding({ folder, keyPath, read }: Installation): Finding {
  const check = 'key file'
  try {
    if (existsSync(keyPath)) loadKeyFile(keyPath, { vaultExists: true })
    else if (read !== undefined || existsSync(join(folder, 'vault.db'))) {
      const found = `${keyPath} is missing: personal data cannot be read`
      const mend = 'Put back the copy that was backed up apart (it is in the keys of a backup).'
      return { check, ok: false, found, mend }
    }
  } catch (fault) {
    const mend = 'Do what the sentence says.'
    return { check, ok: false, found: toldOf(fault).message, mend }
  }
  return { check, ok: true, found: `${keyPath} is there, with mode 0600` }
}

function leftOver(folder: string): Finding {
  const check = 'left over'
  const found = readdirSync(folder).filter((name) => /^(replaced-|restoring$)/.test(name))
  if (found.length === 0) return { check, ok: true, found: 'nothing' }
  const mend =
    'They hold keys: when the restored installation is right, delete them (rm -r in the folder).'
  return { check, ok: false, found: found.join(', '), mend }
}

const LEAST_BYTES = 1024 ** 3
const GIB = 1024 ** 3

function space(folder: string): Finding {
  const { bavail, bsize } = statfsSync(folder)
  const free = bavail * bsize
  const found = `${(free / GIB).toFixed(1)} GiB free`
  if (free >= LEAST_BYTES) return { check: 'disk', ok: true, found }
  const mend = 'Free some space: when the disk is full, nothing new is taken.'
  return { check: 'disk', ok: false, found, mend }
}
