// Limits on how often an address may try: sign-in and residents' routes.
import { ProblemError } from './problem.ts'

/** So many requests a minute from one address. */
export const perMinute = (max: number) => ({
  max,
  timeWindow: 60_000,
  errorResponseBuilder: (_request: unknown, { ttl }: { ttl: number }) =>
    new ProblemError('too-many-requests', {}, Math.ceil(ttl / 1000)),
})
