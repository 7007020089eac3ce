// Which processes serve an installation that many share: each holds a seat, a lock of the
// database, and looks whether the log is marked as leaving. Whoever moves the log marks it and
// waits until no seat is held. Knows no command.
import { setTimeout as pause } from 'node:timers/promises'
import type { LogMark } from '@linli/event-store'
import { type DatabaseFault, type HeldLock, type Locks, openLocks } from '@linli/sql'

/** The locks of which each serving process holds one. */
export const SEATS: readonly string[] = Array.from(
  { length: 256 },
  (_, seat) => `serving seat ${seat}`,
)
const LOOK_MS = 1_000
const WAIT_MS = 100

type Options = {
  url: string
  mark: () => Promise<LogMark | undefined>
  /** Hears once that the log leaves: stop serving and close. */
  onMoved: (mark: LogMark) => void
  /** What another linli did to the tables, if anything; `onUnfit` hears of it once. */
  unfit: () => Promise<DatabaseFault | undefined>
  onUnfit: (fault: DatabaseFault) => void
  onFault: (what: string, fault: unknown) => void
}

/** Takes a seat; what it gives gives it back. The mark is to be looked at after that. */
export async function takeSeat(options: Options): Promise<() => Promise<void>> {
  const { url, mark, onMoved, unfit, onUnfit, onFault } = options
  const locks = openLocks(url)
  let seat = await seated(locks)
  let looking = Promise.resolve()
  const look = async () => {
    if (seat === undefined || seat.lost.aborted) seat = await seated(locks)
    const [found, fault] = [await mark(), await unfit()]
    if (found === undefined && fault === undefined) return
    clearInterval(timer)
    if (found !== undefined) onMoved(found)
    else if (fault !== undefined) onUnfit(fault)
  }
  const timer = setInterval(() => {
    looking = looking.then(look).catch((fault: unknown) => onFault('serving seat', fault))
  }, LOOK_MS)
  timer.unref()
  return async () => {
    clearInterval(timer)
    await looking
    await locks.close()
  }
}

/** Resolves when no process serves any more. False: some still do after `patienceMs`. */
export async function seatsLeft(url: string, patienceMs: number): Promise<boolean> {
  const locks = openLocks(url)
  const until = performance.now() + patienceMs
  try {
    while ((await locks.held(SEATS)).size > 0) {
      if (performance.now() > until) return false
      await pause(WAIT_MS)
    }
    return true
  } finally {
    await locks.close()
  }
}

async function seated(locks: Locks): Promise<HeldLock | undefined> {
  const taken = await locks.held(SEATS)
  for (const name of SEATS) {
    const seat = taken.has(name) ? undefined : await locks.take(name)
    if (seat !== undefined) return seat
  }
  return undefined
}
