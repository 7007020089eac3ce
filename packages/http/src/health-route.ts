// Whether the process lives, whether it can serve, and its figures.
import type { FastifyInstance } from 'fastify'
import type { HttpPorts } from './ports.ts'

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
  const { metrics } = ports
  if (metrics === undefined) return
  app.get(
    '/metrics',
    {
      config: {
        may: 'anyone',
        doc: { summary: 'Figures for Prometheus', tag, type: 'text/plain' },
      },
    },
    async (_request, reply) => {
      const { type, text } = await metrics()
      return reply.type(type).send(text)
    },
  )
}
