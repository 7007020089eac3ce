// Records streams from the stories of tests/systems, where no play of `cases.ts` reaches: with
// `LINLI_GOLDEN=<name>` a story files the streams that show a kind of event for the first time.
// A file that is there is never written again.
import { pseudonymiser } from '@linli/engine'
import type { Community } from '@linli/runtime'
import type { Event } from '@linli/workflow'
import { fileStream, isFiled } from './filed-stream.ts'

/** What the plays of `cases.ts` tell already. */
const PLAYED = new Set(['place', 'organisation', 'person', 'appeal', 'referral'])

/** Files what the story has told, where it was asked to. */
export async function fileGolden(community: Community): Promise<void> {
  const { LINLI_GOLDEN: topic } = process.env
  if (topic === undefined || isFiled(`told-${topic}`)) return
  fileStream(`told-${topic}`, await firstOfEach(community))
}

/** Whole streams in the order of the log, each with a kind of event that none before it has. */
async function firstOfEach({ store, keyFile }: Community): Promise<string[]> {
  const shape = pseudonymiser(keyFile)
  const streams = new Map<string, { types: Set<string>; lines: string[] }>()
  for (let after = 0; ; ) {
    const page = await store.readAll({ after, limit: 1_000 })
    for (const { stream, type, text } of page.events) {
      const told = streams.getOrInsertComputed(stream, () => ({ types: new Set(), lines: [] }))
      told.types.add(`${(JSON.parse(text) as Event).workflow.id} ${type}`)
      told.lines.push(shape(text))
    }
    if (page.through === after) break
    after = page.through
  }
  const seen = new Set<string>()
  return [...streams.values()].flatMap(({ types, lines }) => {
    const [first = ''] = types
    if (PLAYED.has(first.slice(0, first.indexOf(' '))) || types.isSubsetOf(seen)) return []
    for (const type of types) seen.add(type)
    return lines
  })
}
