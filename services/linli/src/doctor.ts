// `doctor`: what is wrong with this installation, each with what to do about it. The task reads
// an open community; what can be seen without opening it is looked at first, so that doctor also
// says why an installation does not open.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { toldOf } from './command-fault.ts'
import { findingsInside } from './doctor-inside.ts'
import { type Finding, findingsOutside } from './doctor-outside.ts'
import { type Asker, type Installation, perform } from './installation.ts'
import type { Task } from './task.ts'

const Given = z.strictObject({ all: z.boolean() })

/** The checks that need the community open. With `all` every stream is folded. */
export const examine: Task<z.infer<typeof Given>, Finding[]> = {
  name: 'doctor',
  given: Given,
  run: (scene, { all }) => findingsInside(scene, all),
}

/** What `doctor` answers: `ok` when no check found anything. */
export type Diagnosis = { ok: boolean; checks: Finding[] }

/** Looks at everything. */
export async function diagnose(
  installation: Installation,
  given: { all: boolean },
  asker: Asker,
): Promise<Diagnosis> {
  const checks = findingsOutside(installation)
  if (existsSync(join(installation.folder, 'log.db'))) {
    try {
      checks.push(...(await perform(installation, { task: examine, given }, asker)))
    } catch (fault) {
      const { message } = toldOf(fault, installation.folder)
      checks.push({ check: 'opening', ok: false, found: message, mend: OPENING })
    }
  }
  return { ok: checks.every(({ ok }) => ok), checks }
}

const OPENING = 'Mend what the sentence names, then give the command again.'
