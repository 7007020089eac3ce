// The mark of an installation's log, wherever it is kept: in the embedded log itself, or in work
// for a log on a server. Opens work for it and closes it again.
import { join } from 'node:path'
import { type LogMark, readLogMark, writeLogMark } from '@linli/event-store'
import { openDatabase } from '@linli/sql'
import type { CommunityOptions } from './opening.ts'
import { logName, readWorkMark, writeWorkMark } from './work-mark.ts'

type Where = Pick<CommunityOptions, 'folder' | 'events' | 'read'>

/** The mark, if there is one. */
export async function installationMark({ folder, ...where }: Where): Promise<LogMark | undefined> {
  const { events, read = join(folder, 'work.db') } = where
  if (events === undefined) return readLogMark(folder)
  const work = await openDatabase<object>(read, { schema: 'linli_work' })
  return readWorkMark(work, logName(events)).finally(() => work.destroy())
}

/** Sets the mark. */
export async function markInstallation({ folder, ...where }: Where, mark: LogMark): Promise<void> {
  const { events, read = join(folder, 'work.db') } = where
  if (events === undefined) return writeLogMark(folder, mark)
  const work = await openDatabase<object>(read, { schema: 'linli_work' })
  return writeWorkMark(work, logName(events), mark).finally(() => work.destroy())
}
