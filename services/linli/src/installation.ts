// An installation as the command line reaches it: through its running server, or by opening the
// data folder itself when none runs.

import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { openCommunity } from '@linli/runtime'
import { CommandFault } from './command-fault.ts'
import { askServer } from './control.ts'
import type { Task } from './task.ts'
import { isWorkedOn } from './who-serves.ts'

/** Where an installation lies: absolute paths, and addresses where it is on servers. */
export type Installation = {
  folder: string
  events: string | undefined
  read: string | undefined
  files: string | undefined
  keyPath: string
  city?: string
}

/** Who gave the command: hears of progress, and may want it to end. */
export type Asker = { tell: (line: string) => void; signal: AbortSignal }

/** Does a task, wherever it can be done. @throws the task's faults */
export async function perform<Given, Done>(
  installation: Installation,
  { task, given }: { task: Task<Given, Done>; given: Given },
  { tell, signal }: Asker,
): Promise<Done> {
  const { folder, keyPath, city, ...where } = installation
  const stops = task.stops === true
  const answer = await askServer(folder, { task: task.name, given, signal, stops }, tell)
  // The server ran the very task whose answer this is.
  if (answer !== undefined) return answer.done as Done
  if (task.begins !== true && where.events === undefined) checkInstalled(folder)
  const does = await doing(where.read, task)
  const community = await openCommunity({
    folder,
    ...where,
    does,
    keyFile: keyPath,
    ...(city === undefined ? {} : { city }),
    onFault: (what, fault) => tell(`${what}: ${fault instanceof Error ? fault.message : fault}`),
    onNews: tell,
  })
  try {
    return await task.run({ community, tell, signal }, given)
  } finally {
    await community.close()
  }
}

/** Beside workers a command leaves the work to them. @throws CommandFault `workers-run` */
async function doing(
  read: string | undefined,
  { name, alone }: Pick<Task<unknown, unknown>, 'name' | 'alone'>,
): Promise<'all' | 'requests'> {
  if (read === undefined || !(await isWorkedOn(read))) return 'all'
  if (alone !== true) return 'requests'
  throw new CommandFault(
    'workers-run',
    `While a worker runs, linli ${name} cannot: end every worker, give the command again, and ` +
      'start them afterwards; api may go on.',
  )
}

/** @throws CommandFault `no-installation` */
export function checkInstalled(folder: string): void {
  if (existsSync(join(folder, 'log.db'))) return
  throw new CommandFault(
    'no-installation',
    `${folder} holds no installation: give its folder by --data, or make one by linli start.`,
  )
}
