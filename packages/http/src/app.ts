// The HTTP application, put together: plugins, the gate, every route, one place where errors
// become problem documents. Logs name the route's pattern, never a path with a token in it.
import { randomUUIDv7 } from 'node:crypto'
import cookie from '@fastify/cookie'
import rateLimit from '@fastify/rate-limit'
import fastify, {
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  LogController,
  type RouteOptions,
} from 'fastify'
import { addAccountRoute } from './account-route.ts'
import { addAuditRoutes } from './audit-route.ts'
import { addBallotRoutes } from './ballot-route.ts'
import { addCaseRoutes } from './case-route.ts'
import { addCommandRoutes } from './command-route.ts'
import { addDuplicateRoute } from './duplicate-route.ts'
import { addStreamRoutes } from './event-stream.ts'
import { addFigureRoutes } from './figure-route.ts'
import { addFileRoutes } from './file-route.ts'
import { addGate } from './gate.ts'
import { addHealthRoutes, type HealthPorts } from './health-route.ts'
import { addLedgerRoute } from './ledger-route.ts'
import { addListRoutes } from './list-route.ts'
import { addMinutesRoutes } from './minutes-route.ts'
import { addNoticeChoiceRoutes } from './notice-choice-route.ts'
import { addNoticeRoutes } from './notice-route.ts'
import { addOpenApi, addOpenApiPages } from './open-api.ts'
import { addParticipationRoutes } from './participation-route.ts'
import type { HttpPorts } from './ports.ts'
import { problem, problemOf } from './problem.ts'
import { addRefundRoutes } from './refund-route.ts'
import { addRegistryRoutes } from './registry-route.ts'
import { addResidentRoutes } from './resident-route.ts'
import { language } from './route.ts'
import { addSessionRoutes } from './session-route.ts'
import { addTemperatureRoute } from './temperature-route.ts'
import { addUnitSuggestion } from './unit-suggestion.ts'
import { addWebRoutes } from './web-route.ts'

/** The largest body that is read. */
export const BODY_BYTES_MAX = 256 * 1024

/**
 * `logger` is a pino logger; without one nothing is logged. `onRoute` sees every route.
 * `trustProxy` names the addresses whose `X-Forwarded-For` is believed; without it, none is.
 */
export type AppOptions = {
  logger?: FastifyBaseLogger
  trustProxy?: string
  onRoute?: (route: RouteOptions) => void
}

/** The application of a process that answers for nothing but its own health and figures. */
export function buildHealthApp(
  ports: HealthPorts,
  options: Pick<AppOptions, 'logger'> = {},
): FastifyInstance {
  const app = bareApp(options)
  addHealthRoutes(app, ports)
  return app
}

/** The application, ready to listen. */
export async function buildApp(
  ports: HttpPorts,
  options: AppOptions = {},
): Promise<FastifyInstance> {
  const app = bareApp(options)
  await addOpenApi(app)
  await app.register(cookie, { hook: false })
  await app.register(rateLimit, { global: false })
  addGate(app, ports)
  if (options.onRoute !== undefined) app.addHook('onRoute', options.onRoute)
  addSessionRoutes(app, ports)
  addResidentRoutes(app, ports)
  addBallotRoutes(app, ports)
  addMinutesRoutes(app, ports)
  addRegistryRoutes(app, ports)
  addNoticeRoutes(app, ports)
  addNoticeChoiceRoutes(app, ports)
  addFigureRoutes(app, ports)
  addParticipationRoutes(app, ports)
  addStreamRoutes(app, ports)
  addListRoutes(app, ports)
  addDuplicateRoute(app, ports)
  addLedgerRoute(app, ports)
  addUnitSuggestion(app, ports)
  addRefundRoutes(app, ports)
  addTemperatureRoute(app, ports)
  addAccountRoute(app, ports)
  addCaseRoutes(app, ports)
  addAuditRoutes(app, ports)
  await addFileRoutes(app, ports)
  addCommandRoutes(app, ports)
  addHealthRoutes(app, ports)
  await addOpenApiPages(app)
  await addWebRoutes(app, ports.webFolder)
  return app
}

function bareApp({ logger, trustProxy }: AppOptions): FastifyInstance {
  const app: FastifyInstance = fastify({
    ...(logger === undefined ? {} : { loggerInstance: logger }),
    ...(trustProxy === undefined ? {} : { trustProxy }),
    logController: new LogController({
      disableRequestLogging: true,
      requestIdLogLabel: 'request',
    }),
    // A counter would give the same name to requests of different processes and starts.
    genReqId: () => randomUUIDv7(),
    bodyLimit: BODY_BYTES_MAX,
    routerOptions: { maxParamLength: 300 },
    forceCloseConnections: 'idle',
  })
  app.removeContentTypeParser('text/plain')
  app.setErrorHandler(answerProblem)
  endIdleConnections(app)
  return app
}

/** A connection whose last answer went out while the server closes would be kept for a minute. */
function endIdleConnections(app: FastifyInstance): void {
  app.addHook('preClose', async () => {
    const ending = setInterval(() => app.server.closeIdleConnections(), CLOSING_MS)
    ending.unref()
    app.server.once('close', () => clearInterval(ending))
  })
}

const CLOSING_MS = 20

/** The instance of a command or a case; a resident's link is no id. */
function streamIn(params: unknown): { stream?: string } {
  if (typeof params !== 'object' || params === null || !('id' in params)) return {}
  const { id } = params
  return typeof id === 'string' && INSTANCE.test(id) ? { stream: id } : {}
}

const INSTANCE = /^[a-z][a-z-]*-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

function answerProblem(thrown: unknown, request: FastifyRequest, reply: FastifyReply) {
  const found = problemOf(thrown)
  const document = problem(found.code, language(request), found.extra)
  if (document.status >= 500) {
    const { url: route } = request.routeOptions
    request.log.error({ err: thrown, route, ...streamIn(request.params) }, 'a request failed')
  }
  if (found.retryAfterS !== undefined) reply.header('retry-after', String(found.retryAfterS))
  if (found.code === 'unauthenticated') reply.header('www-authenticate', 'Bearer')
  return reply
    .code(document.status)
    .header('content-type', 'application/problem+json; charset=utf-8')
    .header('content-language', language(request) === 'zh' ? 'zh-CN' : 'en')
    .send(JSON.stringify(document))
}
