// What a first start makes in an empty log: the demo community, or only the persons whom linli
// itself needs. A later start makes nothing.
import type { DemoAccount } from '@linli/http'
import { CommandFault } from './command-fault.ts'
import type { Community } from './community.ts'
import { markDemo, unmarkDemo } from './demo-mark.ts'
import { operatorOf } from './operator.ts'

/** What a first start begins with. */
export type Beginning = 'demo' | 'empty'

/** A demo community: how it is made, and who signs in to it; no accounts: it is none. */
export type Demo = {
  make: (community: Community, tell: (line: string) => void) => Promise<void>
  accounts: (community: Community) => Promise<readonly DemoAccount[] | undefined>
}

/** The demo's accounts where the community is one. @throws CommandFault `log-not-empty` */
export async function firstStart(
  community: Community,
  given: { begin: Beginning; isAsked: boolean; tell: (line: string) => void; demo?: Demo },
): Promise<readonly DemoAccount[] | undefined> {
  const { begin, isAsked, tell, demo } = given
  const isFirst = (await community.store.head()) === 0
  if (isFirst && begin === 'demo' && demo !== undefined) {
    markDemo(community.folder)
    tell('making the demo community')
    await demo.make(community, tell)
    await community.settled()
  }
  const accounts = await demo?.accounts(community)
  if (!isFirst && isAsked && (begin === 'demo') !== (accounts !== undefined)) {
    const message =
      begin === 'demo'
        ? 'The demo is made only in an empty folder: give another one by --data.'
        : 'This folder holds the demo community: give another one by --data.'
    throw new CommandFault('log-not-empty', message)
  }
  await operatorOf(community)
  if (isFirst) unmarkDemo(community.folder)
  return accounts
}
