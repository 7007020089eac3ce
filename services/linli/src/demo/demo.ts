// The demo community of a first start: a neighbourhood and a year of its cases, made by giving
// commands on a clock of its own. Nothing here writes an event or a row.

import { HistoryRun, SYSTEM } from '@linli/engine'
import type { Community } from '@linli/runtime'
import { CommandFault } from '../command-fault.ts'
import { settle } from './settlement.ts'
import { play, type Scheduled } from './stage.ts'
import { stories } from './stories.ts'
import { type Timing, timed } from './story-time.ts'
import { PEOPLE } from './town.ts'

/** An account of the demo that one click signs in as; `name` is its key, e.g. `coordinator`. */
export type DemoAccount = {
  name: string
  role: string
  label: { zh: string; en: string }
  person: string
}

/** What of an installation the demo is made in. */
export type DemoGround = Pick<Community, 'engine' | 'vault' | 'claimed'> & {
  effects: Pick<Community['effects'], 'caughtUp'>
}

/** When the demo ends (epoch ms), and the city whose policies its cases begin with. */
export type DemoOptions = { now: number; city: 'jining' }

/**
 * Makes the demo in an installation whose log is empty; `progress` hears how many lines of all
 * are done. Nothing is recorded as later than `now`. Fault `log-not-empty` otherwise.
 */
export async function makeDemo(
  community: DemoGround,
  options: DemoOptions,
  progress: (done: number, all: number) => void = () => {},
): Promise<DemoAccount[]> {
  const { engine, claimed, effects } = community
  if ((await engine.store.head()) > 0) {
    throw new CommandFault('log-not-empty', 'A demo is made in an empty data folder only.')
  }
  const { now, city } = options
  const policy = `${city}@1`
  const run = new HistoryRun({ engine, claimed, recordedAt: 'own', policy })
  try {
    const timing = timingOf(community, policy, now)
    const settlement = await settle(run, now - FOUNDED_BEFORE_MS)
    const { instances } = engine
    const { calendar } = timing
    const scheduled = scheduledIn(timing)
    await play({ run, instances, calendar, settlement }, scheduled, progress)
    await run.until(now)
    await forget(community, settlement.names.get('@6-2-501'), now)
    await effects.caughtUp(await engine.store.head())
    return accountsOf(settlement.names)
  } finally {
    run.end()
  }
}

/** A year and a month: the first stories of the year find their neighbourhood there. */
const FOUNDED_BEFORE_MS = 400 * 86_400_000

function timingOf({ engine }: DemoGround, policy: string, now: number): Timing {
  const policyOf = (workflow: string) => {
    const found = engine.workflows.get(workflow)?.policies.get(policy)
    if (found === undefined) throw new CommandFault('unknown-policy', `${workflow}: ${policy}`)
    return found
  }
  return { now, policyOf, calendar: engine.calendars(policyOf('appeal').calendar) }
}

/** Every story that finds its time; one of a running heating season only finds it in season. */
const scheduledIn = (timing: Timing): Scheduled[] =>
  stories.flatMap((story) => {
    const lines = timed(story, timing)
    return lines === undefined ? [] : [{ story, lines }]
  })

/** The person whose erasure a story records: the key goes too, as an erasure always does. */
async function forget(
  { vault }: DemoGround,
  person: string | undefined,
  at: number,
): Promise<void> {
  if (person !== undefined) await vault.erase(person, { at })
}

const accountsOf = (names: ReadonlyMap<string, string>): DemoAccount[] =>
  PEOPLE.filter(({ account }) => account === true).map(({ key, name, en, roles }) => ({
    name: key,
    role: roles[0]?.role ?? 'resident',
    label: { zh: name, en },
    person: names.get(`@${key}`) ?? SYSTEM.id,
  }))
