// What a command says when it was refused or the world failed: one sentence and a stable code.
// Knows every fault class of ours and turns it, or the system's own errors, into that sentence.

import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { CalendarFault } from '@linli/calendar'
import { EngineFault } from '@linli/engine'
import { StoreFault } from '@linli/event-store'
import { Nyc311Fault } from '@linli/interchange'
import { ProjectionFault } from '@linli/projections'
import { OwnPersonFault, SettingsFault } from '@linli/runtime'
import { DatabaseFault } from '@linli/sql'
import { VaultFault } from '@linli/vault'
import { FoldFault, type Refusal } from '@linli/workflow'
import { ZodError } from 'zod'
import { ReplayFault } from './replay.ts'

/** A command that was refused or failed: the code is stable, the message one clear sentence. */
export class CommandFault extends Error {
  override readonly name = 'CommandFault'
  readonly code: string

  constructor(code: string, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause })
    this.code = code
  }
}

/** A fault as it is told: on standard error, over the control socket, in JSON. */
export type Told = { code: string; message: string }

/** The code and sentence of anything thrown while a command ran on a data folder. */
export function toldOf(fault: unknown, folder?: string): Told {
  if (!(fault instanceof Error)) return { code: 'unexpected', message: String(fault) }
  const named = fault instanceof StoreFault || folder === undefined
  const damaged = named ? undefined : damagedFile(fault, folder)
  if (damaged !== undefined) return damaged
  if (fault instanceof CalendarFault) return { code: fault.code, message: `${fault.message}.` }
  if (isOurs(fault)) return { code: fault.code, message: fault.message }
  if (fault instanceof ZodError) return { code: 'invalid', message: invalid(fault) }
  const known = systemSentence(fault)
  if (known !== undefined) return known
  const message = `Something went wrong that linli has no name for: ${firstLine(fault.message)}`
  return { code: 'unexpected', message }
}

/** A refused command of the engine as a fault of the command line. */
export function refusedFault(what: string, refusal: Refusal): CommandFault {
  const issues = (refusal.issues ?? []).map(({ path, message }) => `${path}: ${message}`)
  const why = [refusal.refused, refusal.detail, ...issues].filter(Boolean).join('; ')
  return new CommandFault(refusal.refused, `${what} was refused: ${why}.`)
}

const invalid = ({ issues }: ZodError): string =>
  issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ')

type OurFault =
  | CommandFault
  | DatabaseFault
  | EngineFault
  | FoldFault
  | Nyc311Fault
  | OwnPersonFault
  | ProjectionFault
  | ReplayFault
  | SettingsFault
  | StoreFault
  | VaultFault

const OURS = [
  CommandFault,
  DatabaseFault,
  EngineFault,
  FoldFault,
  Nyc311Fault,
  OwnPersonFault,
  ProjectionFault,
  ReplayFault,
  SettingsFault,
  StoreFault,
  VaultFault,
]

const isOurs = (fault: unknown): fault is OurFault => OURS.some((kind) => fault instanceof kind)

const SQLITE_CORRUPT = 11
const SQLITE_FULL = 13
const SQLITE_NOTADB = 26

const MENDS: Readonly<Record<string, string>> = {
  'log.db': 'restore it from a backup (linli restore)',
  'vault.db': 'restore it from the newest backup of the keys (linli restore)',
  'work.db': 'restore it from a backup, or move it away: logins and tokens are then made anew',
}

/** SQLite names no file in its errors: each one of the folder is looked at. */
function damagedFile(fault: Error, folder: string): Told | undefined {
  const code = sqliteCode(fault)
  if (code === SQLITE_FULL) return systemSentence(Object.assign(fault, { code: 'ENOSPC' }))
  if (code !== SQLITE_CORRUPT && code !== SQLITE_NOTADB) return undefined
  const name = Object.keys(MENDS).find((one) => isDamaged(join(folder, one)))
  const file = name === undefined ? `A database in ${folder}` : `The file ${join(folder, name)}`
  const mend = MENDS[name ?? 'log.db']
  return { code: 'database-damaged', message: `${file} is damaged: ${mend}.` }
}

/** Whether a database file that exists cannot be read as one. */
export function isDamaged(file: string): boolean {
  if (!existsSync(file)) return false
  let database: DatabaseSync | undefined
  try {
    database = new DatabaseSync(file, { readOnly: true })
    database.prepare('SELECT count(*) FROM sqlite_schema').get()
    return false
  } catch (fault) {
    const code = fault instanceof Error ? sqliteCode(fault) : undefined
    return code === SQLITE_CORRUPT || code === SQLITE_NOTADB
  } finally {
    database?.close()
  }
}

function sqliteCode(fault: Error): number | undefined {
  const own = 'errcode' in fault ? fault.errcode : undefined
  if (typeof own === 'number') return own & 0xff
  return fault.cause instanceof Error ? sqliteCode(fault.cause) : undefined
}

function systemSentence(fault: Error): Told | undefined {
  const code = 'code' in fault ? fault.code : undefined
  const path = 'path' in fault && typeof fault.path === 'string' ? fault.path : undefined
  const sentence = sentenceFor(String(code), path ?? 'a file or folder', fault)
  return sentence === undefined ? undefined : { code: String(code), message: sentence }
}

function sentenceFor(code: string, path: string, fault: Error): string | undefined {
  switch (code) {
    case 'EADDRINUSE': {
      const port = 'port' in fault ? ` ${fault.port}` : ''
      return `The port${port} is in use by another program: end it, or give another with --port.`
    }
    case 'EADDRNOTAVAIL':
      return 'The address to listen on is none of this machine: set LINLI_HOST or --host.'
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return `No permission to use ${path}: give this user the rights, or choose another place.`
    case 'ENOSPC':
    case 'EDQUOT':
      return 'The disk is full: free some space and start again; nothing acknowledged is lost.'
    case 'ENOENT':
      return `${path} does not exist.`
    case 'EEXIST':
      return `${path} exists already: choose another name, or move it away.`
    case 'EISDIR':
    case 'ENOTDIR':
      return `${path} is not what was expected there (${code}).`
    default:
      return undefined
  }
}

const firstLine = (text: string): string => text.split('\n')[0] ?? ''
