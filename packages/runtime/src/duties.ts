// What a process does behind the requests: writes read models, runs effects, turns clocks, keeps
// the vault. On one machine it does everything; where processes share a database, each piece of
// work is done by whoever holds its lock.
import {
  type EffectWorker,
  type Engine,
  type NoticeCourier,
  SLOTS,
  type Timers,
  type Work,
} from '@linli/engine'
import type { EventStore } from '@linli/event-store'
import { openLocks } from '@linli/sql'
import { calendarFolder, followCalendar, SharedYears, untilAllSee } from './calendar-years.ts'
import type { EventLog } from './event-log.ts'
import { followOthers } from './following-others.ts'
import { Leases } from './leases.ts'
import type { Closing, Opening } from './opening.ts'
import type { ReadModels } from './read-models.ts'
import { aborted } from './serving.ts'
import { keepVault } from './vault-keeper.ts'

type Parts = {
  log: EventLog
  store: EventStore
  engine: Engine
  work: Work
  read: ReadModels
  effects: EffectWorker
  courier: NoticeCourier
  timers: Timers
}

/** How often effects that failed are looked for (ms). */
const RETRY_MS = 1_000

/** Begins the work that is this process's; gives what it holds of it at any time. */
export async function beginDuties(
  opening: Opening,
  parts: Parts,
  closing: Closing,
): Promise<() => readonly string[]> {
  const { read: url, does = 'all' } = opening
  if (url === undefined) return doEverything(opening, parts, closing)
  closing.push(followOthers(parts.engine))
  const { onFault } = opening
  const years = new SharedYears({ engine: parts.engine, folder: calendarFolder(opening), onFault })
  closing.push(years.close)
  if (does === 'requests') {
    await parts.read.there
    return () => []
  }
  const leases = sharedLeases(opening, { ...parts, years }, url)
  closing.push(() => leases.close())
  await leases.start()
  await parts.read.there
  return () => leases.held
}

async function doEverything(
  { onFault, onNews }: Opening,
  { engine, work, read, store, effects, courier, timers }: Parts,
  closing: Closing,
): Promise<() => readonly string[]> {
  await followCalendar({ engine, work, read, store }, onNews)
  await effects.start()
  timers.start()
  courier.start()
  closing.push(() => courier.stop())
  closing.push(await keepVault({ engine, onFault }))
  closing.push(() => effects.stop())
  closing.push(() => timers.stop())
  return () => ['everything']
}

function sharedLeases(
  { onFault, onNews }: Opening,
  parts: Parts & { years: SharedYears },
  url: string,
): Leases {
  const { engine, read, effects, courier } = parts
  const leases = new Leases({ locks: openLocks(url), onFault })
  for (const writes of ['rows', 'search'] as const) {
    leases.hold(`read models ${writes}`, (signal) => read.write(writes, signal))
  }
  leases.hold('clocks', (signal) => turnClocks(parts, { signal, onNews }))
  leases.hold('notifications', async (signal) => {
    courier.start()
    await aborted(signal)
    await courier.stop()
  })
  leases.hold('vault', async (signal) => {
    const end = await keepVault({ engine, onFault })
    await aborted(signal)
    await end()
  })
  const retrying = new Retrying(effects, { now: engine.now, onFault })
  leases.share({
    name: 'effects',
    pieces: SLOTS,
    hold: async (slots) => {
      await effects.hold(slots)
      retrying.set(slots.length > 0)
    },
    lose: async () => {
      retrying.set(false)
      await effects.lose()
    },
  })
  return leases
}

/** Limits first, whenever the calendar changed: nobody turns a clock that is about to move. */
async function turnClocks(
  { engine, work, read, store, timers, years }: Parts & { years: SharedYears },
  { signal, onNews }: { signal: AbortSignal; onNews: Opening['onNews'] },
): Promise<void> {
  await Promise.race([read.there, aborted(signal)])
  while (!signal.aborted) {
    const { changed } = years
    await untilAllSee({ engine, work }, signal)
    if (signal.aborted) return
    await followCalendar({ engine, work, read, store }, onNews)
    if (signal.aborted) return
    timers.start()
    await Promise.race([aborted(signal), changed])
    await timers.stop()
  }
}

/** Tries what failed again, of the slots that are held, as long as there are any. */
class Retrying {
  readonly #effects: EffectWorker
  readonly #options: { now: () => number; onFault: Opening['onFault'] }
  #timer: NodeJS.Timeout | undefined
  #isBusy = false

  constructor(effects: EffectWorker, options: { now: () => number; onFault: Opening['onFault'] }) {
    this.#effects = effects
    this.#options = options
  }

  set(isOn: boolean): void {
    clearInterval(this.#timer)
    this.#timer = isOn ? setInterval(() => this.#round(), RETRY_MS) : undefined
    this.#timer?.unref()
  }

  #round(): void {
    if (this.#isBusy) return
    this.#isBusy = true
    this.#effects
      .retryDue(this.#options.now())
      .catch((fault: unknown) => this.#options.onFault('effects', fault))
      .finally(() => {
        this.#isBusy = false
      })
  }
}
