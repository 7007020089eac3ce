import { type Policy, policySchema } from '@linli/workflow'
import fc from 'fast-check'
import t from 'tap'
import type { Measurement } from './measurement.ts'
import weifangPolicy from './policies/weifang@1.json' with { type: 'json' }
import { percentOf, type Refund, type RefundCase, refundOf } from './refund.ts'
import { type HeatingRules, ReferralRules } from './rules.ts'
import { dayOfSeason, localDate, seasonFrom } from './season.ts'
import { referral } from './workflow.ts'

const rulesOf = (id: string): HeatingRules => {
  const policy: Policy | undefined = referral.policies.get(id)
  return ReferralRules.parse(policy?.rules).heating
}
const usual = rulesOf('default@1')
const ZONE = 'Asia/Shanghai'
const at = (local: string) =>
  Temporal.PlainDateTime.from(local).toZonedDateTime(ZONE).epochMilliseconds
const unit = (local: string, coldestC: number): Measurement => ({
  at: at(local),
  by: 'unit',
  coldestC,
})
const reckon = (given: Partial<RefundCase>): Refund =>
  refundOf({
    requestedAt: at('2026-11-16T09:00'),
    reachedAt: at('2026-11-19T10:00'),
    late: true,
    areaM2: 89.35,
    measurements: [
      unit('2026-11-17T10:00', 15.5),
      unit('2026-11-18T10:00', 13.9),
      unit('2026-11-19T10:00', 18.2),
    ],
    rules: usual,
    timeZone: ZONE,
    ...given,
  })
const fenOf = (refund: Refund): number => {
  if (refund.status !== 'due') throw new Error(`the refund is ${refund.status}`)
  return refund.fen
}

t.test('a worked example, to the fen', (t) => {
  // 89.35 m² × 24.00 yuan ÷ 121 days = 17.7223… yuan a day; × (50 % + 50 % + 100 %) = 35.4446…
  const refund = reckon({})
  t.same(
    refund.days.map(({ date, measuredC, rate }) => [date, measuredC, rate]),
    [
      ['2026-11-16', 15.5, 0.5],
      ['2026-11-17', 15.5, 0.5],
      ['2026-11-18', 13.9, 1],
    ],
    'the request day counts, by the first measurement; the day it is reached does not',
  )
  t.equal(fenOf(refund), 3544)
  t.equal(
    refund.arithmetic.en,
    '89.35 m² × 24.00 yuan ÷ 121 days × (2 d × 50% (15.5 °C) + 1 d × 100% (13.9 °C)) = 35.44 yuan',
  )
  t.match(refund.arithmetic.zh, /89\.35 m² × 24\.00 元 ÷ 121 天/)
  t.end()
})

t.test('rounded once, half up', (t) => {
  const rules: HeatingRules = { ...usual, seasonPriceFenPerM2: { value: 100, source: 'a test' } }
  const half = reckon({ rules, areaM2: 1.21, reachedAt: at('2026-11-17T12:00') })
  t.equal(half.days[0]?.feeFen, 0.5)
  t.equal(fenOf(half), 1)
  t.end()
})

t.test('the bands at their edges', (t) => {
  const bands = 'value' in usual.bands ? usual.bands.value : []
  const shares = [18, 17.99, 16, 15.99, 14, 13.99].map((c) => percentOf(c, 18, bands))
  t.same(shares, [0, 20, 20, 50, 50, 100], 'up to 2 °C short, up to 4 °C, more')
  const older = rulesOf('weifang@1').bands
  const weifang = [17.9, 16.01, 16, 14, 13.99].map((c) =>
    percentOf(c, 18, 'value' in older ? older.value : []),
  )
  t.same(weifang, [undefined, undefined, 50, 50, 100])
  t.end()
})

t.test('what is not due', (t) => {
  t.match(reckon({ late: false }), { status: 'none', why: 'inTime' })
  t.match(reckon({ measurements: [unit('2026-11-17T10:00', 18)] }), {
    status: 'none',
    why: 'neverShort',
  })
  t.match(reckon({ reachedAt: at('2026-11-16T23:00') }), { status: 'none', why: 'noDay' })
  const summer = { requestedAt: at('2026-10-01T09:00'), reachedAt: at('2026-11-15T09:00') }
  t.match(reckon(summer), { status: 'none', why: 'noDay' }, 'before the season')
  t.equal(reckon({ ...summer, reachedAt: at('2026-11-17T09:00') }).days.length, 2)
  t.end()
})

t.test('a silent rule is silent, not zero', (t) => {
  t.match(reckon({ rules: rulesOf('jining@1') }), {
    status: 'silent',
    silent: ['season', 'seasonPriceFenPerM2'],
  })
  t.match(reckon({ rules: rulesOf('weifang@1') }), {
    status: 'silent',
    silent: ['seasonPriceFenPerM2'],
  })
  const mild = { measurements: [unit('2026-11-17T10:00', 17)], late: false }
  const weifang = reckon({ ...mild, rules: rulesOf('weifang@1') })
  t.match(weifang, {
    status: 'silent',
    silent: ['seasonPriceFenPerM2', 'refundOnlyIfLate', 'band'],
  })
  t.equal(weifang.days[0]?.rate, null)
  t.match(reckon({ rules: rulesOf('beijing@1') }), {
    status: 'silent',
    silent: ['season', 'bands'],
  })
  const { areaM2: _, ...known } = { areaM2: 1, requestedAt: at('2026-11-16T09:00') }
  const without = refundOf({
    ...known,
    reachedAt: at('2026-11-19T10:00'),
    late: true,
    measurements: [unit('2026-11-17T10:00', 15)],
    rules: usual,
    timeZone: ZONE,
  })
  t.match(without, { status: 'silent', silent: ['areaM2'] })
  t.notOk('fen' in without)
  t.match(without.arithmetic, { zh: /面积/, en: /area/ })
  t.end()
})

t.test('seasons run over the new year and count both ends', (t) => {
  const season = { from: '11-15', to: '03-15' }
  const days = (date: string) => seasonFrom(Temporal.PlainDate.from(date), season).days
  t.equal(days('2026-12-31'), 121)
  t.equal(days('2027-03-16'), 122, 'the next one holds 29 February 2028')
  const nth = (date: string) => dayOfSeason(Temporal.PlainDate.from(date), season)
  t.same(['2026-11-14', '2026-11-15', '2027-01-01'].map(nth), [undefined, 1, 48])
  t.equal(localDate(Date.parse('2026-11-15T16:30:00Z'), ZONE).toString(), '2026-11-16')
  t.same(seasonFrom(Temporal.PlainDate.from('2026-07-01'), { from: '06-01', to: '08-31' }).days, 92)
  t.end()
})

const HOUR_MS = 3_600_000
const cases = fc.record({
  areaM2: fc.integer({ min: 1, max: 50_000 }).map((hundredths) => hundredths / 100),
  repairHours: fc.integer({ min: 0, max: 24 * 90 }),
  temperatures: fc.array(
    fc.record({ hour: fc.integer({ min: 0, max: 24 * 90 }), c: fc.integer({ min: 0, max: 2500 }) }),
    { minLength: 1, maxLength: 6 },
  ),
})
type Case = typeof cases extends fc.Arbitrary<infer One> ? One : never

const reckonCase = ({ areaM2, repairHours, temperatures }: Case, colderBy = 0): Refund => {
  const requestedAt = at('2026-11-20T09:00')
  const measurements = temperatures.map(
    ({ hour, c }): Measurement => ({
      at: requestedAt + hour * HOUR_MS,
      by: 'unit',
      coldestC: (c - colderBy) / 100,
    }),
  )
  return reckon({
    requestedAt,
    reachedAt: requestedAt + repairHours * HOUR_MS,
    areaM2,
    measurements,
  })
}
const amount = (refund: Refund): number => (refund.status === 'due' ? refund.fen : 0)

t.test('properties of a refund', (t) => {
  fc.assert(
    fc.property(cases, fc.integer({ min: 0, max: 1000 }), (given, colderBy) => {
      const refund = reckonCase(given)
      const fen = amount(refund)
      const days = Math.ceil(given.repairHours / 24) + 1
      const fee = (given.areaM2 * 2400 * Math.min(days, 121)) / 121
      return (
        Number.isInteger(fen) &&
        fen >= 0 &&
        fen <= Math.floor(fee + 0.5 + 1e-6) &&
        amount(reckonCase(given, colderBy)) >= fen
      )
    }),
    { numRuns: 400 },
  )
  fc.assert(
    fc.property(cases, (given) => {
      const refund = reckonCase(given)
      const sum = refund.days.reduce((total, day) => total + (day.feeFen ?? 0), 0)
      return refund.status !== 'due' || Math.abs(refund.fen - sum) <= 0.5 + 1e-6
    }),
  )
  t.pass('never negative, never more than the fee, the colder the more, rounded once')
  t.end()
})

t.test('a policy without a source is refused', (t) => {
  const Shape = policySchema(ReferralRules)
  t.ok(Shape.safeParse(weifangPolicy).success)
  const broken = structuredClone(weifangPolicy)
  broken.rules.heating.season.source = ''
  t.notOk(Shape.safeParse(broken).success)
  t.end()
})
