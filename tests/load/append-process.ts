// Appends to the log on a server: through the store, or through the bare client, which is given
// what then stands on the server alike. Runs as a child, for either of them its own.
import { randomUUIDv7 } from 'node:crypto'
import { EventStoreDBClient, jsonEvent } from '@eventstore/db-client'
import { type KurrentStore, openKurrentStore } from '@linli/event-store-kurrent'
import { ALONE_COMMANDS, phoneOf, reportOf } from './case-script.ts'
import { answerCalls } from './child-call.ts'

/** How the appends are given. */
export type AppendsGiven = { url: string; appends: number; atOnce: number }

type Append = (stream: string, expected: number, event: Happened) => Promise<unknown>
type Happened = { id: string; command: string; data: Record<string, unknown> }

let store: KurrentStore | undefined
let client: EventStoreDBClient | undefined

async function ours(given: AppendsGiven): Promise<number> {
  // What else may be served from there passes these over.
  store ??= await openKurrentStore({ url: given.url, prefix: 'bench.' })
  const to = store
  return rateOf(given, async (stream, expected, { id, ...content }) => {
    const text = JSON.stringify(content)
    const answer = await to.append(stream, expected, [{ id, type: 'bare', text }])
    if (!answer.ok) throw new Error(`${stream} conflicts`)
  })
}

function bare(given: AppendsGiven): Promise<number> {
  client ??= EventStoreDBClient.connectionString(given.url)
  const to = client
  return rateOf(given, (stream, expected, { id, ...content }) => {
    const metadata = { $correlationId: content.command, $causationId: content.command }
    const event = jsonEvent({ id, type: 'bare', data: content, metadata })
    const expectedRevision = expected < 0 ? 'no_stream' : BigInt(expected)
    return to.appendToStream(stream, event, { expectedRevision })
  })
}

/** Appends a second, so many at once, each of one event of the log's own kind. */
async function rateOf({ appends, atOnce }: AppendsGiven, append: Append): Promise<number> {
  const data = reportOf('place-00000000-0000-7000-8000-000000000000', phoneOf(0))
  let left = appends
  const began = performance.now()
  const hand = async () => {
    while (left > 0) {
      const stream = `bare-${randomUUIDv7()}`
      for (let revision = 0; revision < ALONE_COMMANDS && left > 0; revision += 1) {
        left -= 1
        const id = randomUUIDv7()
        await append(stream, revision - 1, { id, command: randomUUIDv7(), data })
      }
    }
  }
  await Promise.all(Array.from({ length: atOnce }, hand))
  return appends / ((performance.now() - began) / 1000)
}

answerCalls({ ours, bare }, async () => {
  await store?.close()
  await client?.dispose()
})
