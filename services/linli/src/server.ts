// The HTTP server of an open community: hands the parts to the HTTP edge, adds the process's own
// figures, and wires what has to hear of events.
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { Access, type Event, pseudonymiser, viewInstance } from '@linli/engine'
import { buildApp, type DemoAccount, type HttpPorts } from '@linli/http'
import { categories, residentStage } from '@linli/workflows'
import type { FastifyInstance } from 'fastify'
import type { Logger } from 'pino'
import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client'
import type { Community } from './community.ts'

/** How a server is built. */
export type ServerOptions = {
  logger?: Logger
  /** Demo accounts; give them only where the host is a loopback address. */
  demo?: readonly DemoAccount[]
  secure?: boolean
  webFolder?: string
  signInsPerMinute?: number
  metricsToken?: string
  /** Addresses of proxies that say who is asking. */
  trustProxy?: string
}

/** The application over an open community. Closing it leaves the community open. */
export async function buildServer(
  community: Community,
  options: ServerOptions = {},
): Promise<FastifyInstance> {
  const { engine, work, keyFile, read, effects, files } = community
  const { logger, trustProxy, webFolder = builtWebApp(), ...rest } = options
  const access = new Access({ work, instances: engine.instances, keyFile, now: engine.now })
  const ports: HttpPorts = {
    engine,
    access,
    work,
    effects,
    files,
    read,
    view: (id, asOf) =>
      viewInstance({ reader: engine.store, instances: engine.instances }, id, asOf),
    pseudonymise: pseudonymiser(keyFile),
    categories,
    residentStage,
    metrics: metricsOf(community),
    ...(webFolder === undefined ? {} : { webFolder }),
    ...rest,
  }
  const app = await buildApp(ports, {
    ...(logger === undefined ? {} : { logger }),
    ...(trustProxy === undefined ? {} : { trustProxy }),
  })
  const hear = (event: Event) => {
    if (event.stream.startsWith('person-')) access.forget(event.stream)
  }
  engine.onEvent.push(hear)
  app.addHook('onClose', async () => {
    engine.onEvent.splice(engine.onEvent.indexOf(hear), 1)
  })
  return app
}

/** The web app's built files, where they are. */
function builtWebApp(): string | undefined {
  const folder = fileURLToPath(new URL('../../web/dist', import.meta.url))
  return existsSync(folder) ? folder : undefined
}

/** Figures of the process and of what it has done since its start. */
function metricsOf({ engine, store, read, effects }: Community) {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry, prefix: 'linli_' })
  const events = new Counter({
    name: 'linli_events_total',
    help: 'Events appended by this process.',
    registers: [registry],
  })
  engine.onEvent.push(() => events.inc())
  const gauge = (name: string, help: string, value: () => number | Promise<number>) =>
    new Gauge({
      name,
      help,
      registers: [registry],
      async collect() {
        this.set(await value())
      },
    })
  gauge('linli_log_position', 'Position of the last event of the log.', () => store.head())
  gauge('linli_read_position', 'Position that the read models have.', () => read.position())
  gauge(
    'linli_effects_position',
    'Position up to which effects had their turn.',
    () => effects.position,
  )
  return async () => ({ type: registry.contentType, text: await registry.metrics() })
}
