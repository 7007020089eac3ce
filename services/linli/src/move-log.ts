// The log at either end of a move: read while its server serves, then given up by every process
// that could append to it; and filled at the other end while no process may open it to serve.
import { mkdirSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import type { Work } from '@linli/engine'
import {
  type EventReader,
  type EventStore,
  type FolderLock,
  type LogMark,
  lockFolder,
  openSqliteReader,
  openSqliteStore,
  readLogMark,
  StoreFault,
  writeLogMark,
} from '@linli/event-store'
import { openKurrentStore } from '@linli/event-store-kurrent'
import { readWorkMark, seatsLeft, writeWorkMark } from '@linli/runtime'
import { CEDE } from './cede.ts'
import { CommandFault } from './command-fault.ts'
import { askServer } from './control.ts'
import type { Asker } from './installation.ts'
import { nameOf, type Place } from './move-place.ts'

/** The log that is moved, and its mark. */
export type SourceLog = {
  reader: EventReader
  mark: () => Promise<LogMark | undefined>
  /** Marks it; `leaving` only once no process serves from it any more. */
  setMark: (state: LogMark['state'] | undefined) => Promise<void>
  /** Has a running server give it up, and waits until nobody holds it. */
  take: () => Promise<void>
  close: () => Promise<void>
}

/**
 * What a log is opened with; `folder` is where a running server is found. `isShared`: the log goes
 * into that very folder, whose lock is then the target's, and the server gives up at once.
 */
export type LogScene = Asker & {
  other: string
  work: Work
  folder: string | undefined
  isShared: boolean
  read: Place
}

/** Opens the log that is moved, which another process may be writing. */
export async function openSource(place: Place, scene: LogScene): Promise<SourceLog> {
  const { other, work, folder, isShared, read } = scene
  if (folder !== undefined && isShared) (await cededLock(folder, scene)).release()
  const markOf = (state: LogMark['state']): LogMark => ({ state, other, at: Date.now() })
  let lock: FolderLock | undefined
  const take = async () => {
    if (folder === undefined || isShared || lock !== undefined) return
    lock = await cededLock(folder, scene)
  }
  const name = nameOf(place)
  if (place.kind === 'sqlite') {
    const reader = openSqliteReader(place.folder)
    return {
      reader,
      mark: async () => readLogMark(place.folder),
      setMark: async (state) => writeLogMark(place.folder, state && markOf(state)),
      take,
      async close() {
        reader.close()
        lock?.release()
      },
    }
  }
  const store = await openKurrentStore({ url: place.url })
  const setMark = (state: LogMark['state'] | undefined) =>
    writeWorkMark(work, name, state && markOf(state))
  return {
    reader: store,
    mark: () => readWorkMark(work, name),
    setMark,
    async take() {
      await setMark('leaving')
      await take()
      if (read.kind === 'server') await waitForSeats(read.url, scene)
    },
    async close() {
      await store.close()
      lock?.release()
    },
  }
}

/** The log that is filled. */
export type TargetLog = {
  store: EventStore
  mark: () => Promise<LogMark | undefined>
  /** Nobody opens it to serve from here on. */
  begin: () => Promise<void>
  /** It may be opened to serve. */
  end: () => Promise<void>
  close: () => Promise<void>
}

/** Opens the log that is to be filled; its folder is ours until it is closed. */
export async function openTarget(
  place: Place,
  { other, work }: Pick<LogScene, 'other' | 'work'>,
): Promise<TargetLog> {
  const arriving: LogMark = { state: 'arriving', other, at: Date.now() }
  if (place.kind === 'sqlite') {
    const { folder } = place
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    const store = await openSqliteStore({ folder, arriving: true })
    return {
      store,
      mark: async () => readLogMark(folder),
      begin: async () => writeLogMark(folder, arriving),
      end: async () => writeLogMark(folder, undefined),
      close: () => store.close(),
    }
  }
  // One try an append: what is sent again by itself could overtake what was sent after it, and
  // the copy sends again in order.
  const store = await openKurrentStore({ url: place.url, backOff: { tries: 1 } })
  const name = nameOf(place)
  return {
    store,
    mark: () => readWorkMark(work, name),
    begin: () => writeWorkMark(work, name, arriving),
    end: () => writeWorkMark(work, name, undefined),
    close: () => store.close(),
  }
}

async function cededLock(folder: string, { other, tell, signal }: LogScene): Promise<FolderLock> {
  const request = { task: CEDE, given: { to: other }, signal, stops: false }
  const answer = await askServer(folder, request, tell)
  const lock = await lockWhenFree(folder)
  if (answer !== undefined) tell('The running server has given the installation up.')
  return lock
}

async function waitForSeats(url: string, { tell }: LogScene): Promise<void> {
  tell('Waiting until every process has given the installation up.')
  if (await seatsLeft(url, PATIENCE_MS)) return
  const message = 'A process still serves: stop every api and worker, then give the command again.'
  throw new CommandFault('source-in-use', message)
}

const PATIENCE_MS = 60_000
const LOOK_MS = 50

async function lockWhenFree(folder: string): Promise<FolderLock> {
  const until = performance.now() + PATIENCE_MS
  for (;;) {
    try {
      return lockFolder(folder)
    } catch (fault) {
      const isHeld = fault instanceof StoreFault && fault.code === 'folder-in-use'
      if (!isHeld || performance.now() > until) throw fault
      await pause(LOOK_MS)
    }
  }
}
