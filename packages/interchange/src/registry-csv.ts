// The CSV files of a registry, read as they stream by: one line is one row, so that a damaged one
// spoils no other. UTF-8, or GB18030 as office programs in China write it. Pure: reads and judges.
import { parse } from 'csv-parse/sync'

/** What makes a file unreadable as a whole. */
export class RegistryFault extends Error {
  override readonly name = 'RegistryFault'
  readonly code: 'columns-missing' | 'not-csv' | 'too-large'

  constructor(code: RegistryFault['code'], message: string) {
    super(message)
    this.code = code
  }
}

/** A column: the words a heading may have for it, in any spelling of case and width. */
export type Column = { names: readonly string[]; required?: true }

/** A row as it stands in the file, from 1, the heading not counted; `reasons`: it is damaged. */
export type CsvRow<Name extends string> = { row: number } & (
  | { cells: Partial<Record<Name, string>>; reasons?: undefined }
  | { cells?: undefined; reasons: string[] }
)

/** The columns of the heading that nobody knows, and the rows. */
export type CsvFile<Name extends string> = {
  ignored: string[]
  rows: AsyncGenerator<CsvRow<Name>>
}

const ROWS_MAX = 1_000_000
const LINE_CHARS_MAX = 20_000
const HEAD_BYTES = 65_536

/**
 * Opens a file by its heading.
 * @throws RegistryFault naming the columns that are missing, or when there is no heading.
 */
export async function readRegistryCsv<Name extends string>(
  source: AsyncIterable<Uint8Array>,
  columns: Readonly<Record<Name, Column>>,
): Promise<CsvFile<Name>> {
  const lines = linesOf(source)
  const first = await lines.next()
  if (first.done === true) throw new RegistryFault('not-csv', 'The file is empty.')
  const heading = first.value.replace(/^\uFEFF/, '')
  const delimiter = delimiterOf(heading)
  const names = cellsOf(heading, delimiter)
  if (names === undefined) throw new RegistryFault('not-csv', 'The heading cannot be read.')
  const known = names.map((name) => columnNamed(columns, name))
  assertColumns(columns, known, names)
  const ignored = names.filter((name, index) => name !== '' && known[index] === undefined)
  return { ignored, rows: rowsOf(lines, known, delimiter) }
}

async function* rowsOf<Name extends string>(
  lines: AsyncGenerator<string>,
  columns: readonly (Name | undefined)[],
  delimiter: string,
): AsyncGenerator<CsvRow<Name>> {
  let row = 0
  for await (const line of lines) {
    row += 1
    if (row > ROWS_MAX) throw new RegistryFault('too-large', `More than ${ROWS_MAX} rows.`)
    if (line.trim() !== '') yield { row, ...readLine(line, columns, delimiter) }
  }
}

function readLine<Name extends string>(
  line: string,
  columns: readonly (Name | undefined)[],
  delimiter: string,
): { cells: Partial<Record<Name, string>> } | { reasons: string[] } {
  if (line.length > LINE_CHARS_MAX) return { reasons: [`longer than ${LINE_CHARS_MAX} characters`] }
  if (line.includes('\uFFFD') || line.includes('\0')) {
    return { reasons: ['characters that cannot be read'] }
  }
  const values = cellsOf(line, delimiter)
  if (values === undefined) return { reasons: ['a quote is not closed, or stands inside a cell'] }
  if (values.slice(columns.length).some((value) => value !== '')) {
    return { reasons: [`${values.length} cells, where the heading has ${columns.length}`] }
  }
  const cells: Partial<Record<Name, string>> = {}
  for (const [index, name] of columns.entries()) {
    const value = values[index]
    if (name !== undefined && value !== undefined && value !== '') cells[name] = value
  }
  return { cells }
}

/** The cells of one line; undefined when its quotes do not fit. */
function cellsOf(line: string, delimiter: string): string[] | undefined {
  if (!line.includes('"')) return line.split(delimiter).map((cell) => cell.trim())
  try {
    const [cells] = parse(line, { delimiter, trim: true, relax_column_count: true })
    return cells
  } catch {
    return undefined
  }
}

const delimiterOf = (heading: string): string =>
  [',', '\t', ';', '，'].find((mark) => heading.includes(mark)) ?? ','

const plain = (name: string): string =>
  name
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[\s_()-]/g, '')
    .replace(/(m2|平方米|平米)$/, '')

function columnNamed<Name extends string>(
  columns: Readonly<Record<Name, Column>>,
  heading: string,
): Name | undefined {
  for (const name in columns) {
    if ([name, ...columns[name].names].some((one) => plain(one) === plain(heading))) return name
  }
  return undefined
}

function assertColumns<Name extends string>(
  columns: Readonly<Record<Name, Column>>,
  known: readonly (Name | undefined)[],
  heading: readonly string[],
): void {
  const missing: string[] = []
  for (const name in columns) {
    const { required, names } = columns[name]
    if (required === true && !known.includes(name)) missing.push([name, ...names].join(' / '))
  }
  const twice = known.find((name, index) => name !== undefined && known.indexOf(name) !== index)
  if (twice !== undefined) throw new RegistryFault('not-csv', `The column ${twice} stands twice.`)
  if (missing.length === 0) return
  const has = heading.map((name) => name.slice(0, 40)).join(', ')
  const what = missing.length === 1 ? 'the column' : 'the columns'
  const message = `The file lacks ${what} ${missing.join('; ')}. Its heading is: ${has}.`
  throw new RegistryFault('columns-missing', message)
}

async function* linesOf(source: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  let rest = ''
  for await (const text of decoded(source)) {
    const lines = (rest + text).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) yield line.endsWith('\r') ? line.slice(0, -1) : line
    if (rest.length > LINE_CHARS_MAX * 10) {
      throw new RegistryFault('not-csv', 'The file has no lines.')
    }
  }
  if (rest !== '') yield rest
}

/** UTF-8 when the beginning is; what then is none shows as U+FFFD, and its row is refused. */
async function* decoded(source: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  let decoder: TextDecoder | undefined
  for await (const chunk of source) {
    decoder ??= new TextDecoder(isUtf8(chunk.subarray(0, HEAD_BYTES)) ? 'utf-8' : 'gb18030')
    yield decoder.decode(chunk, { stream: true })
  }
  if (decoder !== undefined) yield decoder.decode()
}

function isUtf8(bytes: Uint8Array): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: true })
    return true
  } catch {
    return false
  }
}
