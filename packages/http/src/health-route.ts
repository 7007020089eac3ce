// Whether the process lives, whether it can serve, and its figures.
import { hash, timingSafeEqual } from 'node:crypto'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { HttpPorts } from './ports.ts'
import { ProblemError } from './problem.ts'

const tag = 'operations'

/** How far the read models may lag behind the log before the server calls itself not ready. */
const LAG_MAX = 1_000_000

/** Adds health and metrics. */
export function addHealthRoutes(app: FastifyInstance, ports: HttpPorts): void {
  app.get(
    '/health/live',
    { config: { may: 'anyone', doc: { summary: 'The process lives', tag } } },
    () => ({ status: 'live' }),
  )
  app.get(
    '/health/ready',
    { config: { may: 'anyone', doc: { summary: 'The server can serve', tag } } },
    async (_request, reply) => {
      const head = await ports.engine.store.head()
      const position = ports.read.position()
      const isReady = head - position <= LAG_MAX
      reply.code(isReady ? 200 : 503)
      return { status: isReady ? 'ready' : 'behind', head: String(head), read: String(position) }
    },
  )
  addMetrics(app, ports)
}

function addMetrics(app: FastifyInstance, { metrics, metricsToken }: HttpPorts): void {
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
