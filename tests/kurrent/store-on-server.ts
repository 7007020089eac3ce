// The store under test, with limits short enough for tests, and what is asked of it.
// Must not import the stand-in.

import { StoreFault } from '@linli/event-store'
import {
  type KurrentStore,
  type KurrentStoreOptions,
  openKurrentStore,
} from '@linli/event-store-kurrent'
import type { Test } from 'tap'
import { unlessReal } from './test-server.ts'

/** For tests of faults that only a stand-in has. */
export const onStandIn = { skip: unlessReal('a real server cannot be asked for this fault') }

/** Limit of a call, for tests in which a server is silent. */
export const timeoutMs = 400

const patientMs = 10_000
const backOff = { firstMs: 4, mostMs: 20, tries: 3 }

/** What the server calls a stream of the store. */
export function wire(stream: string): string {
  return `linli.${stream}`
}

/** A store that is closed after the test. */
export async function openFor(
  t: Test,
  url: string,
  options: Partial<KurrentStoreOptions> = {},
): Promise<KurrentStore> {
  const limited = { timeoutMs: patientMs, ...options, backOff: { ...backOff, ...options.backOff } }
  const store = await openPatiently({ url, ...limited })
  t.teardown(() => store.close())
  return store
}

/** The fault that opening a store ends with. */
export function refusedOpening(url: string, limitMs = patientMs): Promise<StoreFault> {
  return faultOf(openKurrentStore({ url, timeoutMs: limitMs, backOff }))
}

/** The fault that a call ends with. */
export async function faultOf(call: Promise<unknown>): Promise<StoreFault> {
  const outcome = await call.catch((error: unknown) => error)
  if (outcome instanceof StoreFault) return outcome
  throw new Error('a StoreFault was expected', { cause: outcome })
}

/** Ids of the first events of a subscription, `count` or more. */
export async function take(
  batches: AsyncIterable<{ id: string }[]>,
  count: number,
): Promise<string[]> {
  const ids: string[] = []
  for await (const batch of batches) {
    ids.push(...batch.map((event) => event.id))
    if (ids.length >= count) return ids
  }
  return ids
}

// A busy machine may need longer to open a store than the limit that a test sets.
async function openPatiently(options: KurrentStoreOptions): Promise<KurrentStore> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await openKurrentStore(options)
    } catch (error) {
      if (!(error instanceof StoreFault) || error.code !== 'store-timeout' || tries > 20)
        throw error
    }
  }
}
