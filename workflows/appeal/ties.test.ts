import { given, type Line, type Story, sample } from '@linli/workflow/test-kit'
import t from 'tap'
import {
  answered,
  clocks,
  cold,
  context,
  effects,
  grid,
  HEATING,
  ORIGINAL,
  open,
  REPORT,
  referralOf,
  row,
  state,
  tells,
} from './appeal-story.ts'
import { appeal } from './workflow.ts'

t.test('merging: the case follows its original', (t) => {
  const merge: Line = ['merge', 10, sample({ original: ORIGINAL }, open)]
  const merged = cold().and(merge)
  t.equal(state(merged), 'merged')
  t.same(tells(merged), [
    [referralOf(merged, HEATING).referral, 'pause'],
    [ORIGINAL, 'absorb'],
  ])
  t.match(row(merged).links?.at(-1), { rel: 'original', id: ORIGINAL })
  const apart = merged.and(['unmerge', 20, {}])
  t.same([state(apart), clocks(apart).handle?.status], ['open.referral', 'running'])
  t.same(tells(apart)[0], [ORIGINAL, 'letGo'])
  const refused = { effect: 'e', command: 'absorb', instance: ORIGINAL, code: 'not-in-this-state' }
  t.equal(state(merged.and(['effect.refused', 11, refused])), 'open.referral')
  const closed = merged.and(['originalClosed', 50, { original: ORIGINAL }])
  t.same([state(closed), row(closed).extra?.closedHow], ['closed', 'withOriginal'])
  const supervised = cold().and(['supervise', 5, { reason: 'other' }], merge)
  t.equal(
    state(supervised.and(['originalClosed', 11, { original: ORIGINAL }])),
    'open.referral',
    'a supervised case closes only by its own release',
  )
  const heir = merged.and(['succeed', 30, { original: ORIGINAL, merged: ['appeal-b'] }])
  t.same([state(heir), context(heir).ties.merged], ['open.referral', ['appeal-b']])
  const gone = { facts: { original: { open: false, ended: true } } }
  t.match(cold().when('merge', 10, sample({ original: ORIGINAL }, gone)), { guard: 'originalFits' })
  t.match(cold().when('merge', 10, {}), { refused: 'invalid' })
  t.end()
})

t.test('an original that ends hands over, closes its merged cases, or lets them go', (t) => {
  const [a, b, c] = ['appeal-a', 'appeal-b', 'appeal-c'] as const
  const original = grid().and(['absorb', 3, { appeal: c }], ['absorb', 4, { appeal: a }])
  const three = original.and(['absorb', 5, { appeal: b }])
  const ended = three.and(['withdraw', 6, { reason: 'settled' }])
  t.same(tells(ended), [
    [a, 'succeed'],
    [b, 'follow'],
    [c, 'follow'],
  ])
  t.match(effects(ended)[0], { with: { merged: [b, c] } })
  const rejected = three.and(['reject', 6, { rule: 'inCourt', reason: 'See the court.' }])
  t.same([state(rejected), tells(rejected)[0]], ['rejected', [a, 'succeed']])
  const closed = original.and(
    ['solve', 7, { answer: 'done' }],
    ['followUp', 8, { solved: 'yes', close: true }],
  )
  t.same(
    tells(closed),
    [c, a].map((id) => [id, 'originalClosed']),
  )
  t.match(closed.when('absorb', 9, { appeal: b }), { guard: 'mayAbsorb' })
  t.same(context(original.and(['letGo', 6, { appeal: c }])).ties.merged, [a])
  t.end()
})

t.test('withdrawing and rejecting end the case; reopening inside the limit', (t) => {
  const withdrawn = cold().and(['withdraw', 9, { reason: 'settled' }])
  t.same(tells(withdrawn), [[referralOf(withdrawn, HEATING).referral, 'withdraw']])
  t.equal(cold().when('reject', 9, { rule: 'abuse', reason: 'x' }).refused, 'not-in-this-state')
  const closed = answered().and(['followUp', 40, { solved: 'yes', close: true }])
  const again = closed.and(['reopen', 90, { reason: 'Cold again.' }])
  t.same([state(again), clocks(again).handle?.round], ['open.grid', 2])
  t.equal(clocks(again).reopen?.status, 'stopped')
  t.equal(context(again).about.requestedAt, '2026-11-19T18:00:00.000Z')
  t.match(closed.when('reopen', 40 + 16 * 24, { reason: 'x' }), { guard: 'inReopenLimit' })
  t.end()
})

t.test('adopted: handled outside, archived or merged, without limits', (t) => {
  const adopted = given(appeal, [
    [
      'adopt',
      0,
      {
        ...{ source: 'nyc311', key: '1', category: 'HEAT/HOT WATER', channel: 'PHONE' },
        ...{ complaint: 'HEAT/HOT WATER', text: 'No heat', unit: 'organisation-agency' },
      },
    ],
  ])
  t.same([state(adopted), clocks(adopted)], ['open.outside', {}])
  t.match(row(adopted), { units: ['organisation-agency'], measures: { responded: null } })
  const done = adopted.and(['answerOutside', 20, { text: 'x', meaning: 'fixed' }], ['archive', 20])
  t.same([state(done), row(done).extra?.meaning], ['archived', 'fixed'])
  const ended = { facts: { original: { open: false, ended: true } } }
  const merged = adopted.and(['merge', 20, sample({ original: ORIGINAL }, ended)])
  t.same([state(merged), tells(merged)], ['mergedOutside', []])
  t.equal(state(adopted.and(['merge', 20, { external: 'nyc311:2' }])), 'mergedOutside')
  const here = ['verify', 'suspend', 'contact', 'askResident', 'supervise', 'withdraw', 'refer']
  t.same(
    adopted.offered(1).filter((name) => here.includes(name)),
    [],
  )
  t.end()
})

t.test('what is offered where, and to whom', (t) => {
  const to = (story: Story, by: Parameters<Story['offered']>[1]) =>
    story
      .offered(5, by)
      .filter((name) => appeal.commands.get(name)?.by.includes(by?.role ?? 'system'))
  t.same(to(cold(), { role: 'resident' }), ['note', 'attach', 'withdraw', 'urge'])
  t.same(to(cold(), { role: 'supervisor' }), ['urge', 'supervise'])
  t.same(to(cold(), { role: 'unit-handler' }), [])
  t.same(to(answered(), { role: 'resident' }), ['note', 'attach', 'withdraw', 'urge', 'followUp'])
  t.match(answered().when('verify', 31, {}), { refused: 'not-in-this-state' })
  t.match(given(appeal).when('report', 0, { ...REPORT, category: 'nothing' }), {
    refused: 'invalid',
  })
  const resident = sample({ solved: 'yes', close: true }, { by: { role: 'resident' } })
  t.match(answered().when('followUp', 40, resident), { guard: 'closesNow' })
  t.end()
})
