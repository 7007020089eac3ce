// What a first start makes in an empty log: the demo community, or only the persons whom linli
// itself needs. A later start makes nothing.
import type { Community } from '@linli/runtime'
import { CommandFault } from './command-fault.ts'
import { makeDemo } from './demo/demo.ts'
import { beginDemo, type DemoAccount, demoAccounts, endDemo } from './demo-mark.ts'
import { operatorOf } from './operator.ts'
import { claimRest } from './rest-of-demo.ts'

/** What a first start begins with. */
export type Beginning = 'demo' | 'empty'

/** The city whose policies the demo lives by. */
export const DEMO_CITY = 'jining'

/** The demo's accounts where the community is one. @throws CommandFault `log-not-empty` */
export async function firstStart(
  community: Community,
  given: { begin: Beginning; isAsked: boolean; tell: (line: string) => void },
): Promise<readonly DemoAccount[] | undefined> {
  const { begin, isAsked, tell } = given
  const { folder, engine, store } = community
  claimRest(community)
  const isFirst = (await store.head()) === 0
  if (isFirst && begin === 'demo') {
    beginDemo(folder)
    const options = { now: engine.now(), city: DEMO_CITY } as const
    const accounts = await makeDemo(community, options, inQuarters(tell))
    await community.settled()
    endDemo(folder, accounts, options.now)
  }
  const accounts = demoAccounts(folder)
  if (isAsked && (begin === 'demo') !== (accounts !== undefined)) {
    const message =
      begin === 'demo'
        ? 'The demo is made only in an empty folder: give another one by --data.'
        : 'This folder holds the demo community: give another one by --data.'
    throw new CommandFault('log-not-empty', message)
  }
  await operatorOf(community)
  return accounts
}

function inQuarters(tell: (line: string) => void): (done: number, all: number) => void {
  let told = -1
  return (done, all) => {
    const quarter = Math.floor((4 * done) / Math.max(all, 1))
    if (quarter === told) return
    told = quarter
    tell(`making the demo community: ${quarter * 25} %`)
  }
}
