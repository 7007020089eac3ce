// A refused or failed request as the pages see it: RFC 9457 problem details, or no network.

/** A field of what was sent that the server did not take. */
export type Issue = { path: string | (string | number)[]; message: string; code?: string }

/** What a problem document carries. */
export type ProblemDetails = {
  title: string
  status: number
  detail?: string
  code: string
  field?: string
  issues?: Issue[]
  guardText?: string
  offered?: string[]
  revision?: number
}

/** Thrown by every request that was not answered with what was asked for. Status 0: offline. */
export class Problem extends Error {
  readonly details: ProblemDetails

  constructor(details: ProblemDetails) {
    super(details.detail ?? details.title)
    this.name = 'Problem'
    this.details = details
  }

  get status(): number {
    return this.details.status
  }

  get code(): string {
    return this.details.code
  }
}

/** The problem of a request that reached nobody. */
export function offline(cause: unknown): Problem {
  const problem = new Problem({ title: 'offline', status: 0, code: 'offline' })
  problem.cause = cause
  return problem
}

/** The problem in an answer that is not what was asked for. */
export async function problemOf(response: Response): Promise<Problem> {
  const known = response.headers.get('content-type')?.includes('json')
  const body = known ? ((await response.json()) as Partial<ProblemDetails>) : {}
  return new Problem({
    ...body,
    title: body.title ?? response.statusText,
    status: response.status,
    code: body.code ?? `http-${response.status}`,
  })
}

/** The path of an issue as JSON Schema forms write it, `units.0.lead`. */
export function pathOf(issue: Issue): string[] {
  const { path } = issue
  if (typeof path === 'string') return path.split(/[./]/).filter((part) => part !== '')
  return path.map(String)
}
