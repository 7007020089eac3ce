// What a case page reads: the case at the revision or moment asked for, the one before it (to say
// what changed), and all that happened.
import { useQuery } from '@tanstack/react-query'
import { useSearchParams } from 'react-router'
import { cases, type Moment } from '../api.ts'
import { useAsOf } from '../as-of.ts'

/** The revision in the address, when one is chosen; undefined for the newest. */
export function useRevision(): [number | undefined, (revision: number | undefined) => void] {
  const [, setParams] = useSearchParams()
  const { revision } = useAsOf()
  const choose = (next: number | undefined) =>
    setParams(
      (before) => {
        const params = new URLSearchParams(before)
        if (next === undefined) params.delete('revision')
        else params.set('revision', String(next))
        return params
      },
      { replace: true },
    )
  return [revision, choose]
}

/** The case, its predecessor and its events. */
export function useCase(id: string) {
  const { asOf } = useAsOf()
  const [revision] = useRevision()
  const moment: Moment = revision === undefined ? asOf : { revision }
  const read = (moment: Moment) => ({
    queryKey: ['case', id, moment],
    queryFn: () => cases.one(id, moment),
  })
  const view = useQuery({
    ...read(moment),
    placeholderData: (before) => (before?.id === id ? before : undefined),
  })
  const before = useQuery({
    ...read({ revision: (revision ?? 0) - 1 }),
    enabled: revision !== undefined && revision > 0,
    staleTime: Number.POSITIVE_INFINITY,
  })
  const events = useQuery({
    queryKey: ['case', id, 'events', asOf],
    queryFn: () => cases.events(id, asOf),
  })
  return { view, before, events, revision }
}
