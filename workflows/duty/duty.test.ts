import { readFileSync } from 'node:fs'
import { type Actor, type Effect, type Instance, mermaid } from '@linli/workflow'
import { assertLively, given, STORY_START, type Story, sample } from '@linli/workflow/test-kit'
import t from 'tap'
import { accountOf } from '../account/account-id.ts'
import { calendarOf } from '../duty-calendar/calendar-id.ts'
import { commands } from './commands.ts'
import { machine } from './machine.ts'
import type { RosterContext } from './roster.ts'
import { duty } from './workflow.ts'

const path = ['place-community', 'place-estate']
const [A, B, C] = ['a', 'b', 'c'].map(
  (last) => `person-01980000-0000-7000-8000-00000000000${last}`,
) as [string, string, string]
const at = (hour: number) => new Date(STORY_START + hour * 3_600_000).toISOString()
const officer = (person: string): Actor => ({ role: 'duty-officer', person })
const by = (person: string, data: object) => sample({ ...data }, { by: officer(person) })
const active = (...persons: string[]) => persons.map((id) => ({ id, status: 'active' }))

const DRAWN = sample(
  { place: 'place-estate', group: 'Group 3', kind: 'station', from: at(24), to: at(8 * 24) },
  { facts: { place: { path } } },
)
const shift = (from: number, to: number, ...persons: string[]) =>
  sample(
    { place: 'place-estate', from: at(from), to: at(to), persons },
    { facts: { persons: active(...persons) } },
  )
const ONE = { shift: 'shift-1' }
const told = (person: string, of = 'shift-1') => ({ shift: of, person })

const contextOf = ({ instance }: Story): RosterContext => instance?.snapshot.context
const row = ({ instance }: Story) => duty.summary(instance as Instance)
const duties = (story: Story, n = 0) =>
  contextOf(story).shifts[n]?.duties.map(({ person, status }) => [person, status])
const effects = (story: Story): readonly Effect[] => story.events.at(-1)?.effects ?? []
const sent = (story: Story, kind: Effect['kind']) => effects(story).filter((e) => e.kind === kind)
const state = ({ instance }: Story) => instance?.snapshot.value

const drafted = given(duty, [
  ['drawUp', 0, DRAWN],
  ['addShift', 1, shift(33, 36, A, B)],
])
const running = drafted.and(['confirm', 2, told(A)], ['confirm', 2, told(B)], ['publish', 3, {}])

t.test('drawn up, asked of the calendars, confirmed and published', (t) => {
  t.match(sent(drafted, 'open'), [{ instance: calendarOf(A) }, { instance: calendarOf(B) }])
  t.match(sent(drafted, 'tell'), [
    {
      instance: calendarOf(A),
      command: 'book',
      with: { shift: 'shift-1', from: at(33), to: at(36) },
    },
    { instance: calendarOf(B) },
  ])
  t.match(drafted.when('publish', 2, {}), { guard: 'everybodyBooked' })
  t.match(sent(running, 'notify'), [{ to: { person: A } }, { to: { person: B } }])
  t.equal(running.instance?.clocks.signIn?.dueAt, STORY_START + 33.25 * 3_600_000)
  t.match(row(running).extra, { shifts: 1, duties: 2 })
  t.end()
})

t.test('nobody is in two places at a time', (t) => {
  const twice = drafted.when('addShift', 2, shift(35, 38, C, A))
  t.match(twice, { refused: 'condition-not-met', guard: 'nobodyTwice' })
  t.match(drafted.when('addShift', 2, shift(36, 38, C, A)).event, { type: 'duty.shiftAdded' })
  t.match(drafted.when('addShift', 2, shift(36, 38, C, C)), { refused: 'invalid' })
  t.match(drafted.when('addShift', 2, shift(36, 35, C)), { refused: 'invalid' })
  t.match(drafted.when('addShift', 2, shift(36, 61, C)), { refused: 'invalid' })
  t.match(drafted.when('addShift', 2, shift(300, 302, C)), { guard: 'insidePeriod' })
  const left = sample(
    { place: 'place-estate', from: at(40), to: at(41), persons: [C] },
    { facts: { persons: [{ id: C, status: 'left' }] } },
  )
  t.match(drafted.when('addShift', 2, left), { guard: 'personsKnown' })
  const elsewhere = drafted.and(['confirm', 2, told(A)], ['decline', 2, told(B)])
  t.same(duties(elsewhere), [
    [A, 'booked'],
    [B, 'declined'],
  ])
  t.match(sent(elsewhere, 'notify'), [{ to: { role: 'coordinator' }, text: 'declined' }])
  t.match(elsewhere.when('publish', 3, {}), { guard: 'everybodyBooked' }, 'busy in another group')
  const [other] = active(C)
  const mended = elsewhere.and(
    ['unassign', 3, told(B)],
    ['assign', 4, sample(told(C), { facts: { person: other } })],
    ['confirm', 4, told(C)],
  )
  t.match(mended.when('publish', 5, {}).event, { type: 'duty.published' })
  const [first] = active(A)
  t.match(mended.when('assign', 5, sample(told(A), { facts: { person: first } })), {
    guard: 'notTwice',
  })
  const gone = { command: 'book', instance: calendarOf(A), effect: 'x', code: 'not-in-this-state' }
  t.same(duties(drafted.and(['effect.refused', 2, gone])), [
    [A, 'declined'],
    [B, 'asked'],
  ])
  t.end()
})

t.test('signed in and out, and credited', (t) => {
  t.match(running.when('signIn', 32, by(A, ONE)), { guard: 'isInTime' })
  t.match(running.when('signIn', 33, by(C, ONE)), { guard: 'isExpected' })
  t.match(running.when('signIn', 33, by(B, told(A))), { guard: 'isOwn' })
  const here = running.and(['signIn', 32.75, by(A, ONE)], ['signIn', 33.1, by(B, ONE)])
  t.equal(here.instance?.clocks.signIn?.status, 'stopped')
  t.match(here.when('close', 34, {}), { guard: 'nobodyOnDuty' })
  const took = here.and(['takeIn', 34, by(A, { ...ONE, appeal: 'appeal-1' })])
  t.match(row(took).links, [{ rel: 'intake', id: 'appeal-1' }])
  t.match(took.when('takeIn', 35, by(B, { ...ONE, appeal: 'appeal-1' })), {
    guard: 'takesInOnDuty',
  })
  const gone = took.and(['signOut', 35, by(A, ONE)])
  t.match(sent(gone, 'tell'), [
    {
      instance: accountOf(A, 'points'),
      command: 'earn',
      with: { activity: 'station', minutes: 120 },
    },
    { instance: accountOf(A, 'minutes'), with: { minutes: 120 } },
  ])
  t.equal(sent(gone, 'open').length, 2)
  t.match(gone.when('signOut', 36, by(A, ONE)), { guard: 'isOnDuty' })
  const late = gone.and(['signOut', 36.9, by(B, ONE)])
  t.match(sent(late, 'tell')[0], { with: { minutes: 174 } }, 'no more than the shift')
  t.match(row(late).extra, { done: 2, absent: 0, intakes: 1 })
  t.equal(state(late.until(9 * 24)), 'ended')
  t.end()
})

t.test('who does not come is told of, and may still come', (t) => {
  const missing = running.and(['signIn', 33, by(A, ONE)]).until(33.5)
  t.match(sent(missing, 'notify'), [
    { to: { role: 'coordinator', place: path[0] }, text: 'absent', with: { person: B } },
  ])
  t.same(duties(missing), [
    [A, 'onDuty'],
    [B, 'absent'],
  ])
  t.match(duties(missing.and(['signIn', 34, by(B, ONE)])), [[A], [B, 'onDuty']])
  const forgot = missing.until(38)
  t.match(sent(forgot, 'notify'), [{ to: { person: A }, text: 'signOut' }])
  const settling = forgot.until(8 * 24 + 1)
  t.equal(state(settling), 'settling')
  const asked = sample(told(A), { by: { role: 'coordinator' } })
  const out = settling.and(['signOut', 8 * 24 + 2, asked], ['close', 8 * 24 + 3, {}])
  t.equal(state(out), 'ended')
  t.same(out.replayed()?.snapshot.context, contextOf(out))
  t.end()
})

t.test('a swap is asked, agreed by the other, and done when the calendar confirms', (t) => {
  const [other] = active(C)
  const toC = sample({ ...ONE, to: C }, { by: officer(A), facts: { to: other } })
  const asked = running.and(['askSwap', 10, toC])
  t.match(sent(asked, 'notify'), [{ to: { person: C }, text: 'swapAsked' }])
  t.match(asked.when('agreeSwap', 11, by(B, told(A))), { guard: 'askedOfMe' })
  const [busy] = active(B)
  const toB = sample({ ...ONE, to: B }, { by: officer(A), facts: { to: busy } })
  t.match(running.when('askSwap', 10, toB), { guard: 'otherIsFree' })
  const refused = asked.and(['refuseSwap', 11, by(C, told(A))])
  t.match(refused.when('agreeSwap', 12, by(C, told(A))), { guard: 'askedOfMe' })
  const agreed = asked.and(['agreeSwap', 11, by(C, told(A))])
  t.match(sent(agreed, 'tell'), [{ instance: calendarOf(C), command: 'book' }])
  t.same(duties(agreed), [
    [A, 'booked'],
    [B, 'booked'],
    [C, 'asked'],
  ])
  const asksToo = sample({ ...ONE, to: C }, { by: officer(B), facts: { to: other } })
  const also = asked.and(['askSwap', 10, asksToo], ['agreeSwap', 11, by(C, told(A))])
  t.match(also.when('agreeSwap', 12, by(C, told(B))), { guard: 'iAmFree' }, 'one of the two')
  const done = agreed.and(['confirm', 11, told(C)])
  t.same(duties(done), [
    [B, 'booked'],
    [C, 'booked'],
  ])
  t.match(sent(done, 'tell'), [{ instance: calendarOf(A), command: 'release' }])
  const busyElsewhere = agreed.and(['decline', 11, told(C)])
  t.same(duties(busyElsewhere), duties(running), 'the first stays')
  t.end()
})

t.test('every path, and the picture', (t) => {
  const person = (id: string) => sample(told(id), { facts: { person: active(id)[0] } })
  const samples = {
    drawUp: DRAWN,
    addShift: shift(33, 36, A),
    assign: person(B),
    unassign: told(A),
    publish: {},
    signIn: by(A, ONE),
    signOut: by(A, ONE),
    askSwap: sample({ ...ONE, to: C }, { by: officer(A), facts: { to: active(C)[0] } }),
    agreeSwap: by(C, told(A)),
    refuseSwap: by(C, told(A)),
    takeIn: by(A, { ...ONE, appeal: 'appeal-1' }),
    confirm: [told(A), told(B), told(C)],
    decline: [told(A), told(C)],
    close: {},
    cancel: { reason: 'other' },
  }
  const signature = ({ shifts }: RosterContext) =>
    shifts[0]?.duties.map(({ person: who, status, asked }) => [who, status, asked])
  assertLively(t, duty, { samples, signature, stepMs: 8 * 3_600_000 })
  const readme = readFileSync(new URL('README.md', import.meta.url), 'utf8')
  t.ok(readme.includes(mermaid(machine, commands)))
  t.end()
})
