// A ledger as a page to print: A4 across, headings on each sheet, room for who made and checked it.
import type { Language } from './language.ts'
import type { Cell, Ledger } from './ledger.ts'

type Shown = Ledger & {
  into: Language
  zone: string
  /** The moment that the ledger shows, as an instant. */
  at: string
  cells: (cell: Cell) => string | number
}

const WORDS = {
  zh: { as: '截至', count: '共', of: '件', by: '制表', checked: '审核', date: '日期', no: '序号' },
  en: {
    as: 'as of',
    count: '',
    of: 'cases',
    by: 'Made by',
    checked: 'Checked',
    date: 'Date',
    no: 'No.',
  },
} as const

const STYLE = `
@page { size: A4 landscape; margin: 12mm }
body { font: 12px/1.5 system-ui, "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif;
  color: #1a1a1a; margin: 24px }
h1 { font-size: 20px; margin: 0 }
p { margin: 4px 0 12px; color: #555; font-variant-numeric: tabular-nums }
table { border-collapse: collapse; width: 100% }
thead { display: table-header-group }
tr { break-inside: avoid }
th, td { border: 1px solid #bbb; padding: 4px 6px; text-align: left; vertical-align: top;
  overflow-wrap: anywhere; font-variant-numeric: tabular-nums }
th { background: #f2f4f4; white-space: nowrap }
td.whole { white-space: nowrap; overflow-wrap: normal }
footer { display: flex; gap: 64px; margin-top: 24px }
footer span { border-bottom: 1px solid #888; min-width: 120px; display: inline-block }
@media print { body { margin: 0 } }`

/** The page, whole; it asks for nothing else. */
export function ledgerPage({ title, columns, rows, into, zone, at, cells }: Shown): string {
  const words = WORDS[into]
  const moment = Temporal.Instant.from(at)
    .toZonedDateTimeISO(zone)
    .toPlainDateTime()
    .toString({ smallestUnit: 'minute' })
    .replace('T', ' ')
  const heads = [words.no, ...columns.map(({ heading }) => heading)]
  const body = rows.map(
    (row, index) => `<tr>${[index + 1, ...row.map(cells)].map(cellOf).join('')}</tr>`,
  )
  const signs = [words.by, words.checked, words.date].map(
    (word) => `<div>${word}: <span></span></div>`,
  )
  return `<!doctype html>
<html lang="${into === 'zh' ? 'zh-CN' : 'en'}"><meta charset="utf-8">
<meta name="viewport" content="width=device-width"><title>${escaped(title)}</title>
<style>${STYLE}</style>
<h1>${escaped(title)}</h1>
<p>${words.as} ${moment} · ${words.count} ${rows.length} ${words.of}</p>
<table><thead><tr>${heads.map((head) => `<th>${escaped(head)}</th>`).join('')}</tr></thead>
<tbody>${body.join('\n')}</tbody></table>
<footer>${signs.join('')}</footer>
</html>
`
}

/** A number or a time is never broken over two lines. */
const cellOf = (cell: string | number): string =>
  `<td${WHOLE.test(String(cell)) ? ' class="whole"' : ''}>${escaped(cell)}</td>`

const WHOLE = /^[\d\-: .]+$/

const escaped = (text: string | number): string =>
  String(text).replace(/[&<>"']/g, (one) => `&#${one.charCodeAt(0)};`)
