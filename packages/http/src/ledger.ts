// A ledger (台账): the cases of a filter as the table that offices file. Which columns there are,
// and what stands in them, in the reader's language. Knows no format.
import type { InstanceRow, Workflow } from '@linli/engine'
import { categoryName } from './case-view.ts'
import { type Language, roleText, stateText, textOf } from './language.ts'
import { nameOf } from './names.ts'
import type { HttpPorts } from './ports.ts'

/** A value of a ledger; instants are epoch milliseconds in `at`. */
export type Cell = string | number | boolean | { at: number } | undefined

/** A column: its heading, and how wide it is (characters). */
export type Column = { name: string; heading: string; width: number }

/** A ledger, its rows in order. */
export type Ledger = { title: string; columns: readonly Column[]; rows: readonly Cell[][] }

type Scene = { ports: HttpPorts; workflow: Workflow; into: Language }
type Kind = {
  zh: string
  en: string
  width: number
  cell: (row: InstanceRow, scene: Scene) => Cell | Promise<Cell>
}

/** The columns that every workflow can fill, in the order of the form. */
const KINDS: Readonly<Record<string, Kind>> = {
  number: { zh: '编号', en: 'Number', width: 16, cell: ({ number }) => number },
  title: { zh: '名称', en: 'Title', width: 24, cell: ({ title }) => title },
  startedAt: { zh: '受理时间', en: 'Begun', width: 17, cell: (row) => ({ at: row.startedAt }) },
  channel: {
    zh: '来源',
    en: 'Channel',
    width: 12,
    cell: ({ channel }, { workflow, into }) =>
      channel && textOf(workflow, into, `channel.${channel}`, `option.channel.${channel}`),
  },
  category: {
    zh: '类别',
    en: 'Category',
    width: 22,
    cell: ({ category }, { ports, into }) =>
      category && categoryName(ports.categories, category, into),
  },
  place: {
    zh: '地点',
    en: 'Place',
    width: 32,
    cell: async ({ place }, { ports }) =>
      (await Promise.all(place.map((id) => nameOf(ports.engine, id)))).join(' '),
  },
  state: {
    zh: '状态',
    en: 'State',
    width: 14,
    cell: ({ state }, { workflow, into }) => stateText(workflow, into, state),
  },
  responsible: {
    zh: '责任方',
    en: 'In charge',
    width: 14,
    cell: ({ responsible }, { into }) => responsible && roleText(into, responsible),
  },
  leadUnit: {
    zh: '主办单位',
    en: 'Lead unit',
    width: 22,
    cell: ({ leadUnit }, { ports }) => leadUnit && nameOf(ports.engine, leadUnit),
  },
  dueAt: {
    zh: '当前时限',
    en: 'Due',
    width: 17,
    cell: ({ dueAt }) => (dueAt === undefined ? undefined : { at: dueAt }),
  },
  card: {
    zh: '黄红牌',
    en: 'Card',
    width: 8,
    cell: ({ card }, { into }) => CARDS[card][into],
  },
  closedAt: {
    zh: '办结时间',
    en: 'Closed',
    width: 17,
    cell: ({ closedAt }) => (closedAt === undefined ? undefined : { at: closedAt }),
  },
}

const CARDS = {
  none: { zh: '', en: '' },
  yellow: { zh: '黄牌', en: 'yellow' },
  red: { zh: '红牌', en: 'red' },
} as const

/** The ledger of these rows; a column in which nothing stands is left out. */
export async function ledgerOf(scene: Scene, rows: readonly InstanceRow[]): Promise<Ledger> {
  const { workflow, into } = scene
  const extras = Object.keys(workflow.texts[into])
    .filter((key) => key.startsWith(EXTRA))
    .map((key) => key.slice(EXTRA.length))
  const columns = [
    ...Object.entries(KINDS).map(([name, { width, ...kind }]) => ({
      ...{ name, width, heading: kind[into] },
      cell: kind.cell,
    })),
    ...extras.map((name) => ({
      ...{ name, width: 14, heading: textOf(workflow, into, EXTRA + name) },
      cell: (row: InstanceRow) => extraOf(row.extra?.[name], name, scene),
    })),
  ]
  const cells = await Promise.all(
    rows.map((row) => Promise.all(columns.map(({ cell }) => cell(row, scene)))),
  )
  const filled = columns.map((_, at) => rows.length === 0 || cells.some((row) => isFilled(row[at])))
  const isShown = (_: unknown, at: number) => filled[at] === true
  return {
    title: LEDGER_OF[into](textOf(workflow, into, 'workflows')),
    columns: columns.filter(isShown).map(({ name, heading, width }) => ({ name, heading, width })),
    rows: cells.map((row) => row.filter(isShown)),
  }
}

/** A workflow's own columns are the values of its `extra` that it has a text for. */
const EXTRA = 'extra.'

const isFilled = (cell: Cell): boolean => cell !== undefined && cell !== ''

function extraOf(value: unknown, name: string, { workflow, into }: Scene): Cell {
  switch (typeof value) {
    // What is not so, and what there is none of, stays blank: the eye meets the exceptions.
    case 'boolean':
      return value ? YES[into] : undefined
    case 'number':
      return value === 0 ? undefined : value
    case 'string':
      return workflow.texts[into][`option.${name}.${value}`] ?? value
    default:
      return undefined
  }
}

const LEDGER_OF = {
  zh: (name: string) => `${name}台账`,
  en: (name: string) => `Ledger of ${name.toLowerCase()}`,
} as const
const YES = { zh: '是', en: 'yes' } as const
