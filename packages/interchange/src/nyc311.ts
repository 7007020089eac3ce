// A New York City 311 export as a history: which rows are taken, which duplicates belong to which
// original, and every step at its own time. Pure; giving the commands is the caller's.
import { parse } from 'csv-parse/sync'
import { type Nyc311Case, Nyc311Columns, type Nyc311Refusal, readNyc311Row } from './nyc311-row.ts'

/** A step of a case, at its own time (epoch ms). */
export type Nyc311Step = {
  at: number
  kind: 'adopt' | 'answer' | 'archive' | 'merge'
  of: Nyc311Case
  /** For `merge`: the key of the original in this file; absent: an original outside. */
  original?: string
}

/** A file as it was understood. Steps are in order of time. */
export type Nyc311File = {
  cases: Nyc311Case[]
  refused: Nyc311Refusal[]
  steps: Nyc311Step[]
}

/** What makes a file unreadable as a whole. */
export class Nyc311Fault extends Error {
  override readonly name = 'Nyc311Fault'
  readonly code: 'not-csv' | 'columns-missing' | 'too-large'

  constructor(code: Nyc311Fault['code'], message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause })
    this.code = code
  }
}

/** The most rows of one file. */
const ROWS = 1_000_000
const HEAT = 'HEAT/HOT WATER'
const DUPLICATE = 'duplicate'

/**
 * Reads a whole export. Rows that cannot be taken are refused one by one, with row number (from 1,
 * the heading not counted) and reasons.
 * @throws Nyc311Fault when it is no CSV, lacks columns, or has more than a million rows.
 */
export function readNyc311(csv: string, meanings: ReadonlyMap<string, string>): Nyc311File {
  const cases: Nyc311Case[] = []
  const refused: Nyc311Refusal[] = []
  const seen = new Set<string>()
  for (const [index, record] of records(csv).entries()) {
    const read = readNyc311Row(index + 1, record, meanings)
    if ('reasons' in read) refused.push(read)
    else if (seen.has(read.key)) {
      refused.push({ row: read.row, key: read.key, reasons: ['Unique Key: stands twice'] })
    } else {
      seen.add(read.key)
      cases.push(read)
    }
  }
  return { cases, refused, steps: stepsOf(cases) }
}

/** What resolution texts mean, from a file of `res_desc_recode,resolution_description`. */
export function readMeanings(csv: string): Map<string, string> {
  const rows = parse(csv, { columns: true, bom: true, skip_empty_lines: true }) as Record<
    string,
    string
  >[]
  return new Map(
    rows.map((row) => [row.resolution_description?.trim() ?? '', row.res_desc_recode ?? '']),
  )
}

function records(csv: string): Record<string, string>[] {
  let found: Record<string, string>[]
  try {
    found = parse(csv, {
      columns: true,
      bom: true,
      skip_empty_lines: true,
      relax_column_count: true,
      to: ROWS + 1,
    }) as Record<string, string>[]
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : 'it cannot be parsed'
    throw new Nyc311Fault('not-csv', `The file is no CSV: ${why}`, cause)
  }
  if (found.length > ROWS) throw new Nyc311Fault('too-large', `More than ${ROWS} rows.`)
  const [first] = found
  const wanted = Object.keys(Nyc311Columns.shape)
  const missing = wanted.filter((name) => first !== undefined && !(name in first))
  if (first === undefined || missing.length === wanted.length) {
    throw new Nyc311Fault('columns-missing', 'The file has no row with the columns of NYC 311.')
  }
  return found
}

/**
 * The steps of all cases by time. A heat complaint closed as a duplicate is merged into the
 * earliest earlier heat complaint of the same address and ZIP that is no duplicate itself.
 */
function stepsOf(cases: readonly Nyc311Case[]): Nyc311Step[] {
  const originals = new Map<string, Nyc311Case[]>()
  for (const one of cases) {
    if (one.complaint !== HEAT || isDuplicate(one)) continue
    originals.getOrInsertComputed(placeOf(one), () => []).push(one)
  }
  const steps = cases.flatMap((of): Nyc311Step[] => {
    const found: Nyc311Step[] = [{ at: of.createdAt, kind: 'adopt', of }]
    if (of.resolution !== undefined) found.push({ at: of.resolution.at, kind: 'answer', of })
    if (of.closedAt === undefined) return found
    if (!isDuplicate(of)) return [...found, { at: of.closedAt, kind: 'archive', of }]
    const original = earliestBefore(originals.get(placeOf(of)) ?? [], of)
    const merge = { at: of.closedAt, kind: 'merge', of } as const
    return [...found, original === undefined ? merge : { ...merge, original: original.key }]
  })
  return steps.sort((a, b) => a.at - b.at || ORDER[a.kind] - ORDER[b.kind] || a.of.row - b.of.row)
}

// What is closed in one go with its original is merged while that one still stands.
const ORDER = { adopt: 0, answer: 1, merge: 2, archive: 3 } as const

const isDuplicate = (one: Nyc311Case): boolean =>
  one.complaint === HEAT && one.resolution?.meaning === DUPLICATE

const placeOf = (one: Nyc311Case): string => `${one.address}|${one.zip}`

function earliestBefore(
  candidates: readonly Nyc311Case[],
  than: Nyc311Case,
): Nyc311Case | undefined {
  let first: Nyc311Case | undefined
  for (const one of candidates) {
    if (one.createdAt >= than.createdAt) continue
    if (first === undefined || one.createdAt < first.createdAt) first = one
  }
  return first
}
