// A list's filter as a query string and back: a figure's link and a page's filter are the same.
import type { InstanceFilter } from '@linli/engine'
import { z } from 'zod'
import { Flag, Instant, instantOf, iso, isSet } from './route.ts'

const Many = z.union([z.string().max(200), z.array(z.string().max(200)).max(50)])

const Skill = z.string().regex(/^[a-z][a-zA-Z]{0,39}$/)
const Skills = z.union([Skill, z.array(Skill).max(20)])
/** A column's name, a colon and its value; columns and values are those of `extra` in the rows. */
const Where = z.string().regex(/^[a-zA-Z][\w.-]{0,59}:.{1,120}$/)
const Wheres = z.union([Where, z.array(Where).max(20)])

/** What a list can be filtered by. */
export const ListFilter = z.object({
  state: Many.optional(),
  notState: Many.optional(),
  category: z.string().max(120).optional(),
  channel: z.string().max(40).optional(),
  place: z.string().max(80).optional(),
  unit: z.string().max(80).optional(),
  leadUnit: z.string().max(80).optional(),
  person: z.string().max(80).optional(),
  owner: z.string().max(80).optional(),
  card: z.enum(['none', 'yellow', 'red']).optional(),
  supervised: Flag.optional(),
  ended: Flag.optional(),
  closed: Flag.optional(),
  responsible: z.string().max(40).optional(),
  q: z.string().max(100).optional(),
  mine: z.enum(['1']).optional(),
  from: Instant.optional(),
  to: Instant.optional(),
  dueTo: Instant.optional(),
  measure: z.string().max(60).optional(),
  met: z.enum(['true', 'false', 'leftOut']).optional(),
  /** Who can do something: persons, teams and organisations with each of the skills. */
  skill: Skills.optional(),
  /** Values of the columns that a workflow adds to its rows: `kind:resource`. */
  where: Wheres.optional(),
})
type ListFilter = z.output<typeof ListFilter>

const SAME = [
  'category',
  'channel',
  'place',
  'unit',
  'leadUnit',
  'person',
  'owner',
  'card',
  'responsible',
] as const
const FLAGS = ['supervised', 'ended', 'closed'] as const
const TIMES = [
  ['from', 'startedFrom'],
  ['to', 'startedTo'],
  ['dueTo', 'dueTo'],
] as const

/** The engine's filter for a query. */
export function filterOf(query: ListFilter): InstanceFilter {
  const filter: InstanceFilter = {}
  if (query.state !== undefined) filter.states = [query.state].flat()
  if (query.notState !== undefined) filter.notStates = [query.notState].flat()
  for (const name of SAME) if (query[name] !== undefined) Object.assign(filter, pick(query, name))
  for (const name of FLAGS) if (query[name] !== undefined) filter[name] = isSet(query[name])
  for (const [from, to] of TIMES) {
    const at = query[from] === undefined ? undefined : instantOf(query[from])
    if (at !== undefined) filter[to] = at
  }
  if (query.q !== undefined && query.q !== '') filter.text = query.q
  if (query.measure !== undefined) filter.measure = measureOf(query.measure, query.met)
  const extra = extraOf(query)
  if (extra !== undefined) filter.extra = extra
  return filter
}

/** A skill is a column that is true; a number or a truth value is compared as such. */
function extraOf({ skill = [], where = [] }: ListFilter): InstanceFilter['extra'] {
  const columns = [
    ...[skill].flat().map((one) => [`skill.${one}`, true] as const),
    ...[where].flat().map((one) => {
      const colon = one.indexOf(':')
      return [one.slice(0, colon), columnValue(one.slice(colon + 1))] as const
    }),
  ]
  return columns.length === 0 ? undefined : Object.fromEntries(columns)
}

function columnValue(text: string): string | number | boolean {
  if (text === 'true' || text === 'false') return text === 'true'
  return /^-?\d{1,15}(\.\d{1,6})?$/.test(text) ? Number(text) : text
}

const pick = (query: ListFilter, name: (typeof SAME)[number]) => ({ [name]: query[name] })

function measureOf(name: string, met: ListFilter['met']): NonNullable<InstanceFilter['measure']> {
  if (met === 'leftOut') return { name, leftOut: true }
  return met === undefined ? { name } : { name, met: met === 'true' }
}

/** The query string that lists what a filter means, as of the moment of `asked`. */
export function queryOf(
  filter: InstanceFilter,
  asked: { at?: string | undefined; known?: string | undefined },
): string {
  const query = new URLSearchParams()
  for (const state of filter.states ?? []) query.append('state', state)
  for (const state of filter.notStates ?? []) query.append('notState', state)
  for (const name of SAME) if (filter[name] !== undefined) query.set(name, filter[name])
  for (const name of FLAGS)
    if (filter[name] !== undefined) query.set(name, filter[name] ? '1' : '0')
  for (const [to, from] of TIMES) if (filter[from] !== undefined) query.set(to, iso(filter[from]))
  if (filter.text !== undefined) query.set('q', filter.text)
  if (filter.mine !== undefined) query.set('mine', '1')
  for (const [name, value] of Object.entries(filter.extra ?? {})) {
    query.append('where', `${name}:${value}`)
  }
  if (filter.measure !== undefined) {
    const { name, met, leftOut } = filter.measure
    query.set('measure', name)
    if (leftOut) query.set('met', 'leftOut')
    else if (met !== undefined) query.set('met', String(met))
  }
  if (asked.at !== undefined) query.set('at', asked.at)
  if (asked.known !== undefined) query.set('known', asked.known)
  return query.toString()
}
