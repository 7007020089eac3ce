// Where an installation lies, as `linli move` is told: where its log is, and where its vault and
// its work are. Opens nothing.
import { join, resolve } from 'node:path'
import { logName } from '@linli/runtime'
import { CommandFault } from './command-fault.ts'

/** A folder of embedded databases, or the address of a server. Folders are absolute. */
export type Place = { kind: 'sqlite'; folder: string } | { kind: 'server'; url: string }

/** An installation's log, and its read models, vault and work. */
export type Home = { log: Place; read: Place }

/** Both ends of a move, and what belongs to neither database: key and attachments. */
export type MovePlaces = {
  from: Home
  to: Home
  keyPath: string
  filesFolder: string
  /** Where attachments go; the folder they are in where they stay. */
  filesTarget: string
}

/** What the command line was given; `data`, `read` and `filesFolder` are those of the settings. */
export type MoveGiven = {
  from: string
  fromRead?: string
  to: string
  toRead?: string
  data: string
  read?: string
  keyPath?: string
  filesFolder?: string
}

/**
 * Without `fromRead`, vault and work lie beside an embedded log, else where the settings say;
 * without `toRead`, they go beside an embedded log, else where the settings name a database, else
 * they stay. A log without a folder is that of the data folder. @throws CommandFault `place-wrong`
 */
export function movePlaces(given: MoveGiven): MovePlaces {
  const from = { log: logPlace(given.from, given.data), read: sourceRead(given) }
  const to = { log: logPlace(given.to, given.data), read: targetRead(given, from.read) }
  if (nameOf(from.log) === nameOf(to.log)) {
    throw new CommandFault('place-wrong', `The log is at ${nameOf(to.log)} already.`)
  }
  const folder = folderOf(from) ?? given.data
  const target = folderOf(to)
  const own = from.log.kind === 'sqlite' ? join(folder, 'files') : undefined
  const filesFolder = own ?? given.filesFolder ?? join(folder, 'files')
  const isElsewhere = target !== undefined && target !== folderOf(from)
  return {
    from,
    to,
    keyPath: given.keyPath ?? join(folder, 'key'),
    filesFolder,
    filesTarget: isElsewhere ? join(target, 'files') : (given.filesFolder ?? filesFolder),
  }
}

/** What is said of a place: without user, password and options. */
export function nameOf(place: Place): string {
  if (place.kind === 'sqlite') return `sqlite:${place.folder}`
  const [, database = ''] = /^postgres[a-z]*:\/\/[^/?]*(\/[^?]*)/.exec(place.url) ?? []
  return `${logName(place.url)}${database}`
}

/** The data folder of a home, where it has one. */
export function folderOf({ log, read }: Home): string | undefined {
  if (log.kind === 'sqlite') return log.folder
  return read.kind === 'sqlite' ? read.folder : undefined
}

/** Whether vault and work stay where they are. */
export function isReadStaying({ from, to }: MovePlaces): boolean {
  return nameOf(from.read) === nameOf(to.read)
}

const EMBEDDED = 'sqlite:'

function logPlace(text: string, data: string): Place {
  if (text === EMBEDDED) return { kind: 'sqlite', folder: resolve(data) }
  if (/^esdb(\+discover)?:\/\//.test(text)) return { kind: 'server', url: text }
  return folderPlace(text, 'a log is sqlite:FOLDER or esdb://host:2113')
}

function readPlace(text: string): Place {
  if (/^postgres(ql)?:\/\//.test(text)) return { kind: 'server', url: text }
  return folderPlace(text, 'vault and work are in sqlite:FOLDER or postgres://host/database')
}

function folderPlace(text: string, otherwise: string): Place {
  const folder = text.startsWith(EMBEDDED) ? text.slice(EMBEDDED.length) : ''
  if (folder !== '') return { kind: 'sqlite', folder: resolve(folder) }
  throw new CommandFault('place-wrong', `${nameOf({ kind: 'server', url: text })}: ${otherwise}.`)
}

function sourceRead({ from, fromRead, data, read }: MoveGiven): Place {
  if (fromRead !== undefined) return readPlace(fromRead)
  const log = logPlace(from, data)
  if (log.kind === 'sqlite') return log
  return read === undefined ? { kind: 'sqlite', folder: resolve(data) } : readPlace(read)
}

function targetRead({ to, toRead, data, read }: MoveGiven, before: Place): Place {
  if (toRead !== undefined) return readPlace(toRead)
  const log = logPlace(to, data)
  if (log.kind === 'sqlite') return log
  return read === undefined ? before : readPlace(read)
}
