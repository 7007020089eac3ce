// The server that the suites of this folder run against: a stand-in, or the real one that
// LINLI_TEST_EVENTS names.

import type { Test } from 'tap'
import { type StandIn, type StandInOptions, startStandIn } from './stand-in.ts'

/** The address of a real server, when the suites are to run against one. */
export const realServer = process.env.LINLI_TEST_EVENTS

/** For tests that a real server cannot take: the reason, and false on a stand-in. */
export function unlessReal(reason: string): string | false {
  return realServer === undefined ? false : reason
}

/** Address of the real server, or of a stand-in that is stopped after the test. */
export async function serverUrl(t: Test): Promise<string> {
  return realServer ?? (await standInFor(t)).url
}

/** A stand-in that is stopped after the test. */
export async function standInFor(t: Test, options?: StandInOptions): Promise<StandIn> {
  const standIn = await startStandIn(options)
  t.teardown(() => standIn.stop())
  return standIn
}
