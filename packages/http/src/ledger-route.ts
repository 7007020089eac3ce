// `GET /api/ledgers/{workflow}`: the cases of a list's filter, as of any moment, as a table to
// file: CSV (RFC 4180), XLSX (ECMA-376) or a page to print. Personal texts are in none of them.
import { everyInstance, type InstanceRow, type Workflow } from '@linli/engine'
import { stringify } from 'csv-stringify/sync'
import type { FastifyInstance, FastifyReply } from 'fastify'
import writeXlsx from 'write-excel-file/node'
import { z } from 'zod'
import type { Language } from './language.ts'
import { type Cell, type Ledger, ledgerOf } from './ledger.ts'
import { ledgerPage } from './ledger-page.ts'
import { Asked, askedFor, type Exchange, ownWrites, workflowNamed, zoneOf } from './list-route.ts'
import type { HttpPorts } from './ports.ts'
import { ProblemError } from './problem.ts'
import { callerOf, iso, language, parsed } from './route.ts'

const Query = Asked.extend({ format: z.enum(['csv', 'xlsx', 'html']) })

/** The most cases of one ledger. */
const LEDGER_ROWS_MAX = 20_000

/** Adds the ledger of every workflow. */
export function addLedgerRoute(app: FastifyInstance, ports: HttpPorts): void {
  const doc = {
    summary: 'Cases as a table to file: CSV, XLSX or a page to print',
    tag: 'figures',
    query: Query,
    type: 'text/csv',
  }
  app.get<{ Params: { workflow: string } }>(
    '/api/ledgers/:workflow',
    { config: { may: 'signed-in', doc } },
    (request, reply) =>
      answer(ports, workflowNamed(ports, request.params.workflow), { request, reply }),
  )
}

async function answer(ports: HttpPorts, workflow: Workflow, exchange: Exchange) {
  const { request, reply } = exchange
  const query = parsed(Query, request.query, request)
  await ownWrites(ports, exchange)
  const asked = await askedFor(ports, { workflow, caller: callerOf(request), query })
  const rows: InstanceRow[] = []
  for await (const row of everyInstance(ports.read.db, asked)) {
    rows.push(row)
    if (rows.length > LEDGER_ROWS_MAX) {
      const message = `more than ${LEDGER_ROWS_MAX} cases: choose a shorter period or one place`
      throw new ProblemError('invalid', { field: 'from', issues: [{ path: 'from', message }] })
    }
  }
  const into = language(request)
  const ledger = await ledgerOf({ ports, workflow, into }, rows)
  const zone = zoneOf(ports, workflow)
  const at = query.at ?? iso(ports.engine.now())
  const name = `${workflow.id}-${at.slice(0, 10)}`
  return SENDERS[query.format](reply, ledger, { name, zone, into, at })
}

type Sending = { name: string; zone: string; into: Language; at: string }
type Sender = (reply: FastifyReply, ledger: Ledger, how: Sending) => unknown

const SENDERS: Readonly<Record<'csv' | 'xlsx' | 'html', Sender>> = {
  csv(reply, { columns, rows }, { name, zone }) {
    const table = [
      columns.map(({ heading }) => heading),
      ...rows.map((row) => row.map((cell) => plain(cell, zone))),
    ]
    // A spreadsheet would run a text that begins like a formula; the mark tells it of UTF-8.
    const text = stringify(table, { bom: true, escape_formulas: true, record_delimiter: '\r\n' })
    return named(reply, `${name}.csv`).type('text/csv; charset=utf-8').send(text)
  },
  async xlsx(reply, { title, columns, rows }, { name, zone }) {
    const heads = columns.map(({ heading }) => ({ value: heading, fontWeight: 'bold' as const }))
    const body = rows.map((row) => row.map((cell) => plain(cell, zone)))
    const file = writeXlsx([heads, ...body], {
      sheet: title.slice(0, SHEET_NAME_MAX),
      columns: columns.map(({ width }) => ({ width })),
      stickyRowsCount: 1,
    })
    const bytes = await file.toBuffer()
    return named(reply, `${name}.xlsx`).type(XLSX).send(bytes)
  },
  html(reply, ledger, how) {
    const page = ledgerPage({ ...ledger, ...how, cells: (cell) => plain(cell, how.zone) })
    return reply
      .header('content-security-policy', "default-src 'none'; style-src 'unsafe-inline'")
      .type('text/html; charset=utf-8')
      .send(page)
  },
}

const XLSX = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'
/** What spreadsheets bear as the name of a sheet (characters). */
const SHEET_NAME_MAX = 31

const named = (reply: FastifyReply, name: string): FastifyReply =>
  reply.header('content-disposition', `attachment; filename="${name}"`)

/** A cell as people file it: instants are local, to the minute. */
function plain(cell: Cell, zone: string): string | number {
  if (cell === undefined) return ''
  if (typeof cell !== 'object') return typeof cell === 'boolean' ? String(cell) : cell
  return Temporal.Instant.fromEpochMilliseconds(cell.at)
    .toZonedDateTimeISO(zone)
    .toPlainDateTime()
    .toString({ smallestUnit: 'minute' })
    .replace('T', ' ')
}
