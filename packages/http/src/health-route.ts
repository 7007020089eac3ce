// Whether the process lives, whether it can serve, and its figures.
import { hash, timingSafeEqual } from 'node:crypto'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { HttpPorts } from './ports.ts'
import { ProblemError } from './problem.ts'

const tag = 'operations'

/** How far the read models may lag behind the log before the server calls itself not ready. */
const LAG_MAX = 1_000_000

/** What health and figures are told from. */
export type HealthPorts = Pick<HttpPorts, 'metrics' | 'metricsToken' | 'isEnding' | 'unwell'> & {
  engine: { store: { head(): Promise<number> } }
  read: { position: () => number }
}

/** Adds health and metrics. */
export function addHealthRoutes(app: FastifyInstance, ports: HealthPorts): void {
  app.get(
    '/health/live',
    { config: { may: 'anyone', doc: { summary: 'The process lives', tag } } },
    () => ({ status: 'live' }),
  )
  app.get(
    '/health/ready',
    { config: { may: 'anyone', doc: { summary: 'The server can serve', tag } } },
    async (_request, reply) => {
      const read = String(ports.read.position())
      if (ports.isEnding?.() === true) {
        reply.code(503)
        return { status: 'ending', read }
      }
      const [head, trouble] = await Promise.all([headOf(ports), troubleOf(ports)])
      if (head === undefined || trouble !== undefined) {
        reply.code(503)
        return { status: head === undefined ? 'log-away' : trouble, read }
      }
      const isReady = head - Number(read) <= LAG_MAX
      reply.code(isReady ? 200 : 503)
      return { status: isReady ? 'ready' : 'behind', head: String(head), read }
    },
  )
  addMetrics(app, ports)
}

/** A fault of the log is for the log's own figures to tell: here it is only not there. */
function headOf({ engine }: HealthPorts): Promise<number | undefined> {
  return inTime(
    engine.store.head().catch(() => undefined),
    undefined,
  )
}

/** What cannot even be asked is away. */
async function troubleOf({ unwell }: HealthPorts): Promise<string | undefined> {
  if (unwell === undefined) return undefined
  return inTime(
    unwell().catch(() => AWAY),
    AWAY,
  )
}

const AWAY = 'database-away'

async function inTime<Answer>(answer: Promise<Answer>, otherwise: Answer): Promise<Answer> {
  const { promise: late, resolve } = Promise.withResolvers<Answer>()
  const patience = setTimeout(resolve, ANSWER_MS, otherwise)
  const found = await Promise.race([answer, late])
  clearTimeout(patience)
  return found
}

/** Who asks whether we are ready waits no longer than this. */
const ANSWER_MS = 2_000

function addMetrics(app: FastifyInstance, { metrics, metricsToken }: HealthPorts): void {
  if (metrics === undefined) return
  app.get(
    '/metrics',
    {
      config: {
        may: 'anyone',
        doc: { summary: 'Figures for Prometheus', tag, type: 'text/plain' },
      },
    },
    async (request, reply) => {
      if (metricsToken === undefined) {
        if (!isFromHere(request)) throw new ProblemError('forbidden')
      } else if (!isBearer(request, metricsToken)) throw new ProblemError('unauthenticated')
      const { type, text } = await metrics()
      return reply.type(type).send(text)
    },
  )
}

/** From this machine, and not through a proxy on it. */
function isFromHere({ ip, headers }: FastifyRequest): boolean {
  const isForwarded = headers['x-forwarded-for'] !== undefined || headers.forwarded !== undefined
  return !isForwarded && LOOPBACK.test(ip)
}

const LOOPBACK = /^(127\.|::1$|::ffff:127\.)/

function isBearer({ headers }: FastifyRequest, token: string): boolean {
  const hashed = (text: string) => hash('sha256', text, 'buffer')
  return timingSafeEqual(hashed(headers.authorization ?? ''), hashed(`Bearer ${token}`))
}
