// `doctor`: what is wrong with this installation, each with what to do about it. The task reads
// an open community; what can be seen without opening it is looked at first, so that doctor also
// says why an installation does not open.
import { z } from 'zod'
import { toldOf } from './command-fault.ts'
import { findingsInside } from './doctor-inside.ts'
import { type Finding, findingsOutside, hasOwnFiles } from './doctor-outside.ts'
import { findingsOnServers } from './doctor-servers.ts'
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
  const { findings, isBegun } = await findingsOnServers(installation)
  checks.push(...findings)
  if (
    hasOwnFiles(installation) &&
    isBegun &&
    findings.every(({ ok, check }) => ok || check === 'processes')
  ) {
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
