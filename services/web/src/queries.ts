// The query client: answers of the past never grow old, those of now for a few seconds.
import { QueryClient } from '@tanstack/react-query'
import { Problem } from './problem.ts'

const MOST_TRIES = 2

/** A client that tries again only what may yet succeed. */
export function makeQueries(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: 5_000,
        retry: (failures, error) =>
          failures < MOST_TRIES &&
          error instanceof Problem &&
          (error.status >= 502 || error.status === 429),
        networkMode: 'always',
      },
      mutations: { networkMode: 'always' },
    },
  })
}
