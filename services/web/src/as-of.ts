// The past moment that the pages show, kept in the address (`?at=&known=`) so that a link to it can
// be sent. Every page that shows a state asks here; none keeps a moment of its own.
import { useMemo } from 'react'
import { useSearchParams } from 'react-router'

export type AsOf = { at?: string; known?: string }

/** The moment in the address; `past` is true when one is set; `now` is what counts as now. */
export function useAsOf(): {
  asOf: AsOf
  past: boolean
  now: number
  revision: number | undefined
} {
  const [params] = useSearchParams()
  const at = params.get('at')
  const known = params.get('known')
  const chosen = params.get('revision')
  const revision = chosen === null || !/^\d+$/.test(chosen) ? undefined : Number(chosen)
  return useMemo(
    () => ({
      asOf: { ...(at === null ? {} : { at }), ...(known === null ? {} : { known }) },
      past: at !== null || known !== null || revision !== undefined,
      revision,
      now: at === null ? (known === null ? Date.now() : Date.parse(known)) : Date.parse(at),
    }),
    [at, known, revision],
  )
}

/** Sets or clears the moment, leaving the rest of the address. */
export function useSetAsOf(): (asOf: AsOf) => void {
  const [, setParams] = useSearchParams()
  return (asOf) =>
    setParams((before) => {
      const next = new URLSearchParams(before)
      for (const name of ['at', 'known'] as const) {
        const value = asOf[name]
        if (value === undefined) next.delete(name)
        else next.set(name, value)
      }
      next.delete('cursor')
      next.delete('revision')
      return next
    })
}

/** Addresses of other pages that keep the moment: one does not fall back to now by a click. */
export function useKeep(): (path: string) => string {
  const { asOf } = useAsOf()
  return (path) => {
    const [base = '', query = ''] = path.split('?')
    const params = new URLSearchParams(query)
    for (const [name, value] of Object.entries(asOf)) if (!params.has(name)) params.set(name, value)
    const text = params.toString()
    return text === '' ? base : `${base}?${text}`
  }
}
