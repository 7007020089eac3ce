// What a cold household is paid back, day by day: of one referral, and of all households of a
// place. As JSON, or as CSV (RFC 4180) where `Accept` asks for it. The reckoning is the
// workflow's; here it is only laid out. Fen of a day are not rounded, the sum is rounded once.
import { type Instance, knownAt, mayRead } from '@linli/engine'
import { stringify } from 'csv-stringify/sync'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import type { Language } from './language.ts'
import { nameOf } from './names.ts'
import { instanceAt, rowsAtPlace } from './place-rows.ts'
import type { HttpPorts } from './ports.ts'
import { ProblemError } from './problem.ts'
import { callerOf, isIdOf, language, Moment, momentOf, parsed } from './route.ts'

const WORKFLOW = 'referral'
const Band = z.object({
  fromC: z.number().optional(),
  toC: z.number(),
  toIncluded: z.boolean().optional(),
  percent: z.number().optional(),
})
type Band = z.infer<typeof Band>
const Day = z.object({
  date: z.string(),
  measuredC: z.number(),
  rate: z.number().nullable(),
  feeFen: z.number().nullable(),
})
const Refund = z.object({
  status: z.enum(['due', 'none', 'silent']),
  days: z.array(Day),
  arithmetic: z.object({ zh: z.string(), en: z.string() }),
  fen: z.int().optional(),
  why: z.string().optional(),
  silent: z.array(z.string()).optional(),
})
/** What of a referral a refund ledger reads. */
const Referral = z.object({
  kind: z.string(),
  place: z.array(z.string()),
  refund: Refund.optional(),
})
const Rules = z.object({
  heating: z.object({ bands: z.object({ value: z.array(Band).optional() }) }),
})
const LedgerDay = z.object({
  date: z.string(),
  measuredC: z.number(),
  band: Band.nullable(),
  rate: z.number().nullable(),
  fen: z.number().nullable(),
})
const Ledger = z.object({
  referral: z.string(),
  household: z.object({ id: z.string(), name: z.string() }).nullable(),
  /** `open`: not settled yet. */
  status: z.enum(['open', 'due', 'none', 'silent']),
  why: z.string().nullable(),
  silent: z.array(z.string()),
  days: z.array(LedgerDay),
  /** The days' rates together: how many daily fees are paid back. */
  dailyFees: z.number().nullable(),
  fen: z.int().nullable(),
  arithmetic: z.string().nullable(),
})
type Ledger = z.infer<typeof Ledger>
type Params = { Params: { id: string } }

/** Adds the refund ledgers. */
export function addRefundRoutes(app: FastifyInstance, ports: HttpPorts): void {
  if (!ports.engine.workflows.has(WORKFLOW)) return
  const one = { summary: 'What a cold household is paid back, day by day', tag: WORKFLOW }
  app.get<Params>(
    '/api/referral/:id/refund',
    { config: { may: 'signed-in', doc: { ...one, query: Moment, reply: Ledger } } },
    async (request, reply) => {
      const ledger = await ledgerAsked(ports, request)
      return wantsCsv(request) ? csv(reply, [ledger], request) : ledger
    },
  )
  const all = { summary: 'Refunds of all households of a place, day by day', tag: WORKFLOW }
  const reply = z.object({ refunds: z.array(Ledger), fen: z.int() })
  app.get<Params>(
    '/api/places/:id/refunds',
    { config: { may: 'signed-in', doc: { ...all, query: Moment, reply } } },
    async (request, reply) => {
      const refunds = await refundsOf(ports, request)
      if (wantsCsv(request)) return csv(reply, refunds, request)
      return { refunds, fen: refunds.reduce((sum, { fen }) => sum + (fen ?? 0), 0) }
    },
  )
}

async function ledgerAsked(ports: HttpPorts, request: FastifyRequest<Params>): Promise<Ledger> {
  const { id } = request.params
  const query = parsed(Moment, request.query, request)
  const newest = isIdOf(WORKFLOW, id) ? await ports.engine.instances.current(id) : undefined
  if (newest === undefined) throw new ProblemError('not-found', { field: 'id' })
  if (!mayRead(callerOf(request), WORKFLOW, newest.workflow.summary(newest))) {
    throw new ProblemError('forbidden')
  }
  const asOf = await momentOf(query, (time) => knownAt(ports.read.db, time))
  const instance = await instanceAt(ports, id, asOf)
  if (instance === undefined) throw new ProblemError('not-found', { field: 'at' })
  const ledger = await ledgerOf(ports, instance, language(request))
  if (ledger === undefined) throw new ProblemError('not-found', { field: 'id' })
  return ledger
}

/** Settled refunds at a place; those with nothing to pay are left out. */
async function refundsOf(ports: HttpPorts, request: FastifyRequest<Params>): Promise<Ledger[]> {
  const { id } = request.params
  if (!isIdOf('place', id)) throw new ProblemError('not-found', { field: 'id' })
  const query = parsed(Moment, request.query, request)
  const asOf = await momentOf(query, (time) => knownAt(ports.read.db, time))
  const filter = { workflow: WORKFLOW, place: id }
  const rows = await rowsAtPlace(ports, { caller: callerOf(request), asOf, filter })
  const ledgers: Ledger[] = []
  for (const row of rows) {
    const status = row.extra?.refund
    if (status !== 'due' && status !== 'silent') continue
    const instance = await instanceAt(ports, row.id, asOf)
    const ledger = instance && (await ledgerOf(ports, instance, language(request)))
    if (ledger !== undefined) ledgers.push(ledger)
  }
  return ledgers
}

/** The ledger of a heating referral; undefined for any other. */
async function ledgerOf(
  ports: HttpPorts,
  instance: Instance,
  into: Language,
): Promise<Ledger | undefined> {
  const found = Referral.safeParse(instance.snapshot.context)
  if (!found.success || found.data.kind !== 'heating') return undefined
  const { refund, place } = found.data
  const rules = Rules.safeParse(instance.workflow.policies.get(instance.policy)?.rules)
  const bands = rules.success ? (rules.data.heating.bands.value ?? []) : []
  const household = place.at(-1)
  const days = (refund?.days ?? []).map(({ feeFen, ...day }) => ({
    ...day,
    band: bandOf(day.measuredC, bands),
    fen: feeFen,
  }))
  const percents = days.map(({ rate }) => rate)
  return {
    referral: instance.stream,
    household:
      household === undefined
        ? null
        : { id: household, name: await nameOf(ports.engine, household) },
    status: refund?.status ?? 'open',
    why: refund?.why ?? null,
    silent: refund?.silent ?? [],
    days,
    dailyFees: percents.includes(null)
      ? null
      : percents.reduce<number>((sum, rate) => sum + Math.round((rate ?? 0) * 100), 0) / 100,
    fen: refund?.fen ?? null,
    arithmetic: refund?.arithmetic[into] ?? null,
  }
}

const bandOf = (measuredC: number, bands: readonly Band[]): Band | null =>
  bands.find(
    ({ fromC = Number.NEGATIVE_INFINITY, toC, toIncluded }) =>
      measuredC >= fromC && (measuredC < toC || (toIncluded === true && measuredC === toC)),
  ) ?? null

const wantsCsv = (request: FastifyRequest): boolean =>
  request.headers.accept?.split(',').some((type) => type.trim().startsWith('text/csv')) === true

const HEADINGS = {
  zh: ['派遣单', '住户', '日期', '室温(°C)', '档次(°C)', '退费比例(%)', '退费(分)', '说明'],
  en: ['referral', 'household', 'date', 'measured °C', 'band °C', 'rate %', 'fen', 'note'],
}
const TOTAL = { zh: '合计', en: 'total' }

/** A row a day, then the sum of the household, rounded once. */
function csv(reply: FastifyReply, ledgers: readonly Ledger[], request: FastifyRequest) {
  const into = language(request)
  const rows = ledgers.flatMap(({ referral, household, days, fen, arithmetic }) => [
    ...days.map(({ date, measuredC, band, rate, fen: ofDay }) => [
      ...[referral, household?.name, date, measuredC, bandText(band)],
      ...[rate === null ? null : Math.round(rate * 100), ofDay?.toFixed(FEN_DIGITS), null],
    ]),
    [referral, household?.name, TOTAL[into], null, null, null, fen, arithmetic],
  ])
  const text = stringify([HEADINGS[into], ...rows], {
    ...{ bom: true, escape_formulas: true, record_delimiter: '\r\n' },
  })
  return reply
    .header('content-disposition', 'attachment; filename="refund.csv"')
    .type('text/csv; charset=utf-8')
    .send(text)
}

const FEN_DIGITS = 4

const bandText = (band: Band | null): string | null =>
  band === null ? null : `${band.fromC ?? ''}–${band.toC}`
