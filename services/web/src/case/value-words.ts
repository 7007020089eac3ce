// A value of a command or a case in words: choices by their text, times as times, ids left out.
import { isInstanceId } from '../identifier.ts'
import { exact } from '../time.ts'

const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d/
/** Milliseconds since 1970, between 2001 and 2096: no count or area is as large. */
const isInstant = (value: number): boolean => value > 1e12 && value < 4e12

/** Undefined for what has no words of its own: ids, structures, sealed or empty values. */
export function valueWords(
  field: string,
  value: unknown,
  texts: Record<string, string>,
): string | undefined {
  if (value === null || value === undefined || value === '') return undefined
  if (typeof value === 'boolean') return value ? '✓' : '✗'
  if (typeof value === 'number') {
    return isInstant(value) ? exact(new Date(value).toISOString()).slice(0, 16) : String(value)
  }
  if (typeof value === 'string') {
    if (isInstanceId(value)) return undefined
    if (INSTANT.test(value)) return exact(value).slice(0, 16)
    return texts[`option.${field}.${value}`] ?? value
  }
  if (Array.isArray(value)) {
    const words = value.flatMap((item) => valueWords(field, item, texts) ?? [])
    return words.length === 0 ? undefined : words.join(', ')
  }
  return undefined
}
