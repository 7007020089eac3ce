// Which processes serve an installation that many share, and which of its work is held, as their
// locks in the database tell. Takes no lock.
import { openLocks } from '@linli/sql'

/** The locks of who does what among many; effects are shared out by their slots. */
export const DUTIES = [
  'read models rows',
  'read models search',
  'clocks',
  'notifications',
  'vault',
] as const

/** Which of these locks somebody holds now. */
export async function heldOf(url: string, names: readonly string[]): Promise<Set<string>> {
  const locks = openLocks(url)
  try {
    return await locks.held(names)
  } finally {
    await locks.close()
  }
}

/** Whether some process does the work behind the requests. */
export const isWorkedOn = async (url: string): Promise<boolean> =>
  (await heldOf(url, DUTIES)).size > 0
