// `erase`: destroys what is personal about one person, for ever, and records that it was done.
// Says how much became unreadable, never what it was.
import { setImmediate as nextTurn } from 'node:timers/promises'
import { Access, erasePerson, parseEvent } from '@linli/engine'
import type { EventReader } from '@linli/event-store'
import { isRefusal, isSealed } from '@linli/workflow'
import { z } from 'zod'
import { CommandFault, refusedFault } from './command-fault.ts'
import { operatorOf } from './operator.ts'
import type { Task, TaskScene } from './task.ts'

const Given = z.strictObject({ person: z.string().regex(/^person-[0-9a-f-]{36}$/) })

/** What `erase` answers: how many sealed fields of how many cases nobody can open any more. */
export type Erased = {
  person: string
  fields: number
  instances: number
  events: number
  repeated: boolean
}

/** Erases a person. @throws CommandFault with the engine's refusal, such as `not-found` */
export const erase: Task<z.infer<typeof Given>, Erased> = {
  name: 'erase',
  given: Given,
  async run({ community, tell }, { person }) {
    const { engine, work, keyFile, store } = community
    if ((await engine.instances.get(person)) === undefined) {
      throw new CommandFault(
        'not-found',
        `There is no person ${person}. (An export for analysts holds pseudonyms, not ids.)`,
      )
    }
    const found = await sealedFor(store, person, tell)
    tell('destroying the keys')
    const caller = await operatorOf(community)
    const answer = await erasePerson(engine, person, { caller, key: `erase:${person}` })
    if (isRefusal(answer)) throw refusedFault(`Erasing ${person}`, answer)
    const access = new Access({ work, instances: engine.instances, keyFile, now: engine.now })
    await access.revokeTokens(person)
    for (const table of ['login', 'session', 'link'] as const) {
      await work.deleteFrom(table).where('person', '=', person).execute()
    }
    if (!(await community.read.waitFor(await store.head(), FOLLOW_MS))) {
      const message =
        `The keys of ${person} are destroyed and that is recorded, but the read models have not ` +
        'followed: what they keep for searching is cleared by linli rebuild.'
      throw new CommandFault('read-models-behind', message)
    }
    return { person, ...found, repeated: answer.repeated }
  },
}

/** Counts what is sealed with the person's key. */
async function sealedFor(reader: EventReader, person: string, tell: TaskScene['tell']) {
  const instances = new Set<string>()
  const head = await reader.head()
  let [fields, events, after, shown] = [0, 0, 0, 0]
  for (;;) {
    const page = await reader.readAll({ after, limit: PAGE })
    for (const stored of page.events) {
      if (!stored.text.includes(person)) continue
      const sealed = countSealed(parseEvent(stored).data, person)
      if (sealed === 0) continue
      fields += sealed
      events += 1
      instances.add(stored.stream)
    }
    if (page.through === after) return { fields, events, instances: instances.size }
    after = page.through
    if (after - shown > SHOWN_EVERY) {
      shown = after
      tell(`looking through the log: ${Math.floor((100 * after) / head)} %`)
    }
    await nextTurn()
  }
}

/** How long the read models may take to forget the person too. */
const FOLLOW_MS = 60_000
const PAGE = 1_000
const SHOWN_EVERY = 50_000

function countSealed(data: unknown, person: string): number {
  if (typeof data !== 'object' || data === null) return 0
  if (isSealed(data)) return data.subject === person ? 1 : 0
  return Object.values(data).reduce((sum: number, one) => sum + countSealed(one, person), 0)
}
