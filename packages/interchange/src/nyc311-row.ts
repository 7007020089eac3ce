// One row of a New York City 311 export, read and judged: taken, taken with a warning, or refused
// with its reasons. Nothing is invented: what the source does not say stays absent.
// Dates are local times of America/New_York without a zone ("02/28/2023 11:45:00 PM").
import { z } from 'zod'
import { repairText } from './text-repair.ts'

/** The columns that are read; others are passed over. */
export const Nyc311Columns = z.object({
  'Unique Key': z.string().regex(/^\d{1,20}$/, 'is no number'),
  'Created Date': z.string(),
  'Closed Date': z.string(),
  Agency: z.string().min(1, 'is empty').max(40),
  'Agency Name': z.string().max(120),
  'Complaint Type': z.string().min(1, 'is empty').max(120),
  Descriptor: z.string().max(200),
  'Location Type': z.string().max(120),
  'Incident Zip': z.string().max(12),
  'Incident Address': z.string().max(160),
  Status: z.string().min(1, 'is empty').max(40),
  'Resolution Description': z.string().max(4000, 'is longer than 4,000 characters'),
  'Resolution Action Updated Date': z.string(),
  Borough: z.string().max(40),
  'Open Data Channel Type': z.string().max(40),
})
type Nyc311Columns = z.infer<typeof Nyc311Columns>

/** Why a row was warned about. */
export type Nyc311Warning = 'closed-date-though-open' | 'resolution-before-created'

/** A row that was taken. Times are epoch milliseconds. */
export type Nyc311Case = {
  row: number
  key: string
  createdAt: number
  closedAt?: number
  complaint: string
  descriptor: string
  locationType: string
  category: string
  channel: string
  agency: { code: string; name: string }
  address: string
  zip: string
  borough: string
  resolution?: { text: string; raw?: string; at: number; meaning?: string }
  warnings: Nyc311Warning[]
}

/** A row that was refused. */
export type Nyc311Refusal = { row: number; key: string; reasons: string[] }

/** Reads one record. `meanings` tells what a resolution text means, where it is known. */
export function readNyc311Row(
  row: number,
  record: Readonly<Record<string, string>>,
  meanings: ReadonlyMap<string, string>,
): Nyc311Case | Nyc311Refusal {
  const key = (record['Unique Key'] ?? '').slice(0, 80)
  const parsed = Nyc311Columns.safeParse(record)
  if (!parsed.success) {
    const reasons = parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`)
    return { row, key, reasons }
  }
  const columns = parsed.data
  const times = readTimes(columns)
  if (times.reasons.length > 0) return { row, key, reasons: times.reasons }
  return taken(row, columns, { ...times, meanings })
}

type Times = {
  createdAt: number
  closedAt: number | undefined
  updatedAt: number | undefined
  reasons: string[]
}

function readTimes(columns: Nyc311Columns): Times {
  const reasons: string[] = []
  const read = (name: 'Created Date' | 'Closed Date' | 'Resolution Action Updated Date') => {
    if (columns[name] === '') return undefined
    const at = newYorkTime(columns[name])
    if (at === undefined) reasons.push(`${name}: "${columns[name]}" is no date`)
    return at
  }
  const createdAt = read('Created Date')
  const closedAt = read('Closed Date')
  const updatedAt = read('Resolution Action Updated Date')
  if (createdAt === undefined && reasons.length === 0) reasons.push('Created Date: is empty')
  const created = createdAt ?? 0
  if (closedAt !== undefined && reasons.length === 0 && closedAt < created) {
    reasons.push('Closed Date: before Created Date')
  }
  if (columns.Status === 'Closed' && closedAt === undefined && reasons.length === 0) {
    reasons.push('Closed Date: is empty though the status is Closed')
  }
  return { createdAt: created, closedAt, updatedAt, reasons }
}

function taken(
  row: number,
  columns: Nyc311Columns,
  known: Times & { meanings: ReadonlyMap<string, string> },
): Nyc311Case {
  const { createdAt, updatedAt } = known
  const isClosed = columns.Status === 'Closed'
  const warnings: Nyc311Warning[] = []
  if (!isClosed && known.closedAt !== undefined) warnings.push('closed-date-though-open')
  if (updatedAt !== undefined && updatedAt < createdAt) warnings.push('resolution-before-created')
  const closedAt = isClosed ? known.closedAt : undefined
  const descriptor = repaired(columns.Descriptor).text
  return {
    row,
    key: columns['Unique Key'],
    createdAt,
    ...(closedAt === undefined ? {} : { closedAt }),
    complaint: columns['Complaint Type'],
    descriptor,
    locationType: columns['Location Type'],
    category: `nyc311.${slug(columns['Complaint Type'])}.${slug(columns.Descriptor)}`,
    channel: columns['Open Data Channel Type'].toLowerCase() || 'unknown',
    agency: { code: columns.Agency, name: columns['Agency Name'] || columns.Agency },
    address: columns['Incident Address'].trim(),
    zip: columns['Incident Zip'].trim(),
    borough: columns.Borough.trim(),
    ...resolutionOf(columns, { ...known, closedAt }),
    warnings,
  }
}

/** The answer came when the source says, but not before the complaint nor after its end. */
function resolutionOf(
  columns: Nyc311Columns,
  known: Times & { meanings: ReadonlyMap<string, string> },
): { resolution?: NonNullable<Nyc311Case['resolution']> } {
  const given = columns['Resolution Description'].trim()
  if (given === '') return {}
  const { createdAt, closedAt, updatedAt, meanings } = known
  const said = updatedAt !== undefined && updatedAt >= createdAt ? updatedAt : undefined
  const at = Math.min(said ?? closedAt ?? createdAt, closedAt ?? Number.POSITIVE_INFINITY)
  const { text, raw } = repaired(given)
  const meaning = meanings.get(text) ?? meanings.get(given)
  return {
    resolution: {
      text,
      at,
      ...(raw === undefined ? {} : { raw }),
      ...(meaning === undefined ? {} : { meaning }),
    },
  }
}

function repaired(text: string): { text: string; raw?: string } {
  const better = repairText(text)
  return better === undefined ? { text } : { text: better, raw: text }
}

const DATE = /^(\d{2})\/(\d{2})\/(\d{4}) (\d{2}):(\d{2}):(\d{2}) (AM|PM)$/

/** A local time of New York as epoch milliseconds; in a repeated hour the earlier one. */
export function newYorkTime(text: string): number | undefined {
  const found = DATE.exec(text)
  if (found === null) return undefined
  const part = (index: number) => Number(found[index])
  if (part(4) < 1 || part(4) > 12) return undefined
  const hour = (part(4) % 12) + (found[7] === 'PM' ? 12 : 0)
  try {
    const plain = Temporal.PlainDateTime.from(
      {
        year: part(3),
        month: part(1),
        day: part(2),
        hour,
        minute: part(5),
        second: part(6),
      },
      { overflow: 'reject' },
    )
    return plain.toZonedDateTime('America/New_York').epochMilliseconds
  } catch (error) {
    if (error instanceof RangeError || error instanceof TypeError) return undefined
    throw error
  }
}

function slug(text: string): string {
  const name = text.toLowerCase().replace(/[^a-z0-9]+/g, '-')
  return name.replace(/^-|-$/g, '').slice(0, 50) || 'none'
}
