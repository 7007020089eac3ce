// A row of the bench: a figure, the baseline measured beside it in the same run, and what the
// project asks of it.

/** A figure as it was measured. `counts` shows that nothing was lost on the way. */
export type Measured = {
  name: string
  unit: string
  figure: number
  /** What the figure is compared with, measured in this very run. */
  baseline: { name: string; figure: number }
  /** Fewer is better: times and memory. */
  lower?: true
  atLeast?: number
  aim?: number
  counts?: Readonly<Record<string, number>>
}

/** A row as it is printed and written. `ok` is absent where nothing is asked at this size. */
export type Row = Measured & { ratio: number; ok?: boolean }

/** Compares a figure with its baseline and with what is asked of it. */
export function rowOf(measured: Measured): Row {
  const { figure, baseline, atLeast, lower } = measured
  const ratio = Math.round((100 * figure) / baseline.figure) / 100
  if (atLeast === undefined) return { ...measured, ratio }
  const ok = lower === true ? figure <= atLeast : figure >= atLeast
  return { ...measured, ratio, ok }
}

/** The rows as a table of text. */
export function tableOf(rows: readonly Row[]): string {
  const lines = [HEAD, ...rows.map(cells)]
  const widths = HEAD.map((_, column) =>
    Math.max(...lines.map((line) => widthOf(line[column] ?? ''))),
  )
  return lines
    .map((line) => line.map((cell, column) => padded(cell, widths[column] ?? 0)).join('  '))
    .map((line) => line.trimEnd())
    .join('\n')
}

/** The value below which `share` of the sorted values lie, nearest rank; 0 for none. */
export function quantile(sorted: ArrayLike<number>, share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] ?? 0
}

const HEAD = ['what', 'figure', 'unit', 'baseline', 'ratio', 'at least', 'aim', 'ok']

function cells(row: Row): string[] {
  const { name, figure, unit, baseline, ratio, atLeast, aim, ok, lower } = row
  const sign = lower === true ? '≤ ' : '≥ '
  return [
    name,
    rounded(figure),
    unit,
    `${rounded(baseline.figure)} ${baseline.name}`,
    `${ratio} ×`,
    atLeast === undefined ? '' : sign + rounded(atLeast),
    aim === undefined ? '' : sign + rounded(aim),
    ok === undefined ? '' : ok ? 'yes' : 'NO',
  ]
}

const rounded = (figure: number): string =>
  figure >= 100 ? Math.round(figure).toLocaleString('en') : String(Math.round(figure * 100) / 100)

const widthOf = (text: string): number => [...text].length
const padded = (text: string, width: number): string => text + ' '.repeat(width - widthOf(text))
