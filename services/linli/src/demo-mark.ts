// The mark of a demo that is being made. A start that was interrupted leaves it behind, and the
// next start begins the demo again: until it is made the server has answered nobody, so nothing
// but the half-made demo can be lost.
import { existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { withFolderLocked } from './folder-lock.ts'

const NAME = 'demo.part'
const REMADE = /^(log|vault|work|read)\.db(-wal|-shm|-journal)?$/

/** Marks the demo as begun; call it on an empty log only. */
export function markDemo(folder: string): void {
  writeFileSync(join(folder, NAME), '', { flush: true })
}

/** Marks the demo as made. */
export function unmarkDemo(folder: string): void {
  rmSync(join(folder, NAME), { force: true })
}

/** Clears away a half-made demo. True when there was one. */
export async function clearHalfDemo(folder: string): Promise<boolean> {
  if (!existsSync(join(folder, NAME))) return false
  return withFolderLocked(folder, async () => {
    if (!existsSync(join(folder, NAME))) return false
    for (const name of readdirSync(folder)) {
      if (REMADE.test(name)) rmSync(join(folder, name))
    }
    unmarkDemo(folder)
    return true
  })
}
