// Signing in: passwords, one-time links, cookies and where they may come from, the demo, limits.
import t from 'tap'
import { type Answer, give, hire, openKit, settlePlace } from './community-kit.ts'

const kit = await openKit()
t.teardown(() => kit.close())
const community = await settlePlace(kit, 'community')
const coordinator = await hire(kit, [{ role: 'coordinator', place: community }])
const password = '正确的马电池订书钉'
await kit.access.setLogin({ name: 'Coordinator', password, person: coordinator.person })

const signIn = (body: unknown, headers: Record<string, string> = {}) =>
  kit.ask('POST', '/api/session', { body, headers })

const cookieOf = (answer: Answer) => answer.headers.get('set-cookie')?.split(';')[0] ?? ''

t.test('name and password give a cookie that scripts cannot read', async (test) => {
  const answer = await signIn({ name: ' coordinator', password })
  test.equal(answer.status, 200)
  test.match(answer.headers.get('set-cookie'), /; HttpOnly; SameSite=Strict/)
  const role = { role: 'coordinator', place: community, placeName: 'community 1' }
  test.match(answer.body, { person: coordinator.person, name: '甲', roles: [role], demo: false })
  const me = await kit.ask('GET', '/api/session', { headers: { cookie: cookieOf(answer) } })
  test.same(me.body, answer.body)
})

t.test('what does not fit is refused in the same words', async (test) => {
  for (const body of [
    { name: 'coordinator', password: `${password}。` },
    { name: 'nobody', password },
  ]) {
    const answer = await signIn(body, { 'accept-language': 'en' })
    test.match(answer, { status: 401, body: { code: 'login-failed', title: 'Sign-in failed' } })
  }
  test.match(await signIn({ name: 7 }), { status: 422, body: { code: 'invalid', field: 'name' } })
})

t.test('a login ends with the last role, and begins with the first', async (test) => {
  const { person, token } = await hire(kit, [])
  await kit.access.setLogin({ name: 'student', password, person })
  const grant = (data: object) =>
    give(kit.engine, { workflow: 'person', command: 'grant', instance: person, data })
  const day = (days: number) => new Date(kit.engine.now() + days * 86_400_000).toISOString()
  await grant({ role: 'volunteer', place: community, from: day(2), until: day(30) })
  const early = await signIn({ name: 'student', password }, { 'accept-language': 'en' })
  test.match(early, { status: 401, body: { code: 'login-not-begun', title: 'Login not begun' } })
  await grant({ role: 'council-member', place: community })
  const answer = await signIn({ name: 'student', password })
  test.equal(answer.status, 200)
  const revoke = async (role: string) => {
    const data = { role, place: community }
    await give(kit.engine, { workflow: 'person', command: 'revoke', instance: person, data })
    kit.access.forget(person)
  }
  await revoke('volunteer')
  await revoke('council-member')
  const over = { status: 401, body: { code: 'login-expired' } }
  test.match(await signIn({ name: 'student', password }), over)
  const headers = { cookie: cookieOf(answer) }
  test.match(await kit.ask('GET', '/api/session', { headers }), over, 'and the open session')
  test.match(await kit.ask('GET', '/api/place', { token }), over, 'and the token')
  const out = await kit.ask('DELETE', '/api/session', { headers: { ...headers, origin: kit.base } })
  test.equal(out.status, 204, 'signing out is always possible')
})

t.test('a cookie changes something only from a page of ours', async (test) => {
  const cookie = cookieOf(await signIn({ name: 'coordinator', password }))
  const leave = (headers: Record<string, string>) =>
    kit.ask('DELETE', '/api/session', { headers: { cookie, ...headers } })
  const refused = { status: 403, body: { code: 'origin-refused', field: 'Origin' } }
  test.match(await leave({ origin: 'https://elsewhere.example' }), refused)
  test.match(await leave({ origin: 'null' }), refused)
  test.match(await leave({}), refused)
  test.match(
    await signIn({ name: 'coordinator', password }, { origin: 'http://x.example' }),
    refused,
  )
  const still = await kit.ask('GET', '/api/session', { headers: { cookie } })
  test.equal(still.status, 200, 'still signed in')
  test.equal((await leave({ origin: kit.base })).status, 204)
  const gone = await kit.ask('GET', '/api/session', { headers: { cookie } })
  test.match(gone, { status: 401, body: { code: 'unauthenticated' } })
})

t.test('a one-time link works once, and not when it is over', async (test) => {
  const { person } = coordinator
  const use = (token: string) => kit.ask('POST', '/api/session/link', { body: { token } })
  const link = await kit.access.createLink({ person, purpose: 'first-start' })
  test.match(await use(link), { status: 200, body: { person } })
  const invalid = { status: 401, body: { code: 'link-invalid' } }
  test.match(await use(link), invalid, 'used')
  const over = await kit.access.createLink({ person, purpose: 'first-start', validMs: -1 })
  test.match(await use(over), invalid, 'over')
  test.match(await use('x'.repeat(43)), invalid, 'unknown')
})

t.test('figures are for this machine, or for who has the token', async (test) => {
  const metrics = async () => ({ type: 'text/plain', text: 'linli_up 1' })
  const open = await openKit({ metrics })
  const closed = await openKit({ metrics, metricsToken: 'a token for the figures' })
  test.teardown(() => Promise.all([open.close(), closed.close()]))
  const ask = (of: typeof kit, headers: Record<string, string> = {}) =>
    of.ask('GET', '/metrics', { headers })
  test.match(await ask(open), { status: 200, body: 'linli_up 1' })
  const proxied = await ask(open, { 'x-forwarded-for': '192.0.2.1' })
  test.match(proxied, { status: 403, body: { code: 'forbidden' } }, 'by a proxy here')
  const unknown = { status: 401, body: { code: 'unauthenticated' } }
  test.match(await ask(closed), unknown)
  test.match(await ask(closed, { authorization: 'Bearer a token for the figure' }), unknown)
  const told = await ask(closed, { authorization: 'Bearer a token for the figures' })
  test.equal(told.status, 200)
})

t.test('limits count the address that a trusted proxy names, and no other', async (test) => {
  const tries = async (trustProxy?: string) => {
    const more = trustProxy === undefined ? {} : { trustProxy }
    const open = await openKit({ signInsPerMinute: 2 }, more)
    const statuses: number[] = []
    for (let tried = 0; tried < 3; tried += 1) {
      const headers = { 'x-forwarded-for': `192.0.2.${tried}` }
      const body = { name: 'nobody', password: 'guess' }
      statuses.push((await open.ask('POST', '/api/session', { body, headers })).status)
    }
    await open.close()
    return statuses
  }
  test.same(await tries('loopback'), [401, 401, 401])
  test.same(await tries(), [401, 401, 429], 'a header alone says nothing')
})

t.test('without a demo there is none', async (test) => {
  test.equal((await kit.ask('GET', '/api/demo/accounts')).status, 404)
})

t.test(
  'the demo signs in with one click, at this address only; tries are limited',
  async (test) => {
    const demo = await openKit({ signInsPerMinute: 3 })
    const { person } = await hire(demo, [{ role: 'supervisor' }])
    await demo.close()
    const label = { zh: '督查员', en: 'Supervisor' }
    const account = { name: 'supervisor', role: 'supervisor', person, label }
    const open = await openKit({ signInsPerMinute: 3, demo: [account] })
    test.teardown(() => open.close())
    const listed = await open.ask('GET', '/api/demo/accounts')
    test.same(listed.body, [{ name: 'supervisor', role: 'supervisor', label }])
    const click = (name: string) => open.ask('POST', '/api/demo/session', { body: { name } })
    test.match(await click('nobody'), { status: 404, body: { code: 'not-found', field: 'name' } })
    test.match(await click('supervisor'), { status: 401 }, 'a person of another log')
    const answers: Answer[] = []
    for (let tried = 0; tried < 4; tried += 1) {
      const body = { name: 'nobody', password: 'guess' }
      answers.push(await open.ask('POST', '/api/session', { body }))
    }
    test.same(
      answers.map(({ status }) => status),
      [401, 401, 401, 429],
    )
    test.match(answers[3]?.body, { code: 'too-many-requests' })
    test.ok(Number(answers[3]?.headers.get('retry-after')) > 0)
  },
)

t.test('a login is one’s own to set, and a name has one holder', async (test) => {
  const other = await hire(kit, [{ role: 'grid-worker', place: community }])
  const link = await kit.access.createLink({ person: other.person, purpose: 'invitation' })
  const first = await kit.ask('POST', '/api/session/link', { body: { token: link } })
  const headers = { cookie: cookieOf(first), origin: kit.base }
  const set = (body: unknown) => kit.ask('PUT', '/api/session/login', { body, headers })
  test.match(await set({ name: 'grid', password: 'short' }), {
    status: 422,
    body: { code: 'invalid', field: 'password' },
  })
  test.match(await set({ name: ' COORDINATOR', password }), {
    status: 409,
    body: { code: 'login-name-taken', field: 'name' },
  })
  test.equal((await signIn({ name: 'coordinator', password })).status, 200, 'not taken over')
  const done = await set({ name: 'grid', password })
  test.match(done, { status: 200, body: { person: other.person } })
  const again = await signIn({ name: 'Grid', password })
  test.match(again, { status: 200, body: { person: other.person } })
  test.equal((await kit.ask('PUT', '/api/session/login', { body: {} })).status, 401)
})

t.test('an administrator lets somebody in by a link, and it is on record', async (test) => {
  const admin = await hire(kit, [{ role: 'administrator' }])
  const path = `/api/person/${coordinator.person}/sign-in-link`
  const ask = (token: string, to = path) =>
    kit.ask('POST', to, { headers: { authorization: `Bearer ${token}` } })
  const token = (person: string) => kit.access.createToken({ person, label: 'test' })
  test.match(await ask(await token(coordinator.person)), { status: 403 })
  const given = await ask(await token(admin.person))
  test.equal(given.status, 201)
  const made = String(Reflect.get(Object(given.body), 'link')).slice('/link/'.length)
  const used = await kit.ask('POST', '/api/session/link', { body: { token: made } })
  test.match(used, { status: 200, body: { person: coordinator.person } })
  test.match(await kit.access.log.list(coordinator.person), [{ why: 'sign-in-link' }])
  const nobody = '/api/person/person-01980000-0000-7000-8000-000000000000/sign-in-link'
  test.match(await ask(await token(admin.person), nobody), { status: 404 })
})
