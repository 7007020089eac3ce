import { readFileSync } from 'node:fs'
import { type Instance, mermaid, stateOf, statePath } from '@linli/workflow'
import { assertLively, given, type Story, sample } from '@linli/workflow/test-kit'
import t from 'tap'
import { commands } from './commands.ts'
import type { PlanContext } from './context.ts'
import { machine } from './machine.ts'
import { visitPlan } from './workflow.ts'

const household = { id: 'place-flat', path: ['place-community', 'place-flat'] }
const DATA = {
  ...{ place: 'place-flat', person: 'person-elder', visitor: 'person-volunteer' },
  ...{ reason: 'livesAlone', everyDays: 7, firstAt: '2026-11-16T02:00:00.000Z' },
}
const begin = sample(DATA, { facts: { place: household } })
const plan = given(visitPlan, [['begin', 0, begin]])
const context = ({ instance }: Pick<Story, 'instance'>): PlanContext => instance?.snapshot.context
const state = ({ instance }: Pick<Story, 'instance'>) =>
  instance === undefined ? '' : statePath(stateOf(instance))
const row = ({ instance }: Pick<Story, 'instance'>) => visitPlan.summary(instance as Instance)
const effects = ({ events }: Pick<Story, 'events'>) => events.at(-1)?.effects ?? []
const done = (found: string, visit = context(plan).visit) => ({
  ...{ visit, found, at: '2026-11-16T02:00:00.000Z' },
})
const clock = ({ instance }: Story, name: string) => instance?.clocks[name]

t.test('one visit after the other', (t) => {
  t.match(effects(plan), [
    {
      ...{ kind: 'open', workflow: 'visit', command: 'plan', instance: context(plan).visit },
      with: { ...{ place: 'place-flat', purpose: 'care' }, person: 'person-elder' },
    },
  ])
  const seen = plan.and(['visitDone', 2, done('well')])
  t.match(row(seen).extra, { visits: 1, lastFound: 'well', nextAt: '2026-11-23T02:00:00.000Z' })
  t.match(effects(seen), [{ kind: 'open', with: { dueAt: '2026-11-23T02:00:00.000Z' } }])
  t.not(context(seen).visit, context(plan).visit)
  t.match(seen.when('visitDone', 3, done('well')), { guard: 'isAwaited' }, 'told twice: no')
  const unseen = plan.and(['visitDone', 2, done('notAtHome')])
  t.match(row(unseen).extra, { lastFound: 'notAtHome', nextAt: '2026-11-17T02:00:00.000Z' })
  const cancelled = plan.and(['visitDone', 2, done('cancelled')])
  t.match(row(cancelled).extra, { visits: 0, lastFound: null })
  t.same(row({ instance: seen.replayed() }), row(seen))
  t.end()
})

t.test('missed: the alert in hours', (t) => {
  const waiting = plan.until(2)
  t.equal(clock(waiting, 'missed')?.dueAt, Date.parse('2026-11-16T06:00:00.000Z'), '4 h')
  const missed = waiting.until(6).and(['visitMissed', 6, { visit: context(plan).visit }])
  t.match(effects(missed), [
    { to: { role: 'coordinator', place: 'place-community' }, text: 'missed' },
    { to: { person: 'person-volunteer' }, text: 'missed' },
  ])
  t.equal(clock(missed, 'missed')?.status, 'expired', 'red on the care list')
  const late = missed.and(['visitDone', 8, done('well')])
  t.match(row(late).extra, { missed: 1, visits: 1 })
  t.equal(clock(late, 'missed')?.status, 'stopped')
  t.end()
})

t.test('away, back, changed, ended', (t) => {
  const until = '2026-12-01T00:00:00.000Z'
  const away = plan.and(['pause', 1, { reason: 'hospital', until, note: 'ward 7' }])
  t.match(effects(away), [{ command: 'cancel', with: { reason: 'away' } }])
  t.match(row(away).extra, { away: 'hospital', nextAt: null })
  const back = away.until(24 * 15)
  t.equal(state(back), 'active', 'by itself on the day said')
  t.match(row(back).extra, { away: null, nextAt: '2026-12-02T00:00:00.000Z' })
  t.equal(state(plan.and(['pause', 1, { reason: 'family' }]).until(24 * 31 + 1)), 'active')
  t.equal(state(away.and(['resume', 5])), 'active')
  const past = { reason: 'travel', until: '2026-11-01T00:00:00.000Z' }
  t.match(plan.when('pause', 1, past), { guard: 'returnAhead' })
  const changed = plan.and(['change', 1, { everyDays: 3, visitor: 'person-2' }])
  t.match(effects(changed), [{ command: 'assign', with: { visitor: 'person-2' } }])
  const seen = changed.and(['visitDone', 2, done('needs')])
  t.match(row(seen), { owner: 'person-2', extra: { nextAt: '2026-11-19T02:00:00.000Z' } })
  t.match(plan.when('change', 1, {}), { refused: 'invalid' })
  t.match(plan.when('change', 1, { everyDays: 0 }), { refused: 'invalid' })
  const ended = plan.and(['end', 1, { reason: 'moved' }])
  t.match(effects(ended), [{ command: 'cancel', with: { reason: 'ended' } }])
  t.equal(state(ended), 'ended')
  const long = sample(
    { ...DATA, firstAt: '2026-11-01T00:00:00.000Z' },
    { facts: { place: household } },
  )
  t.match(given(visitPlan).when('begin', 0, long), { guard: 'firstAhead' })
  t.end()
})

t.test('every path, and the picture', (t) => {
  const ofVisit = ({ snapshot }: Instance) => ({ visit: snapshot.context.visit ?? 'visit-x' })
  const samples = {
    ...{ begin, resume: {}, end: { reason: 'notNeeded' } },
    change: [{ everyDays: 14 }, { visitor: 'person-2' }],
    pause: [{ reason: 'travel' }, { reason: 'family', until: '2027-02-01T00:00:00.000Z' }],
    visitDone: (instance: Instance) => [
      { ...done('well'), ...ofVisit(instance) },
      { ...done('notAtHome'), ...ofVisit(instance) },
    ],
    visitMissed: ofVisit,
  }
  assertLively(t, visitPlan, { samples })
  const readme = readFileSync(new URL('README.md', import.meta.url), 'utf8')
  t.ok(readme.includes(mermaid(machine, commands)))
  t.end()
})
