// Figures over the read models: counts, rates, durations, flows; as of any moment and cut to what
// the caller may see. A figure carries the query string that lists its cases.
import {
  type CountBy,
  countInstances,
  durations,
  flows,
  type InstanceFilter,
  type InstancesAsked,
  RATE_NAMES,
  type Rate,
  rates,
  totalInstances,
  type Workflow,
} from '@linli/engine'
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { categoryName } from './case-view.ts'
import { eventText, type Language, roleText, stateText, textOf } from './language.ts'
import { queryOf } from './list-filter.ts'
import { Asked, askedFor, type Exchange, ownWrites, workflowNamed, zoneOf } from './list-route.ts'
import { nameOf } from './names.ts'
import type { HttpPorts } from './ports.ts'
import { ProblemError } from './problem.ts'
import { isLevel, LEVELS, ofLevel } from './rate-level.ts'
import { rateText } from './rate-text.ts'
import { callerOf, Instant, instantOf, language, parsed } from './route.ts'

const COUNTS = [
  'state',
  'card',
  'unit',
  'leadUnit',
  'category',
  'channel',
  'place',
  'responsible',
  'supervised',
] as const
const CountQuery = Asked.extend({ workflow: z.string(), by: z.enum(COUNTS) })
const RateQuery = Asked.extend({
  workflow: z.string().optional(),
  name: z.union([z.string(), z.array(z.string())]).optional(),
  by: z
    .enum(['unit', 'place', ...LEVELS, 'category', 'channel', 'month', 'quarter', 'year'])
    .optional(),
})
const DurationQuery = Asked.extend({ workflow: z.string() })
const FlowQuery = z.object({
  workflow: z.string().optional(),
  from: Instant.optional(),
  to: Instant.optional(),
  loops: z.enum(['0', '1']).optional(),
})
const HOUR_MS = 3_600_000
/** States of a case that another one carries on. */
const MERGED = ['merged', 'mergedOutside']

type Answer = (ports: HttpPorts, exchange: Exchange) => Promise<unknown>

/** Adds the figures. */
export function addFigureRoutes(app: FastifyInstance, ports: HttpPorts): void {
  for (const [path, { summary, query, answer }] of Object.entries(FIGURES)) {
    const doc = { summary, tag: 'figures', query }
    app.get(path, { config: { may: 'signed-in', doc } }, (request, reply) =>
      answer(ports, { request, reply }),
    )
  }
}

type Figure = { summary: string; query: z.ZodObject; answer: Answer }

const FIGURES: Readonly<Record<string, Figure>> = {
  '/api/counts': {
    summary: 'How many cases there are of each kind',
    query: CountQuery,
    answer: counts,
  },
  '/api/rates': {
    summary: 'Rates with numerator and denominator',
    query: RateQuery,
    answer: rated,
  },
  '/api/durations': {
    summary: 'How long closed cases took',
    query: DurationQuery,
    answer: durationsOf,
  },
  '/api/flows': {
    summary: 'How often each state led to each other',
    query: FlowQuery,
    answer: flowsOf,
  },
}

async function counts(ports: HttpPorts, exchange: Exchange) {
  const { request } = exchange
  const query = parsed(CountQuery, request.query, request)
  const workflow = workflowNamed(ports, query.workflow)
  await ownWrites(ports, exchange)
  const asked = await askedFor(ports, { workflow, caller: callerOf(request), query })
  const found = await countInstances(ports.read.db, { ...asked, by: query.by })
  const into = language(request)
  const groups = await Promise.all(
    found.map(async ({ key, count }) => ({
      key: key ?? null,
      label: key === undefined ? '—' : await labelOf(ports, { workflow, by: query.by, key, into }),
      count,
      filter: queryOf(
        { ...asked.filter, ...(key === undefined ? {} : keyFilter(query.by, key)) },
        query,
      ),
    })),
  )
  return { groups, total: await totalInstances(ports.read.db, asked) }
}

function keyFilter(by: CountBy, key: string): Partial<InstanceFilter> {
  if (by === 'state') return { states: [key] }
  if (by === 'supervised') return { supervised: key === '1' }
  return { [by]: key }
}

type Labelling = { workflow: Workflow; by: string; key: string; into: Language }

async function labelOf(ports: HttpPorts, { workflow, by, key, into }: Labelling): Promise<string> {
  switch (by) {
    case 'state':
      return stateText(workflow, into, key)
    case 'unit':
    case 'leadUnit':
    case 'place':
      return nameOf(ports.engine, key)
    case 'category':
      return categoryName(ports.categories, key, into)
    case 'responsible':
      return roleText(into, key)
    case 'month':
    case 'quarter':
    case 'year':
      return key
    default:
      return textOf(workflow, into, `${by}.${key}`, `option.${by}.${key}`)
  }
}

async function rated(ports: HttpPorts, exchange: Exchange) {
  const { request } = exchange
  const query = parsed(RateQuery, request.query, request)
  const workflow = workflowNamed(ports, query.workflow ?? 'appeal')
  await ownWrites(ports, exchange)
  const asked = await askedFor(ports, { workflow, caller: callerOf(request), query })
  const names = query.name === undefined ? RATE_NAMES : [query.name].flat()
  const { by } = query
  const level = isLevel(by) ? by : undefined
  const split = isLevel(by) ? 'place' : by
  const all = await rates(ports.read.db, {
    ...asked,
    names,
    ...(split === undefined ? {} : { by: split }),
    timeZone: zoneOf(ports, workflow),
  })
  const { filter } = asked
  const found = level === undefined ? all : await ofLevel(ports, all, { level, filter })
  const shown = { workflow, query, into: language(request) }
  return {
    rates: await Promise.all(
      names.map(async (name) => ({
        name,
        label: rateText(name, shown.into).label,
        note: rateText(name, shown.into).note,
        groups: await Promise.all(
          found.filter((rate) => rate.name === name).map((rate) => groupOf(ports, rate, shown)),
        ),
      })),
    ),
  }
}

type ShownRates = { workflow: Workflow; query: z.output<typeof RateQuery>; into: Language }

/** A figure with everything that it is made of, and the links to its cases. */
async function groupOf(ports: HttpPorts, rate: Rate, { workflow, query, into }: ShownRates) {
  const { key, numerator, denominator, leftOut, filters } = rate
  const by = isLevel(query.by) ? 'place' : (query.by ?? '')
  return {
    key: key ?? null,
    label: key === undefined ? '' : await labelOf(ports, { workflow, by, key, into }),
    numerator,
    denominator,
    leftOut,
    leftOutWhy: rateText(rate.name, into).leftOutWhy,
    value: denominator === 0 ? null : numerator / denominator,
    filter: queryOf(filters.denominator, query),
    filters: {
      numerator: queryOf(filters.numerator, query),
      denominator: queryOf(filters.denominator, query),
      leftOut: queryOf(filters.leftOut, query),
    },
  }
}

async function durationsOf(ports: HttpPorts, exchange: Exchange) {
  const { request } = exchange
  const query = parsed(DurationQuery, request.query, request)
  const workflow = workflowNamed(ports, query.workflow)
  await ownWrites(ports, exchange)
  const asked = await askedFor(ports, { workflow, caller: callerOf(request), query })
  const notMerged = { ...asked, filter: { ...asked.filter, notStates: MERGED } }
  return { all: await hours(ports, asked), notMerged: await hours(ports, notMerged) }
}

async function hours(ports: HttpPorts, asked: InstancesAsked) {
  const { count, median, p90, max } = await durations(ports.read.db, asked)
  const inHours = (ms: number | undefined) => (ms === undefined ? null : ms / HOUR_MS)
  return { count, medianHours: inHours(median), p90Hours: inHours(p90), maxHours: inHours(max) }
}

async function flowsOf(ports: HttpPorts, exchange: Exchange) {
  const { request } = exchange
  const query = parsed(FlowQuery, request.query, request)
  const caller = callerOf(request)
  if (!caller.grants.some(({ role }) => FLOW_READERS.has(role))) throw new ProblemError('forbidden')
  await ownWrites(ports, exchange)
  const from = query.from === undefined ? undefined : instantOf(query.from)
  const to = query.to === undefined ? undefined : instantOf(query.to)
  const found = await flows(ports.read.db, {
    ...(query.workflow === undefined ? {} : { workflow: query.workflow }),
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
    loops: query.loops === '1',
  })
  const into = language(request)
  return {
    flows: found.map(({ waitedMs, ...flow }) => {
      const workflow = workflowNamed(ports, flow.workflow)
      return { ...flow, label: eventText(workflow, into, flow.type), totalMs: waitedMs }
    }),
  }
}

/** Sums over all cases, not cut to a place: for those who may count them all. */
const FLOW_READERS: ReadonlySet<string> = new Set(['analyst', 'supervisor', 'coordinator'])
