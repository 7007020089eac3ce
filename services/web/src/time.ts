// Times as people say them: how long is left and when. Pure: the present is an argument.
import type { TFunction } from 'i18next'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/** A length of time in its two largest units: 「4 小时 20 分」, `2 d 3 h`. Negative counts as 0. */
export function length(ms: number, t: TFunction): string {
  const whole = Math.max(0, ms)
  const [days, hours] = [Math.floor(whole / DAY), Math.floor((whole % DAY) / HOUR)]
  const minutes = Math.floor((whole % HOUR) / MINUTE)
  if (days >= 10) return t('time.days', { count: days })
  if (days > 0)
    return joined([t('time.days', { count: days }), hours > 0 && t('time.hours', { count: hours })])
  if (hours > 0) {
    return joined([
      t('time.hours', { count: hours }),
      minutes > 0 && t('time.minutes', { count: minutes }),
    ])
  }
  return t('time.minutes', { count: minutes })
}

/** What is left until an instant, or by how much it is past. */
export function left(dueAt: string, now: number, t: TFunction): string {
  const ms = Date.parse(dueAt) - now
  return ms >= 0
    ? t('time.left', { length: length(ms, t) })
    : t('time.over', { length: length(-ms, t) })
}

/** When: 「今天 17:20」, 「11月24日 09:00」, with the year where it is another. */
export function when(iso: string, now: number, t: TFunction): string {
  const date = new Date(iso)
  if (Number.isNaN(date.getTime())) return iso
  const days = Math.round((midnight(date) - midnight(new Date(now))) / DAY)
  const time = clock(date)
  const near = ({ 0: 'time.today', 1: 'time.tomorrow', '-1': 'time.yesterday' } as const)[
    String(days) as '0' | '1' | '-1'
  ]
  if (near !== undefined) return `${t(near)} ${time}`
  return `${day(iso, now)} ${time}`
}

/** The day alone, with the year where it is not the present one. */
export function day(iso: string, now: number): string {
  const date = new Date(iso)
  const sameYear = date.getFullYear() === new Date(now).getFullYear()
  return date.toLocaleDateString(document.documentElement.lang, {
    ...(sameYear ? {} : { year: 'numeric' }),
    month: document.documentElement.lang === 'en' ? 'short' : 'long',
    day: 'numeric',
  })
}

/** The whole instant with seconds, for hover and print. */
export function exact(iso: string): string {
  const date = new Date(iso)
  const two = (value: number) => String(value).padStart(2, '0')
  const ymd = [date.getFullYear(), two(date.getMonth() + 1), two(date.getDate())].join('-')
  return `${ymd} ${clock(date)}:${two(date.getSeconds())}`
}

/** Hours as figures: `26.2`. */
export const hours = (value: number | null | undefined): string =>
  value === null || value === undefined ? '–' : value.toFixed(1)

const clock = (date: Date): string =>
  `${String(date.getHours()).padStart(2, '0')}:${String(date.getMinutes()).padStart(2, '0')}`

const midnight = (date: Date): number =>
  new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime()

const joined = (parts: (string | false)[]): string =>
  parts.filter((part) => part !== false).join(' ')
