// Signing in and out: by name and password, by a one-time link, and by one click in a demo.
import {
  type Caller,
  LINK_MS,
  PASSWORD_CHARS_MAX,
  PASSWORD_CHARS_MIN,
  personName,
  type Session,
} from '@linli/engine'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { SESSION_COOKIE } from './gate.ts'
import { type Language, roleText } from './language.ts'
import { termProblem } from './login-term.ts'
import { nameOf } from './names.ts'
import type { HttpPorts } from './ports.ts'
import { type ProblemCode, ProblemError } from './problem.ts'
import { perMinute } from './rate.ts'
import { Me } from './reply-schema.ts'
import { callerOf, isIdOf, language, parsed } from './route.ts'

const SignIn = z.strictObject({
  name: z.string().min(1).max(80),
  password: z.string().min(1).max(PASSWORD_CHARS_MAX),
})
const NewLogin = z.strictObject({
  name: z.string().trim().min(2).max(80),
  password: z.string().min(PASSWORD_CHARS_MIN).max(PASSWORD_CHARS_MAX),
})
const SignInLink = z.strictObject({ link: z.string(), expiresAt: z.iso.datetime() })
const OneTimeLink = z.strictObject({ token: z.string().min(20).max(100) })
const DemoSignIn = z.strictObject({ name: z.string().min(1).max(80) })
const tag = 'session'

/** Adds sign-in and sign-out. */
export function addSessionRoutes(app: FastifyInstance, ports: HttpPorts): void {
  const config = { may: 'anyone' as const, rateLimit: perMinute(ports.signInsPerMinute ?? 20) }
  app.post(
    '/api/session',
    { config: { ...config, doc: { summary: 'Sign in', tag, body: SignIn, reply: Me } } },
    async (request, reply) => {
      const { name, password } = parsed(SignIn, request.body, request)
      const session = await ports.access.signIn(name, password)
      return begin(ports, { request, reply, session, otherwise: 'login-failed' })
    },
  )
  const linkDoc = { summary: 'Sign in with a one-time link', tag, body: OneTimeLink, reply: Me }
  app.post('/api/session/link', { config: { ...config, doc: linkDoc } }, async (request, reply) => {
    const { token } = parsed(OneTimeLink, request.body, request)
    const session = await ports.access.useLink(token)
    return begin(ports, { request, reply, session, otherwise: 'link-invalid' })
  })
  app.get(
    '/api/session',
    { config: { may: 'signed-in', doc: { summary: 'Who is signed in', tag, reply: Me } } },
    (request) => meOf(ports, callerOf(request), language(request)),
  )
  app.delete(
    '/api/session',
    { config: { may: 'anyone', doc: { summary: 'Sign out', tag, status: 204 } } },
    async (request, reply) => {
      if (request.sessionToken !== undefined) await ports.access.closeSession(request.sessionToken)
      reply.clearCookie(SESSION_COOKIE, { path: '/' })
      return reply.code(204).send()
    },
  )
  addLoginRoutes(app, ports)
  if (ports.demo !== undefined) addDemoRoutes(app, ports)
}

/** A login is a person's own to set; an administrator lets somebody in by a one-time link. */
function addLoginRoutes(app: FastifyInstance, ports: HttpPorts): void {
  const rateLimit = perMinute(ports.signInsPerMinute ?? 20)
  const doc = { summary: 'Set one’s own name and password', tag, body: NewLogin, reply: Me }
  app.put(
    '/api/session/login',
    { config: { may: 'signed-in', rateLimit, doc } },
    async (request, reply) => {
      const { person } = callerOf(request)
      if (person === undefined) throw new ProblemError('forbidden')
      const login = { ...parsed(NewLogin, request.body, request), person }
      if (!(await ports.access.setLogin(login))) {
        throw new ProblemError('login-name-taken', { field: 'name' })
      }
      const session = await ports.access.openSession(person)
      return begin(ports, { request, reply, session, otherwise: 'login-failed' })
    },
  )
  const linkDoc = { summary: 'A one-time link that signs a person in', tag, reply: SignInLink }
  app.post<{ Params: { id: string } }>(
    '/api/person/:id/sign-in-link',
    { config: { may: ['administrator'], doc: { ...linkDoc, status: 201 } } },
    async (request, reply) => {
      const { id } = request.params
      const caller = callerOf(request)
      if (!isIdOf('person', id) || (await ports.access.callerOf(id)) === undefined) {
        throw new ProblemError('not-found', { field: 'id' })
      }
      const at = ports.engine.now()
      const token = await ports.access.createLink({ person: id, purpose: `by ${caller.id}` })
      const opening = { person: caller.person ?? caller.id, role: 'administrator' as const }
      await ports.access.log.record({ ...opening, at, instance: id, why: 'sign-in-link' })
      return reply
        .code(201)
        .send({ link: `/link/${token}`, expiresAt: new Date(at + LINK_MS).toISOString() })
    },
  )
}

function addDemoRoutes(app: FastifyInstance, ports: HttpPorts): void {
  const accounts = ports.demo ?? []
  const config = { may: 'anyone' as const, rateLimit: perMinute(300) }
  app.get(
    '/api/demo/accounts',
    { config: { ...config, doc: { summary: 'Accounts of the demo community', tag } } },
    () => accounts.map(({ name, role, label }) => ({ name, role, label })),
  )
  app.get(
    '/api/demo',
    { config: { ...config, doc: { summary: 'How far the demo has arrived', tag } } },
    () => ports.arrival?.() ?? { done: 0, all: 0, isThere: true },
  )
  const doc = { summary: 'Sign in to the demo with one click', tag, body: DemoSignIn, reply: Me }
  app.post('/api/demo/session', { config: { ...config, doc } }, async (request, reply) => {
    // A name that was made to point at this machine (DNS rebinding) gets no demo account.
    if (!LOOPBACK.has(request.hostname)) throw new ProblemError('origin-refused', { field: 'Host' })
    const { name } = parsed(DemoSignIn, request.body, request)
    const account = accounts.find((one) => one.name === name)
    if (account === undefined) throw new ProblemError('not-found', { field: 'name' })
    const session = await ports.access.openSession(account.person)
    return begin(ports, { request, reply, session, otherwise: 'login-failed' })
  })
}

const LOOPBACK = new Set(['127.0.0.1', 'localhost', '[::1]', '::1'])

type Beginning = {
  request: FastifyRequest
  reply: FastifyReply
  session: Session | undefined
  otherwise: ProblemCode
}

async function begin(ports: HttpPorts, beginning: Beginning) {
  const { request, reply, session, otherwise } = beginning
  if (session === undefined) throw new ProblemError(otherwise)
  const over = await termProblem(ports.engine, session.person)
  if (over !== undefined) {
    await ports.access.closeSession(session.token)
    throw new ProblemError(over)
  }
  reply.setCookie(SESSION_COOKIE, session.token, {
    path: '/',
    httpOnly: true,
    sameSite: 'strict',
    secure: ports.secure === true,
  })
  const caller = await ports.access.callerOf(session.person)
  if (caller === undefined) throw new ProblemError(otherwise)
  return meOf(ports, caller, language(request))
}

async function meOf(ports: HttpPorts, caller: Caller, into: Language) {
  const name =
    caller.person === undefined ? undefined : await personName(ports.engine, caller.person)
  return {
    person: caller.person,
    ...(name === undefined ? {} : { name }),
    roles: await Promise.all(
      caller.grants.map(async ({ role, place, unit }) => ({
        role,
        label: roleText(into, role),
        ...(place === undefined ? {} : { place, placeName: await nameOf(ports.engine, place) }),
        ...(unit === undefined ? {} : { unit, unitName: await nameOf(ports.engine, unit) }),
      })),
    ),
    demo: ports.demo !== undefined,
  }
}
