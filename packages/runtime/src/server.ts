// The HTTP server of an open community: hands the parts to the HTTP edge, adds the process's own
// figures, and wires what has to hear of events.
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { Access, type Event, pseudonymiser, viewInstance } from '@linli/engine'
import { buildApp, type DemoAccount, type HttpPorts } from '@linli/http'
import { categories, residentStage } from '@linli/workflows'
import type { FastifyInstance } from 'fastify'
import type { Logger } from 'pino'
import type { Community } from './community.ts'

/** How a server is built. */
export type ServerOptions = {
  logger?: Logger
  /** Demo accounts; give them only where the host is a loopback address. */
  demo?: readonly DemoAccount[]
  /** How far a demo is that still arrives. */
  arrival?: NonNullable<HttpPorts['arrival']>
  secure?: boolean
  webFolder?: string
  signInsPerMinute?: number
  metricsToken?: string
  /** The process was told to end: it is not ready any more. */
  isEnding?: () => boolean
  /** Addresses of proxies that say who is asking. */
  trustProxy?: string
}

/** Where processes share an installation, a revocation is seen everywhere within this time. */
const REMEMBERED_MS = 5_000

/** The application over an open community. Closing it leaves the community open. */
export async function buildServer(
  community: Community,
  options: ServerOptions = {},
): Promise<FastifyInstance> {
  const { engine, work, keyFile, read, effects, courier, figures, files } = community
  const { logger, trustProxy, webFolder = builtWebApp(), ...rest } = options
  const access = new Access({
    ...{ work, keyFile, instances: engine.instances, now: engine.now },
    ...(engine.vault.isShared ? { rememberedMs: REMEMBERED_MS } : {}),
  })
  const ports: HttpPorts = {
    engine,
    access,
    work,
    effects,
    courier,
    files,
    read,
    view: (id, asOf) =>
      viewInstance({ reader: engine.store, instances: engine.instances }, id, asOf),
    pseudonymise: pseudonymiser(keyFile),
    categories,
    residentStage,
    metrics: figures.read,
    ...(community.unwell === undefined ? {} : { unwell: community.unwell }),
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
  community.tracing?.watch(app)
  engine.onEvent.push(hear)
  app.addHook('onResponse', (request, reply, done) => {
    const { method, routeOptions } = request
    const seconds = reply.elapsedTime / 1000
    figures.answered({ route: routeOptions.url ?? '', method, status: reply.statusCode, seconds })
    done()
  })
  app.addHook('onClose', async () => {
    engine.onEvent.splice(engine.onEvent.indexOf(hear), 1)
  })
  return app
}

/** The web app's built files, where they are. */
function builtWebApp(): string | undefined {
  const folder = fileURLToPath(new URL('../../../services/web/dist', import.meta.url))
  return existsSync(folder) ? folder : undefined
}
