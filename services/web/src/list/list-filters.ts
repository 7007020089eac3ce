// The filters of a list, in the address and nowhere else: a list can be sent as a link.
import { useSearchParams } from 'react-router'
import type { Params } from '../api.ts'

/** Filters that may stand once in the address. */
export const SINGLE = [
  'q',
  'category',
  'place',
  'unit',
  'owner',
  'card',
  'supervised',
  'ended',
  'mine',
  'responsible',
  'channel',
  'from',
  'to',
  'measure',
  'met',
] as const
export type Single = (typeof SINGLE)[number]

/** What the address asks for, as the server takes it; a rate's own filters pass unread. */
export function filtersIn(params: URLSearchParams): Params {
  const filters: Params = {}
  const own = new Set(['state', 'sort', 'order', 'at', 'known', 'cursor'])
  for (const name of params.keys()) {
    if (!own.has(name)) filters[name] = params.get(name) ?? undefined
  }
  const states = params.getAll('state')
  return states.length === 0 ? filters : { ...filters, state: states }
}

/** Reads and sets filters; setting one goes back to the first page. */
export function useFilters() {
  const [params, setParams] = useSearchParams()
  const set = (name: string, value: string | readonly string[] | undefined) =>
    setParams(
      (before) => {
        const next = new URLSearchParams(before)
        next.delete(name)
        next.delete('cursor')
        const values = value === undefined || value === '' ? [] : [value].flat()
        for (const one of values) next.append(name, one)
        return next
      },
      { replace: name === 'q' },
    )
  const clear = () =>
    setParams((before) => {
      const next = new URLSearchParams()
      for (const name of ['at', 'known', 'ended']) {
        const value = before.get(name)
        if (value !== null) next.set(name, value)
      }
      return next
    })
  const sortBy = (sort: string, order: string) =>
    setParams((before) => {
      const next = new URLSearchParams(before)
      next.set('sort', sort)
      next.set('order', order)
      return next
    })
  const get = (name: Single) => params.get(name) ?? undefined
  const any = [...params.keys()].some(
    (name) => !['at', 'known', 'ended', 'sort', 'order'].includes(name),
  )
  const sorted = { sort: params.get('sort'), order: params.get('order') ?? 'asc' }
  return { get, states: params.getAll('state'), set, clear, any, sortBy, sorted }
}
