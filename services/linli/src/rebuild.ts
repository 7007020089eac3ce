// `rebuild`: builds one read model again, or all, beside what is live, and says how far it is.

import { setTimeout as wait } from 'node:timers/promises'
import type { Community } from '@linli/runtime'
import { sql } from 'kysely'
import { z } from 'zod'
import { CommandFault } from './command-fault.ts'
import type { Task, TaskScene } from './task.ts'

const Given = z.strictObject({ projection: z.string().optional() })

/** What `rebuild` answers. */
export type Rebuilt = { projections: string[]; events: number; seconds: number }

/** Builds read models again. @throws CommandFault `projection-unknown` */
export const rebuild: Task<z.infer<typeof Given>, Rebuilt> = {
  name: 'rebuild',
  given: Given,
  alone: true,
  async run(scene, { projection }) {
    const { community } = scene
    const names = (await builds(community, 1)).map(({ name }) => name)
    if (projection !== undefined && !names.includes(projection)) {
      throw new CommandFault(
        'projection-unknown',
        `No read model is named ${projection}; there are: ${names.join(', ')}.`,
      )
    }
    const began = performance.now()
    const head = await community.store.head()
    const done = new AbortController()
    const watching = watch({ ...scene, signal: done.signal }, head)
    try {
      await community.read.rebuild(projection)
    } finally {
      done.abort()
      await watching
    }
    const seconds = Math.round((performance.now() - began) / 100) / 10
    return { projections: projection === undefined ? names : [projection], events: head, seconds }
  },
}

const SHOWN_MS = 500

async function watch({ community, tell, signal }: TaskScene, head: number): Promise<void> {
  while (!signal.aborted) {
    await wait(SHOWN_MS, undefined, { signal }).catch(() => undefined)
    if (signal.aborted) return
    for (const { name, position } of await builds(community, 0)) {
      tell(`${name}: ${Math.floor((100 * position) / Math.max(head, 1))} %`)
    }
  }
}

async function builds(
  { read }: Community,
  live: 0 | 1,
): Promise<{ name: string; position: number }[]> {
  const { rows } = await sql<{ name: string; position: number }>`
    SELECT name, position FROM projection_build WHERE live = ${live} ORDER BY name`.execute(read.db)
  return rows
}
