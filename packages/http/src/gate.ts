// The gate before every route: who asks, may they, and does a cookie come from a page of ours.
// Runs before the body is read. Adds no closure per request.
import type { Access, Caller } from '@linli/engine'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { termProblem } from './login-term.ts'
import type { HttpPorts } from './ports.ts'
import { ProblemError } from './problem.ts'
import type { May } from './route.ts'

/** The session cookie. */
export const SESSION_COOKIE = 'linli_session'

/** Pages of a plugin, which declares nothing: the API description. */
const OPEN_PAGES = '/docs'

type Done = (fault?: Error) => void

type GatePorts = Pick<HttpPorts, 'access' | 'engine'>

/** Puts the gate before each route that is added from now on; every route must say who may. */
export function addGate(app: FastifyInstance, ports: GatePorts): void {
  app.decorateRequest('caller', undefined)
  app.decorateRequest('sessionToken', undefined)
  const gates = new Map<May, ReturnType<typeof gateFor>>()
  app.addHook('onRoute', (route) => {
    const may = route.config?.may ?? (route.url.startsWith(OPEN_PAGES) ? 'anyone' : undefined)
    if (may === undefined) throw new Error(`route ${route.method} ${route.url} says not who may`)
    route.config = { ...route.config, may }
    const gate = gates.getOrInsertComputed(may, () => gateFor(ports, may))
    const others = route.onRequest ?? []
    route.onRequest = [gate, ...(Array.isArray(others) ? others : [others])]
  })
}

function gateFor({ access, engine }: GatePorts, may: May) {
  const decide = (request: FastifyRequest, caller: Caller | undefined, done: Done): void => {
    request.caller = caller
    if (may === 'anyone') done()
    else if (caller === undefined) done(new ProblemError('unauthenticated'))
    else if (caller.grants.length > 0 || caller.person === undefined) {
      done(isAllowed(caller, may) ? undefined : new ProblemError('forbidden'))
    } else {
      // A session or token lives on when its person's roles have ended; it is of no use then.
      termProblem(engine, caller.person).then((over) => {
        if (over !== undefined) done(new ProblemError(over))
        else done(isAllowed(caller, may) ? undefined : new ProblemError('forbidden'))
      }, done)
    }
  }
  return (request: FastifyRequest, reply: FastifyReply, done: Done): void => {
    reply.header('x-content-type-options', 'nosniff')
    reply.header('cache-control', 'no-store')
    if (!isOurPage(request)) {
      done(new ProblemError('origin-refused', { field: 'Origin' }))
      return
    }
    const found = credentialed(access, request)
    if (!(found instanceof Promise)) decide(request, found, done)
    else found.then((caller) => decide(request, caller, done), done)
  }
}

const isAllowed = (caller: Caller, may: May): boolean =>
  typeof may === 'string' || caller.grants.some((grant) => may.includes(grant.role))

function credentialed(
  access: Access,
  request: FastifyRequest,
): Caller | undefined | Promise<Caller | undefined> {
  const { authorization } = request.headers
  if (authorization !== undefined) {
    return authorization.startsWith('Bearer ') ? access.byToken(authorization.slice(7)) : undefined
  }
  const token = sessionIn(request.headers.cookie)
  if (token === undefined) return undefined
  request.sessionToken = token
  return access.bySession(token)
}

function sessionIn(cookies: string | undefined): string | undefined {
  if (cookies === undefined) return undefined
  const at = cookies.indexOf(`${SESSION_COOKIE}=`)
  if (at < 0 || (at > 0 && cookies[at - 1] !== ' ' && cookies[at - 1] !== ';')) return undefined
  const from = at + SESSION_COOKIE.length + 1
  const end = cookies.indexOf(';', from)
  return cookies.slice(from, end < 0 ? undefined : end).trim()
}

/**
 * What changes something must come from a page of this site: with a cookie the browser has to say
 * so, without one a foreign `Origin` is still refused. Scripts with a token have no origin.
 */
function isOurPage(request: FastifyRequest): boolean {
  const { method, headers } = request
  if (method === 'GET' || method === 'HEAD' || method === 'OPTIONS') return true
  if (headers.authorization !== undefined) return true
  const { origin } = headers
  if (origin === undefined) {
    return headers['sec-fetch-site'] === 'same-origin' || headers.cookie === undefined
  }
  const host = URL.canParse(origin) ? new URL(origin).host : ''
  return host !== '' && host === headers.host
}
