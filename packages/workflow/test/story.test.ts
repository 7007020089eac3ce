import t from 'tap'
import { iso } from '../src/index.ts'
import { assertLively, explore, faultsOf, given, sample } from '../src/test-kit.ts'
import { ticket } from './ticket.ts'

const samples = {
  report: { degrees: 15, text: 'x', place: 'place-1' },
  note: { text: 'a' },
  refer: { unit: 'organisation-1' },
  sendBack: { reason: 'r' },
  answer: [{ degrees: 10 }, { degrees: 20 }],
  suspend: (i: any) => ({ until: iso(i.at + 3_600_000 * 5) }),
  resume: {},
  close: {},
}
const e = explore(ticket, samples)
console.log(
  e.visits.length,
  e.transitions.length,
  e.refused.length,
  e.unsampled,
  e.complete,
  faultsOf(e),
)
const s = given(ticket, [['report', 0, samples.report]])
console.log(s.when('sendBack', 1, { reason: 'r' }), s.until(60).instance?.clocks, s.offered(2))
