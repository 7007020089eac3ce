// How long to wait before trying again, and trying again. Must not import the client.

import { setTimeout as pause } from 'node:timers/promises'
import { StoreFault } from '@linli/event-store'

/** The first wait, doubled each time up to the longest; `tries` in a row, then it is a fault. */
export type BackOff = { firstMs: number; mostMs: number; tries: number }

/** What is tried again: `untilMs` is a time of `performance.now()` after which nothing is. */
export type Retrying = {
  backOff: BackOff
  untilMs: number
  onRetry(fault: StoreFault): void
}

/** Waits long enough for a server that starts anew (2 s) and short enough for who waits. */
export const defaultBackOff: BackOff = { firstMs: 50, mostMs: 5_000, tries: 8 }

/**
 * Milliseconds to wait after so many failures in a row (from 1): half of it certain, half chance
 * (`random` from 0 to 1), so that many clients of one server do not come back at once.
 */
export function waitMs(backOff: BackOff, failures: number, random = Math.random()): number {
  const whole = Math.min(backOff.mostMs, backOff.firstMs * 2 ** Math.min(failures - 1, 30))
  return whole / 2 + (whole / 2) * random
}

/** Runs until it succeeds, as long as its fault is one of those that pass by themselves. */
export async function retried<T>(run: () => Promise<T>, retrying: Retrying): Promise<T> {
  const { backOff, untilMs, onRetry } = retrying
  for (let failures = 1; ; failures += 1) {
    try {
      return await run()
    } catch (error) {
      if (!(error instanceof StoreFault) || error.retry !== 'later') throw error
      if (failures >= backOff.tries || performance.now() >= untilMs) throw error
      onRetry(error)
    }
    await pause(waitMs(backOff, failures))
  }
}
