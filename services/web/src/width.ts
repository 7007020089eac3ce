// Desk or phone: one width, asked in one place.
import { useSyncExternalStore } from 'react'

const query = window.matchMedia('print, (min-width: 860px)')

/** True from 860 px on: tables and side-by-side; below it cards and one column. */
export function useWide(): boolean {
  return useSyncExternalStore(watch, () => query.matches)
}

function watch(changed: () => void): () => void {
  query.addEventListener('change', changed)
  return () => query.removeEventListener('change', changed)
}
