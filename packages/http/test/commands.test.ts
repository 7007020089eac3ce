// Giving commands through a listening server: every bad input is a problem document with code and
// field, and leaves nothing in the log.
import t, { type Test } from 'tap'
import { type Answer, type Kit, openKit, type Settled, settleIn } from './community-kit.ts'

const kit = await openKit()
t.teardown(() => kit.close())
const there = await settleIn(kit)
const { gridWorker, coordinator } = there

const cold = { channel: 'grid', text: '家里只有十五度', category: 'heating.indoor.cold' }
const report = (given: object = {}, headers: Record<string, string> = {}) =>
  kit.ask('POST', '/api/appeal/report', {
    token: gridWorker.token,
    body: { ...cold, place: there.building, ...given },
    headers,
  })

/** Asks, expects a problem, and that the log has not grown. */
async function refused(
  test: Test,
  wanted: { status: number; code: string; field?: string },
  asking: () => Promise<Answer>,
) {
  await kit.settle()
  const before = await kit.engine.store.head()
  const answer = await asking()
  test.equal(answer.status, wanted.status)
  test.match(answer.headers.get('content-type'), 'application/problem+json')
  test.match(answer.body, { ...wanted, title: String, detail: String, type: String })
  test.equal(await kit.engine.store.head(), before, 'nothing recorded')
  return answer
}
t.test('a report is created once, and its number comes to who waits', async (test) => {
  const key = 'a7c1f7ce-0000-7000-8000-000000000001'
  const headers = { 'idempotency-key': key, prefer: 'wait=1' }
  const first = await report({}, headers)
  test.equal(first.status, 201)
  test.equal(first.headers.get('location'), `/api/appeal/${first.body.id}`)
  test.equal(first.headers.get('etag'), '"0"')
  test.equal(first.headers.get('linli-position'), first.body.position)
  test.match(first.body, { path: 'open.reported', ended: false, repeated: false })
  test.match(first.body.number, /^\d{4}-\d{6}$/)
  const again = await report({}, headers)
  test.match(again.body, { id: first.body.id, revision: 0, repeated: true })
  await refused(test, { status: 422, code: 'key-reused', field: 'Idempotency-Key' }, () =>
    report({ text: '另一件事' }, headers),
  )
  const made = await report()
  test.match(made.headers.get('idempotency-key'), /^[0-9a-f-]{36}$/, 'the server says its key')
})

t.test('bad input', async (test) => {
  const { body: made } = await report()
  const to = (command: string) => `/api/appeal/${made.id}/${command}`
  const ask = (path: string, more: Parameters<Kit['ask']>[2] = {}) =>
    kit.ask('POST', path, { token: gridWorker.token, body: {}, ...more })
  const unknown = { status: 404, code: 'not-found' }
  const id = 'appeal-01900000-0000-7000-8000-000000000000'
  await refused(test, { ...unknown, field: 'command' }, () => ask(to('dance')))
  await refused(test, { ...unknown, field: 'workflow' }, () => ask('/api/ballet/report'))
  await refused(test, { ...unknown, field: 'command' }, () => ask(to('xstate.init')))
  await refused(test, { ...unknown, field: 'command' }, () => ask(to('archive')))
  await refused(test, { ...unknown, field: 'id' }, () => ask(`/api/appeal/${id}/take`))
  await refused(test, { ...unknown, field: 'id' }, () => ask('/api/appeal/appeal-1/take'))
  await refused(test, { ...unknown, field: 'place' }, () =>
    report({ place: 'place-01900000-0000-7000-8000-000000000000' }),
  )
  const wrongState = await refused(test, { status: 409, code: 'not-in-this-state' }, () =>
    ask(to('close'), { token: coordinator.token }),
  )
  test.ok(wrongState.body.offered.includes('verify'), 'with what is offered')
  const json = { status: 400, code: 'malformed-json', field: 'body' }
  await refused(test, json, () => ask(to('take'), { raw: '{"a":' }))
  await refused(test, json, () => ask(to('take'), { raw: '{"__proto__": 1}' }))
  const invalid = { status: 422, code: 'invalid' }
  await refused(test, { ...invalid, field: 'by' }, () => ask(to('contact'), { body: { by: 7 } }))
  await refused(test, { ...invalid, field: '' }, () => ask(to('take'), { body: { extra: 1 } }))
  await refused(test, invalid, () => ask(to('take'), { body: [1] }))
  await refused(test, { ...invalid, field: 'text' }, () => report({ text: '冷'.repeat(4001) }))
  await refused(test, { status: 413, code: 'too-large', field: 'body' }, () =>
    report({ text: '冷'.repeat(100_000) }),
  )
  const media = { status: 415, code: 'unsupported-media', field: 'Content-Type' }
  for (const type of ['text/plain', 'application/xml', 'application/x-www-form-urlencoded']) {
    await refused(test, media, () => ask(to('take'), { headers: { 'content-type': type } }))
  }
  const header = { status: 400, code: 'header-invalid' }
  await refused(test, { ...header, field: 'If-Match' }, () =>
    ask(to('take'), { headers: { 'if-match': 'new' } }),
  )
  await refused(test, { ...header, field: 'Linli-At' }, () =>
    ask(to('take'), { headers: { 'linli-at': 'yesterday' } }),
  )
  await refused(test, { ...header, field: 'Idempotency-Key' }, () =>
    ask(to('take'), { headers: { 'idempotency-key': 'x'.repeat(256) } }),
  )
})

t.test('a guard that is not met is named and told', async (test) => {
  const { body: made } = await report()
  const to = (command: string) => `/api/appeal/${made.id}/${command}`
  const given = { token: gridWorker.token, headers: { 'accept-language': 'en' } }
  const units = [
    { unit: there.heating, lead: true },
    { unit: there.property, lead: true },
  ]
  test.equal((await kit.ask('POST', to('verify'), { ...given, body: {} })).status, 200)
  const answer = await refused(test, { status: 409, code: 'condition-not-met' }, () =>
    kit.ask('POST', to('refer'), { ...given, body: { units } }),
  )
  test.match(answer.body.guard, String)
  test.match(answer.body.guardText, / /, 'a sentence')
})

t.test('If-Match: 412 says where the case stands', async (test) => {
  const { body: made } = await report()
  const take = (match: string) =>
    kit.ask('POST', `/api/appeal/${made.id}/take`, {
      token: gridWorker.token,
      headers: { 'if-match': match },
    })
  test.match(await take('"0"'), { status: 200, body: { revision: 1 } })
  const stale = await refused(
    test,
    { status: 412, code: 'stale-revision', field: 'If-Match' },
    () => take('"0"'),
  )
  test.match(stale.body, { revision: 1, path: 'open.reported' })
  test.match(await take('*'), { status: 200, body: { revision: 2 } })
})

t.test('Linli-At: late entries within the limit, nothing beyond', async (test) => {
  const { body: made } = await report()
  const at = (ms: number) => ({ 'linli-at': new Date(Date.now() + ms).toISOString() })
  const contact = (ms: number) =>
    kit.ask('POST', `/api/appeal/${made.id}/contact`, {
      token: gridWorker.token,
      body: { by: 'phone' },
      headers: at(ms),
    })
  const hour = 3_600_000
  const wanted = { status: 422, code: 'time-out-of-range', field: 'Linli-At' }
  await refused(test, wanted, () => contact(-25 * hour))
  await refused(test, wanted, () => contact(6 * 60_000))
  test.equal((await contact(-2 * hour)).status, 200)
  test.equal((await contact(4 * 60_000)).status, 200)
  const path = `/api/appeal/${made.id}/events`
  const { body } = await kit.ask('GET', path, { token: there.supervisor.token })
  test.same(
    body.events.map((event: { late: boolean }) => event.late),
    [false, true, false],
  )
})

t.test('who may: another place, another unit, no credential, a forged one', async (test) => {
  const settled: Settled = there
  const { body: made } = await report()
  const to = (command: string) => `/api/appeal/${made.id}/${command}`
  const forbidden = { status: 403, code: 'forbidden' }
  const take = (token: string) => () => kit.ask('POST', to('take'), { token, body: {} })
  await refused(test, forbidden, take(settled.farWorker.token))
  await refused(test, forbidden, take(settled.heatingHandler.token))
  await refused(test, forbidden, take(settled.analyst.token))
  const unknown = { status: 401, code: 'unauthenticated' }
  await refused(test, unknown, () => kit.ask('POST', to('take'), { body: {} }))
  await refused(test, unknown, take(`${gridWorker.token.slice(0, -1)}_`))
  await refused(test, unknown, take('linli_x'))
  await refused(test, unknown, () =>
    kit.ask('POST', to('take'), { headers: { authorization: 'Basic YTpi' } }),
  )
  await refused(test, { status: 403, code: 'origin-refused', field: 'Origin' }, () =>
    kit.ask('POST', to('take'), { headers: { cookie: 'linli_session=x' } }),
  )
  for (const { token } of [settled.farWorker, settled.heatingHandler, settled.administrator]) {
    const read = await kit.ask('GET', `/api/appeal/${made.id}`, { token })
    test.match(read, { status: 403, body: { code: 'forbidden' } })
    const history = await kit.ask('GET', `/api/appeal/${made.id}/events`, { token })
    test.equal(history.status, 403)
  }
})

t.test('a role that ends stops a token that is in memory', async (test) => {
  const { body: made } = await report()
  const { hire, give } = await import('./community-kit.ts')
  const grant = { role: 'grid-worker' as const, place: there.estate }
  const brief = await hire(kit, [grant])
  const contact = () =>
    kit.ask('POST', `/api/appeal/${made.id}/contact`, {
      token: brief.token,
      body: { by: 'phone' },
    })
  test.equal((await contact()).status, 200)
  const of = { workflow: 'person', instance: brief.person }
  await give(kit.engine, { ...of, command: 'revoke', data: grant })
  test.equal((await contact()).status, 403, 'no role: forbidden')
  await give(kit.engine, { ...of, command: 'erase', data: {} })
  test.equal((await contact()).status, 401, 'erased: nobody')
})
