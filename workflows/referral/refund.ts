// What a household that was too cold is paid back. Pure: dates, rules and measurements are given.
import { ruleValue } from '@linli/workflow'
import type { Measurement } from './measurement.ts'
import type { Band, HeatingRules } from './rules.ts'
import { localDate, type SeasonDates, seasonFrom } from './season.ts'

/** A day that counts: its measurement, the rate (a share; null: silent), and its own fee in fen. */
export type RefundDay = {
  date: string
  measuredC: number
  rate: number | null
  feeFen: number | null
}

/** The names of rules on which the policy is silent, and of facts that are missing. */
export type SilentRule =
  | 'areaM2'
  | 'season'
  | 'seasonPriceFenPerM2'
  | 'bands'
  | 'band'
  | 'refundOnlyIfLate'

/**
 * A refund. `due` has an amount in whole fen. `none` says why nothing is paid. `silent` names what
 * the rules do not say and has no amount: not zero, but unknown.
 */
export type Refund = { days: readonly RefundDay[]; arithmetic: { zh: string; en: string } } & (
  | { status: 'due'; fen: number }
  | { status: 'none'; why: 'neverShort' | 'inTime' | 'noDay' }
  | { status: 'silent'; silent: readonly SilentRule[] }
)

/** What a refund is reckoned from. Instants are epoch ms. `late`: the repair limit had run out. */
export type RefundCase = {
  requestedAt: number
  reachedAt: number
  late: boolean
  areaM2?: number
  measurements: readonly Measurement[]
  rules: HeatingRules
  timeZone: string
}

/**
 * Reckons the refund, after Jining's heating rules (domain.md §7) and the policy's figures:
 *
 *   refund = Σ over days (area × season price ÷ days of the season × rate of the day)
 *
 * from the day of the request (counts) to the day the standard is reached (does not), local dates
 * inside the season. A day is judged by the latest measurement made on or before it, and by the
 * first measurement where none was made yet. The season's days count both ends. Where the policy
 * pays only for late repairs, nothing is due when the standard was reached inside the limit.
 * Everything is whole numbers (hundredths of m², fen, per cent); the sum is rounded once, half up.
 */
export function refundOf(given: RefundCase): Refund {
  const { rules, measurements } = given
  const standard = rules.standardC.value
  if (!measurements.some(({ coldestC }) => coldestC < standard)) return nothing('neverShort')
  const onlyIfLate = ruleValue(rules.refundOnlyIfLate)
  if (onlyIfLate === true && !given.late) return nothing('inTime')
  const season = ruleValue(rules.season)
  const price = ruleValue(rules.seasonPriceFenPerM2)
  const bands = ruleValue(rules.bands)
  const dates = season && seasonFrom(localDate(given.requestedAt, given.timeZone), season)
  const found = daysOf(given, dates)
  if (found.length === 0) return nothing('noDay')
  const silent: SilentRule[] = []
  if (given.areaM2 === undefined) silent.push('areaM2')
  if (season === undefined) silent.push('season')
  if (price === undefined) silent.push('seasonPriceFenPerM2')
  if (bands === undefined) silent.push('bands')
  if (onlyIfLate === undefined && !given.late) silent.push('refundOnlyIfLate')
  const percents = found.map((day) => percentOf(day.measuredC, standard, bands))
  if (bands !== undefined && percents.includes(undefined)) silent.push('band')
  const fee = feeOf(given.areaM2, price, dates)
  const days = found.map((day, index) => withFee(day, percents[index], fee))
  if (silent.length > 0 || fee === undefined) {
    return { status: 'silent', silent, days, arithmetic: silentText(silent) }
  }
  const percent = percents.reduce<number>((sum, one) => sum + (one ?? 0), 0)
  const fen = dividedHalfUp(fee.dividend * BigInt(percent), fee.divisor)
  return { status: 'due', fen, days, arithmetic: dueText(fee, days, fen) }
}

/** The part of a day's fee for a temperature, in per cent; undefined where the rule is silent. */
export function percentOf(
  measuredC: number,
  standardC: number,
  bands: readonly Band[] | undefined,
): number | undefined {
  if (measuredC >= standardC) return 0
  return bands?.find((band) => holds(band, measuredC))?.percent
}

const holds = (band: Band, measuredC: number): boolean =>
  measuredC >= (band.fromC ?? Number.NEGATIVE_INFINITY) &&
  (measuredC < band.toC || (band.toIncluded === true && measuredC === band.toC))

type Day = Pick<RefundDay, 'date' | 'measuredC'>
const MOST_DAYS = 400

function daysOf(given: RefundCase, season: SeasonDates | undefined): Day[] {
  const { timeZone } = given
  const measured = given.measurements
    .map(({ at, coldestC }) => ({ date: localDate(at, timeZone).toString(), at, coldestC }))
    .sort((a, b) => a.at - b.at)
  const requested = localDate(given.requestedAt, timeZone)
  const reached = localDate(given.reachedAt, timeZone)
  const first = season === undefined ? requested : later(requested, season.from)
  const days: Day[] = []
  for (let n = 0; n < MOST_DAYS; n += 1) {
    const day = first.add({ days: n })
    if (Temporal.PlainDate.compare(day, reached) >= 0) break
    if (season !== undefined && Temporal.PlainDate.compare(day, season.to) > 0) break
    const date = day.toString()
    const latest = measured.findLast((one) => one.date <= date) ?? measured[0]
    if (latest !== undefined) days.push({ date, measuredC: latest.coldestC })
  }
  return days
}

const later = (a: Temporal.PlainDate, b: Temporal.PlainDate): Temporal.PlainDate =>
  Temporal.PlainDate.compare(a, b) >= 0 ? a : b

/** A day's full fee as a fraction: dividend ÷ divisor × per cent gives fen. */
type Fee = { dividend: bigint; divisor: bigint; areaM2: number; priceFen: number; days: number }

function feeOf(
  areaM2: number | undefined,
  priceFen: number | undefined,
  season: SeasonDates | undefined,
): Fee | undefined {
  if (areaM2 === undefined || priceFen === undefined || season === undefined) return undefined
  const { days } = season
  const dividend = BigInt(Math.round(areaM2 * 100)) * BigInt(priceFen)
  return { dividend, divisor: 100n * 100n * BigInt(days), areaM2, priceFen, days }
}

const dividedHalfUp = (dividend: bigint, divisor: bigint): number =>
  Number((2n * dividend + divisor) / (2n * divisor))

function withFee(day: Day, percent: number | undefined, fee: Fee | undefined): RefundDay {
  const rate = percent === undefined ? null : percent / 100
  const feeFen =
    percent === undefined || fee === undefined
      ? null
      : (Number(fee.dividend) * percent) / Number(fee.divisor)
  return { ...day, rate, feeFen }
}

function nothing(why: 'neverShort' | 'inTime' | 'noDay'): Refund {
  return { status: 'none', why, days: [], arithmetic: NOTHING[why] }
}

const NOTHING = {
  neverShort: {
    zh: '室温从未低于标准,不退费。',
    en: 'No measurement was below the standard: nothing is paid back.',
  },
  inTime: {
    zh: '在整改期限内达标,不退费。',
    en: 'The standard was reached inside the repair limit: nothing is paid back.',
  },
  noDay: {
    zh: '申请当日达标,或不在供热期内,没有应退天数。',
    en: 'Reached on the day of the request, or outside the season: no day counts.',
  },
}

const yuan = (fen: number): string => (fen / 100).toFixed(2)

function silentText(silent: readonly SilentRule[]): Refund['arithmetic'] {
  const names = silent.map((name) => SILENT[name])
  return {
    zh: `无法计算:${names.map(({ zh }) => zh).join('、')}。`,
    en: `Cannot be reckoned: ${names.map(({ en }) => en).join(', ')}.`,
  }
}

const SILENT: Readonly<Record<SilentRule, { zh: string; en: string }>> = {
  areaM2: { zh: '住宅面积未登记', en: 'the area of the household is not recorded' },
  season: { zh: '政策未载明供热期', en: 'the policy is silent on the season' },
  seasonPriceFenPerM2: { zh: '政策未载明供热价格', en: 'the policy is silent on the price' },
  bands: { zh: '政策未载明退费比例', en: 'the policy is silent on the rates' },
  band: { zh: '政策对所测温度未载明比例', en: 'the policy is silent on a temperature measured' },
  refundOnlyIfLate: {
    zh: '政策未载明限期内达标是否退费',
    en: 'the policy is silent on repairs inside the limit',
  },
}

function dueText(fee: Fee, days: readonly RefundDay[], fen: number): Refund['arithmetic'] {
  const runs: { rate: number; measuredC: number; days: number }[] = []
  for (const { rate, measuredC } of days) {
    const last = runs.at(-1)
    if (last?.measuredC === measuredC) last.days += 1
    else runs.push({ rate: rate ?? 0, measuredC, days: 1 })
  }
  const daily = `${fee.areaM2} m² × ${yuan(fee.priceFen)}`
  const sum = (day: string) =>
    runs
      .map(({ rate, measuredC, days: n }) => {
        return `${n} ${day} × ${Math.round(rate * 100)}% (${measuredC} °C)`
      })
      .join(' + ')
  return {
    zh: `${daily} 元 ÷ ${fee.days} 天 ×(${sum('天')})= ${yuan(fen)} 元`,
    en: `${daily} yuan ÷ ${fee.days} days × (${sum('d')}) = ${yuan(fen)} yuan`,
  }
}
