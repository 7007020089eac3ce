import { readFileSync } from 'node:fs'
import { type Instance, mermaid } from '@linli/workflow'
import { assertLively, given, STORY_START, type Story } from '@linli/workflow/test-kit'
import t from 'tap'
import { calendarOf, openCalendar } from './calendar-id.ts'
import { commands } from './commands.ts'
import { machine } from './machine.ts'
import { dutyCalendar } from './workflow.ts'

const PERSON = 'person-01980000-0000-7000-8000-00000000000a'
const OPEN = openCalendar(PERSON, ['place-community']).with
const at = (hour: number) => new Date(STORY_START + hour * 3_600_000).toISOString()
const booking = (roster: string, from: number, to: number) => ({
  ...{ roster: `duty-${roster}`, shift: 'shift-1', from: at(from), to: at(to) },
})
const bookings = ({ instance }: Story) => dutyCalendar.summary(instance as Instance).extra?.bookings

t.test('a time is booked, declined where it meets another, and given back', (t) => {
  const busy = given(dutyCalendar, [
    ['open', 0, OPEN],
    ['book', 1, booking('a', 9, 12)],
  ])
  t.match(busy.events.at(-1)?.effects, [
    { command: 'confirm', instance: 'duty-a', with: { shift: 'shift-1', person: PERSON } },
  ])
  const overlapping = booking('b', 11, 14)
  t.match(busy.and(['book', 2, overlapping]).events.at(-1)?.effects, [{ command: 'decline' }])
  t.equal(bookings(busy.and(['book', 2, overlapping])), 1)
  t.equal(bookings(busy.and(['book', 2, booking('b', 12, 14)])), 2, 'one after the other')
  t.match(busy.when('close', 3, { reason: 'left' }), { guard: 'nothingBooked' })
  const freed = busy.and(['release', 2, { roster: 'duty-a', shift: 'shift-1' }])
  t.match(freed.and(['book', 3, overlapping]).events.at(-1)?.effects, [{ command: 'confirm' }])
  t.equal(bookings(busy.and(['book', 60, booking('b', 61, 62)])), 1, 'the past is not kept')
  t.equal(calendarOf(PERSON), calendarOf(PERSON))
  t.same(busy.replayed()?.snapshot.context, busy.instance?.snapshot.context)
  t.end()
})

t.test('every path, and the picture', (t) => {
  const samples = {
    open: OPEN,
    book: [booking('a', 9, 12), booking('b', 11, 14)],
    release: { roster: 'duty-a', shift: 'shift-1' },
    close: { reason: 'other' },
  }
  assertLively(t, dutyCalendar, { samples })
  const readme = readFileSync(new URL('README.md', import.meta.url), 'utf8')
  t.ok(readme.includes(mermaid(machine, commands)))
  t.end()
})
