// Keeps the pages true while others work: each event that the caller may read marks what it touched
// as old. Only for now; the past does not change.
import { useQueryClient } from '@tanstack/react-query'
import { useEffect } from 'react'

const CALM_MS = 400

/** Listens while `on`. */
export function useLive(on: boolean): void {
  const queries = useQueryClient()
  useEffect(() => {
    if (!on) return
    const touched = new Set<string>()
    let waiting: ReturnType<typeof setTimeout> | undefined
    const flush = () => {
      waiting = undefined
      for (const key of touched) void queries.invalidateQueries({ queryKey: key.split(' ') })
      touched.clear()
    }
    const source = new EventSource('/api/live')
    const take = (message: MessageEvent<string>) => {
      const { workflow, id } = JSON.parse(message.data) as { workflow: string; id: string }
      touched.add(`list ${workflow}`).add(`case ${id}`).add('figures')
      waiting ??= setTimeout(flush, CALM_MS)
    }
    source.addEventListener('change', take)
    return () => {
      source.close()
      clearTimeout(waiting)
    }
  }, [on, queries])
}
