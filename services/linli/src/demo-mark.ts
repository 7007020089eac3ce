// What marks a data folder as a demo: `demo.part` while it is being made, `demo.json` with its
// one-click accounts afterwards. A start that was interrupted leaves the first behind, and the
// next one begins the demo again: until it is made the server has answered nobody, so nothing but
// the half-made demo can be lost.
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { withFolderLocked } from './folder-lock.ts'

/** The file with the accounts of a demo. */
export const DEMO = 'demo.json'
const PART = 'demo.part'
const REMADE = /^((log|vault|work|read)\.db(-wal|-shm|-journal)?|demo(-rest)?\.(part|json))$/

/** An account that one click signs in. */
export const DemoAccount = z.strictObject({
  name: z.string(),
  role: z.string(),
  person: z.string(),
  label: z.strictObject({ zh: z.string(), en: z.string() }),
})
export type DemoAccount = z.infer<typeof DemoAccount>

/** The file that says how far the demo's second part is. */
export const REST = 'demo-rest.json'

/**
 * The second part of a demo, which arrives behind the first page: counted from when the first part
 * ended (epoch ms), whether it is there, and the cases that are still being moved to their present.
 */
const DemoRest = z.strictObject({
  now: z.int(),
  isThere: z.boolean(),
  claimed: z.array(z.string()),
})
export type DemoRest = z.infer<typeof DemoRest>

/** What is said of the second part; undefined where no demo is, or one without it. */
export function demoRest(folder: string): DemoRest | undefined {
  const file = join(folder, REST)
  if (!existsSync(file)) return undefined
  return DemoRest.parse(JSON.parse(readFileSync(file, 'utf8')))
}

/** Keeps it, whole or not at all. */
export function keepDemoRest(folder: string, rest: DemoRest): void {
  const part = join(folder, 'demo-rest.part')
  writeFileSync(part, `${JSON.stringify(rest)}\n`, { mode: 0o600, flush: true })
  renameSync(part, join(folder, REST))
}

/** The accounts of the folder's demo; undefined when it holds none. */
export function demoAccounts(folder: string): readonly DemoAccount[] | undefined {
  const file = join(folder, DEMO)
  if (!existsSync(file)) return undefined
  return z.array(DemoAccount).parse(JSON.parse(readFileSync(file, 'utf8')))
}

/** Marks the demo as begun; call it on an empty log only. */
export function beginDemo(folder: string): void {
  writeFileSync(join(folder, PART), '', { flush: true })
}

/** Marks the demo's first part as made, with the instant at which it ended. */
export function endDemo(folder: string, accounts: readonly DemoAccount[], now: number): void {
  keepDemoRest(folder, { now, isThere: false, claimed: [] })
  writeFileSync(join(folder, DEMO), `${JSON.stringify(accounts)}\n`, { mode: 0o600, flush: true })
  rmSync(join(folder, PART))
}

/** Clears away a half-made demo. True when there was one. */
export async function clearHalfDemo(folder: string): Promise<boolean> {
  if (!existsSync(join(folder, PART))) return false
  return withFolderLocked(folder, async () => {
    // Looked at again under the lock: another start may just have made it.
    if (!existsSync(join(folder, PART))) return false
    for (const name of readdirSync(folder)) {
      if (REMADE.test(name)) rmSync(join(folder, name))
    }
    return true
  })
}
