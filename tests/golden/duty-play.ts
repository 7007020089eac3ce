// The play of duty rosters and of the accounts that follow from them.
import { accountOf } from '../../workflows/account/account-id.ts'
import type { Stage } from './stage.ts'

/** Two groups on duty, one of them cancelled; points and minutes until all has expired. */
export async function dutyAndAccounts(stage: Stage): Promise<void> {
  const { people, estate: place } = stage
  const { coordinator } = people
  await stage.at('2026-05-04T09:00')
  const [one = '', two = '', three = ''] = await Promise.all(
    [1, 2, 3].map(() => stage.begin(coordinator, 'person.register', { kind: 'staff', place })),
  )
  const period = { from: '2026-05-10T16:00:00.000Z', to: '2026-05-31T16:00:00.000Z' }
  const group = { place, group: 'Group 1', kind: 'station', ...period }
  const roster = await stage.begin(coordinator, 'duty.drawUp', group)
  const morning = { from: '2026-05-12T01:00:00.000Z', to: '2026-05-12T04:20:00.000Z' }
  const together = { place, ...morning, persons: [one, two] }
  await stage.give(coordinator, 'duty.addShift', roster, together)
  const twice = { place, ...morning, persons: [two] }
  await stage.refuse(coordinator, 'duty.addShift', roster, twice)
  const other = await stage.begin(coordinator, 'duty.drawUp', { ...group, group: 'Group 2' })
  await stage.give(coordinator, 'duty.addShift', other, { ...twice, persons: [two, three] })
  await stage.refuse(coordinator, 'duty.publish', other)
  const shift = { shift: 'shift-1' }
  await stage.give(coordinator, 'duty.unassign', other, { ...shift, person: two })
  await stage.give(coordinator, 'duty.publish', roster)
  await stage.give(coordinator, 'duty.cancel', other, { reason: 'replaced' })
  await stage.give(coordinator, 'duty.assign', roster, { ...shift, person: three })
  await stage.at('2026-05-12T09:00')
  await stage.give(coordinator, 'duty.signIn', roster, { ...shift, person: one })
  await stage.at('2026-05-12T12:20')
  await stage.give(coordinator, 'duty.signOut', roster, { ...shift, person: one })
  await stage.at('2026-05-13T09:00')
  const minutes = accountOf(one, 'minutes')
  await stage.give(coordinator, 'account.exchange', minutes, { classes: 1 })
  await stage.refuse(coordinator, 'account.exchange', minutes, { classes: 1 })
  await stage.give(coordinator, 'account.freeze', minutes, { reason: 'review' })
  await stage.give(coordinator, 'account.unfreeze', minutes)
  const points = accountOf(one, 'points')
  const spent = { amount: 1, for: 'meal', to: stage.propertyCompany }
  await stage.give(coordinator, 'account.spend', points, spent)
  const wrong = { posting: await stage.newest(points), reason: 'returned' }
  const shop = accountOf(stage.propertyCompany, 'points')
  await stage.at('2026-05-14T09:00')
  await stage.give(coordinator, 'account.reverse', shop, wrong)
  await stage.at('2026-05-15T09:00')
  await stage.give(coordinator, 'account.forfeit', points, { reason: 'other' })
  await stage.give(coordinator, 'account.close', points, { reason: 'request' })
  await stage.give(coordinator, 'account.reopen', points)
  await stage.at('2029-07-01T09:00')
}
