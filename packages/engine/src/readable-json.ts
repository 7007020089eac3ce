// JSON that PostgreSQL reads: without NUL, and without half of a pair of surrogates. Pure.

/** Either of the two, as `JSON.stringify` writes them. */
const UNREADABLE = /(?<!\\)((?:\\\\)*)\\u(?:0000|d[89a-f]..)/g

/** The JSON of a value, with � for what cannot be read. */
export function readableJson(value: unknown): string {
  const text = JSON.stringify(value)
  return text.includes('\\u') ? text.replaceAll(UNREADABLE, '$1\ufffd') : text
}

/** Whether all of a value can be read, and so can be equal to something that is stored. */
export const isReadable = (value: unknown): boolean => readableJson(value) === JSON.stringify(value)
