// The read models may lag in a burst of commands: their thread steps back where the system lets
// a single thread do so (Linux). Elsewhere all threads stay equal.
import { readlinkSync } from 'node:fs'
import { setPriority } from 'node:os'
import { basename } from 'node:path'

/** How far back: with both cores busy the other threads get about nine tenths. */
const NICE = 19

/** Lowers the priority of the thread that calls it. */
export function stepBack(): void {
  if (process.platform !== 'linux') return
  const thread = Number(basename(readlinkSync('/proc/thread-self')))
  if (Number.isInteger(thread)) setPriority(thread, NICE)
}
