// What keeps the process small, set once for all its threads: how far heaps grow beyond what is
// in use, and that no thread strips types from sources that were stripped before.
import { getCompileCacheDir } from 'node:module'
import { dirname } from 'node:path'
import { setFlagsFromString } from 'node:v8'

/**
 * Growth after which a heap is collected, in hundredths of what was in use after the last time.
 * Left alone, V8 looks for garbage at about three times that: 250 MB of 300 after a busy day.
 */
const GROWTH_PERCENT = 40

/** Call it before any thread begins. */
export function keepProcessSmall(): void {
  // V8 reads this flag each time that it has collected, in every thread.
  setFlagsFromString(`--heap-growing-percent=${GROWTH_PERCENT}`)
  // A thread that has to strip types loads 4 MB of program for it and as much again around it.
  const cache = getCompileCacheDir()
  if (cache !== undefined) process.env.NODE_COMPILE_CACHE ??= dirname(cache)
}
