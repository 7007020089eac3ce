// The demo's second part behind a running server: goes on where an earlier start was stopped, tells
// how far it is, and keeps what it moves from the live timers until it is there.
import { EngineFault } from '@linli/engine'
import type { Community } from '@linli/runtime'
import { arrive } from './demo/arrival.ts'
import type { DemoSize } from './demo/scene.ts'
import { demoRest, keepDemoRest } from './demo-mark.ts'

/** How far the second part is, in commands given of all. */
export type RestProgress = { done: number; all: number; isThere: boolean }

/** The second part under way. */
export type RestOfDemo = {
  progress: () => RestProgress
  /** Resolves when it is there, or was stopped. */
  over: Promise<void>
  /** Ends after the commands in hand; the next start goes on. */
  stop: () => Promise<void>
}

/** Keeps live timers from what a stopped arrival left half told. Call it before they first look. */
export function claimRest({ folder, claimed }: Pick<Community, 'folder' | 'claimed'>): void {
  for (const instance of demoRest(folder)?.claimed ?? []) claimed.add(instance)
}

/** Lets the rest arrive. Undefined where none is to come. */
export function beginRest(
  community: Community,
  given: { tell: (line: string) => void; size?: DemoSize },
): RestOfDemo | undefined {
  const { tell, size } = given
  const rest = demoRest(community.folder)
  if (rest === undefined || rest.isThere) return undefined
  const stopping = new AbortController()
  let progress: RestProgress = { done: 0, all: 1, isThere: false }
  let tenth = -1
  const keepTenths = (done: number, all: number) => {
    progress = { done, all, isThere: false }
    const now = Math.floor((10 * done) / all)
    if (now === tenth) return
    tenth = now
    keep(community, rest.now)
    if (now > 0 && now < 10) tell(`The rest of the demo is arriving: ${now * 10} %`)
  }
  const work = async () => {
    const begun = performance.now()
    const { signal } = stopping
    const sized = size === undefined ? {} : { size }
    const options = { now: rest.now, signal, progress: keepTenths, ...sized }
    const { done, all, refused } = await arrive(community, options)
    if (done < all) return keep(community, rest.now)
    for (const instance of rest.claimed) community.claimed.delete(instance)
    keepDemoRest(community.folder, { now: rest.now, isThere: true, claimed: [] })
    progress = { done, all, isThere: true }
    const seconds = ((performance.now() - begun) / 1000).toFixed(1)
    const left = refused.length === 0 ? '' : `; ${refused.length} of them were refused`
    tell(`The whole demo is there: ${all} commands in ${seconds} s${left}.`)
  }
  const over = work().catch((fault: unknown) => {
    // A log that closes under it is a stop like any other: the next start goes on.
    keep(community, rest.now)
    if (!stopping.signal.aborted) tell(`The rest of the demo did not arrive: ${textOf(fault)}`)
  })
  return {
    over,
    progress: () => progress,
    stop: () => {
      stopping.abort()
      return over
    },
  }
}

function keep({ folder, claimed, engine }: Community, now: number): void {
  const moved = [...claimed].filter((id) => isCase(engine.workflows, id))
  keepDemoRest(folder, { now, isThere: false, claimed: moved })
}

/** Records have no clocks that could run ahead. */
const isCase = (workflows: Community['engine']['workflows'], id: string): boolean =>
  workflows.get(id.slice(0, -UUID_LENGTH - 1))?.record !== true

const UUID_LENGTH = 36

const textOf = (fault: unknown): string => {
  if (fault instanceof EngineFault) return `${fault.code}: ${fault.message}`
  return fault instanceof Error ? fault.message : String(fault)
}
