// What became of an append, for certain: where the answer is missing the stream is read again at
// the expected revision and the ids there compared, and only then is the append sent again. The
// server takes the same ids at the same expected revision for the same append, so that one that
// arrives late after all changes nothing.
// Must not import the client.

import { setTimeout as pause } from 'node:timers/promises'
import type { Appended } from '@linli/event-store'
import { StoreFault } from '@linli/event-store'
import { type Retrying, waitMs } from './back-off.ts'
import type { Connection } from './connection.ts'
import type { WireAppend } from './message.ts'

/** `known` is a position of the log before; `onSettled` hears of answers that were read back. */
export type Settling = Retrying & { known: number; onSettled(): void }

/** Appends, and answers when it is known what is stored; `outcome-unknown` when it cannot be. */
export async function appendForCertain(
  connection: Connection,
  append: WireAppend,
  settling: Settling,
): Promise<Appended> {
  const { backOff, untilMs, onRetry } = settling
  let isUnknown = false
  for (let failures = 1; ; failures += 1) {
    let fault: StoreFault
    try {
      const written = await connection.append(append)
      if (!written.ok) return written
      const { position = 0, revision } = written
      // Of an append that it has already the server need not tell the position.
      if (position > settling.known) return { ok: true, position, revision }
      return await storedPlace(connection, append, revision)
    } catch (error) {
      fault = asFault(error)
      isUnknown ||= fault.retry === 'outcome-unknown'
    }
    if (isUnknown && fault.retry !== 'never') {
      const found = await lookUp(connection, append).catch(asFault)
      if (found instanceof StoreFault) fault = found
      else if (found !== undefined) {
        settling.onSettled()
        return found
      }
    }
    const isOver = failures >= backOff.tries || performance.now() >= untilMs
    if (isOver || fault.retry === 'never') {
      throw isUnknown ? outcomeUnknown(fault, append.stream) : fault
    }
    onRetry(fault)
    await pause(waitMs(backOff, failures))
  }
}

/** The answer that the stream itself gives; none when it ends before the append's place. */
async function lookUp(connection: Connection, append: WireAppend): Promise<Appended | undefined> {
  const { stream, expected, events } = append
  let matching = 0
  let last: { position: number; revision: number } | undefined
  const range = { stream, from: expected + 1, backward: false, count: events.length }
  await connection.read(range, ({ id, position, revision }) => {
    last = { position, revision }
    if (events[matching]?.id !== id) return false
    matching += 1
    return true
  })
  if (last === undefined) return undefined
  if (matching === events.length) return { ok: true, ...last }
  const end = { stream, backward: true, count: 1 }
  let actual = last.revision
  await connection.read(end, ({ revision }) => {
    actual = revision
    return true
  })
  return { ok: false, actual }
}

async function storedPlace(
  connection: Connection,
  { stream }: WireAppend,
  revision: number,
): Promise<Appended> {
  let position: number | undefined
  await connection.read({ stream, from: revision, backward: false, count: 1 }, (recorded) => {
    position = recorded.position
    return true
  })
  if (position !== undefined) return { ok: true, position, revision }
  const message = `Event ${revision} of stream ${stream} was stored and cannot be read.`
  throw new StoreFault('storage-failed', message, { retry: 'outcome-unknown' })
}

function asFault(error: unknown): StoreFault {
  if (error instanceof StoreFault) return error
  throw error
}

function outcomeUnknown(cause: StoreFault, stream: string): StoreFault {
  const message = `It is not known whether the append to ${stream} was stored. ${cause.message}`
  return new StoreFault(cause.code, message, { retry: 'outcome-unknown', cause })
}
