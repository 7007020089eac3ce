// Reading: a case as it stood, its history, lists and figures, and who sees personal texts. What
// is opened stands in the access log; what leaves for analysts holds nothing of a person.
import t from 'tap'
import { give, openKit, settleIn } from './community-kit.ts'

const kit = await openKit()
t.teardown(() => kit.close())
const there = await settleIn(kit)
const { gridWorker, coordinator, supervisor, analyst } = there
const CANARY = '金丝雀13955556666'

const told = await kit.ask('POST', '/api/appeal/report', {
  token: gridWorker.token,
  body: {
    ...{ channel: 'grid', category: 'heating.indoor.cold', place: there.building },
    ...{ text: CANARY, phone: '13955556666', name: '乙' },
  },
})
const { id } = told.body
const order = async (command: string, body: unknown, token = gridWorker.token) => {
  const answer = await kit.ask('POST', `/api/appeal/${id}/${command}`, { token, body })
  if (answer.status !== 200) throw new Error(`${command}: ${JSON.stringify(answer.body)}`)
  return answer.body
}
await order('verify', { note: '确实冷' })
const referred = await order('refer', { units: [{ unit: there.heating, lead: true }] })
await kit.settle()
const get = (path: string, token: string, headers: Record<string, string> = {}) =>
  kit.ask('GET', path, { token, headers })

t.test('a case now and as of each revision', async (test) => {
  const now = await get(`/api/appeal/${id}`, coordinator.token)
  test.match(now.body, {
    ...{ id, revision: 2, lastRevision: 2, path: 'open.referral', card: 'none' },
    number: /^\d{4}-000001$/,
    summary: { leadUnit: { id: there.heating, name: 'heating company' } },
  })
  test.match(now.body.summary.links, [
    { rel: 'referral', workflow: 'referral', state: String, title: 'heating company' },
  ])
  const [{ id: referral }] = now.body.summary.links
  const back = async (language: string) =>
    (await get(`/api/referral/${referral}`, coordinator.token, { 'accept-language': language }))
      .body.summary.links
  const itsCase = { rel: 'appeal', id, number: now.body.number }
  test.match(await back('en'), [{ ...itsCase, title: 'Flat too cold' }])
  test.match(await back('zh-CN'), [{ ...itsCase, title: now.body.summary.categoryName }])
  test.match(
    now.body.clocks.find(({ clock }: { clock: string }) => clock === 'handle'),
    {
      ...{ status: 'running', leftMs: Number, dueAt: String, certain: true },
      limit: { amount: Number, unit: String, source: String },
    },
  )
  for (const [revision, path] of ['open.reported', 'open.grid'].entries()) {
    const past = await get(`/api/appeal/${id}?revision=${revision}`, coordinator.token)
    test.match(past.body, { revision, lastRevision: 2, path, offered: [] })
  }
  const before = await get(`/api/appeal/${id}?at=2020-01-01T00:00:00Z`, coordinator.token)
  test.match(before, { status: 404, body: { code: 'not-found', field: 'at' } })
  const known = await get(`/api/appeal/${id}?known=${told.body.position}`, coordinator.token)
  test.match(known.body, { revision: 0, path: 'open.reported' })
  const wrong = await get(`/api/appeal/${id}?at=2020-01-01`, coordinator.token)
  test.match(wrong, { status: 422, body: { code: 'invalid', field: 'at' } })
})

t.test('commands offered come as forms in the language', async (test) => {
  const { body } = await get(`/api/appeal/${id}`, coordinator.token, { 'accept-language': 'en' })
  const form = (name: string) =>
    body.offered.find(({ command }: { command: string }) => command === name)
  test.match(form('suspend'), {
    label: String,
    schema: {
      type: 'object',
      required: ['reason', 'until'],
      properties: {
        reason: { oneOf: [{ const: 'weather', title: String }] },
        until: { format: 'date-time' },
        note: { 'x-personal': true, maxLength: 2000 },
      },
    },
  })
  test.notOk(form('suspend').schema.properties.until.pattern)
  test.match(form('assign').schema.properties.person, { 'x-needs': 'person' })
  const starts = (await get('/api/workflows', coordinator.token)).body[0].starts[0]
  test.match(starts.schema.properties, {
    place: { 'x-needs': 'place', title: '地点' },
    category: { 'x-needs': 'category' },
    text: { 'x-personal': true },
  })
  test.notOk(starts.schema.properties.reporter, 'the engine fills in who reported')
})

t.test(
  'personal texts are opened for some, hidden from others, and each look is kept',
  async (test) => {
    const seen = await get(`/api/appeal/${id}`, coordinator.token)
    const texts = seen.body.personal.map(({ text }: { text: string }) => text)
    test.same(texts, [CANARY, '13955556666', '乙', '确实冷'])
    const member = await hireMember()
    const hidden = await get(`/api/appeal/${id}`, member.token)
    test.equal(hidden.status, 200)
    test.same(
      new Set(hidden.body.personal.map(({ text }: { text: null }) => text)),
      new Set([null]),
    )
    const history = await get(`/api/appeal/${id}/events`, member.token)
    test.equal(history.body.events[0].data.text, null)
    test.notMatch(JSON.stringify([hidden.body, history.body]), '13955556666')
    const log = await get(`/api/access?instance=${id}`, supervisor.token)
    const lookers = log.body.openings.map(({ person }: { person: string }) => person)
    test.ok(lookers.includes(coordinator.person))
    test.notOk(lookers.includes(member.person), 'who saw nothing')
    test.equal((await get(`/api/access?instance=${id}`, coordinator.token)).status, 403)
  },
)

async function hireMember() {
  const { hire } = await import('./community-kit.ts')
  return hire(kit, [{ role: 'council-member', place: there.estate }])
}

t.test('the history in sentences', async (test) => {
  const { body } = await get(`/api/appeal/${id}/events`, supervisor.token)
  test.match(body.events[0], {
    ...{ revision: 0, type: 'appeal.reported', label: '居民反映了诉求', late: false },
    ...{ fromPath: 'new', toPath: 'open.reported', data: { text: CANARY } },
    by: { role: 'grid-worker', roleLabel: '网格员', person: gridWorker.person },
    raw: { data: { text: { $sealed: null } } },
  })
  test.equal(body.events.length, 3)
})

t.test('lists and figures are cut to what one may see, and see one’s own write', async (test) => {
  const written = { 'linli-after': referred.position }
  const rows = async (token: string, query = '') =>
    (await get(`/api/appeal?${query}`, token, written)).body.rows
  test.match(await rows(coordinator.token, 'state=open.referral&category=heating'), [
    { id, stateLabel: String, categoryName: '室温不达标', leadUnit: { name: 'heating company' } },
  ])
  test.same(await rows(there.farWorker.token), [])
  test.same(await rows(there.propertyHandler.token), [])
  test.equal((await rows(there.heatingHandler.token)).length, 1, 'referred to the unit')
  test.same(await rows(coordinator.token, `known=${told.body.position}&state=open.referral`), [])
  const counts = await get('/api/counts?workflow=appeal&by=state', coordinator.token)
  test.match(counts.body, { total: 1, groups: [{ key: 'open.referral', count: 1 }] })
  const again = await rows(coordinator.token, counts.body.groups[0].filter)
  test.equal(again.length, 1, 'the link of a figure lists its cases')
  const rates = await get('/api/rates?by=unit', coordinator.token, { 'accept-language': 'en' })
  const sentBack = rates.body.rates.find(({ name }: { name: string }) => name === 'sendBack')
  test.match(sentBack, { label: 'Sent back', groups: [{ numerator: 0, denominator: 1, value: 0 }] })
  test.match(await get('/api/appeal?cursor=x', coordinator.token), {
    status: 422,
    body: { field: 'cursor' },
  })
  test.match(await get('/api/counts?workflow=x&by=state', coordinator.token), { status: 404 })
  test.equal((await get('/api/durations?workflow=appeal', coordinator.token)).body.all.count, 0)
  test.equal((await get('/api/flows', there.heatingHandler.token)).status, 403)
  const flows = await get('/api/flows?workflow=appeal', analyst.token)
  test.match(flows.body.flows, [{ from: String, to: String, count: 1, label: String }])
})

t.test('people are listed by name for those who may see names', async (test) => {
  const titles = async (token: string) =>
    (await get('/api/person?limit=3', token)).body.rows.map(({ title }: { title: string }) => title)
  test.same(await titles(supervisor.token), ['甲', '甲', '甲'])
  test.same(await titles(there.administrator.token), [undefined, undefined, undefined])
  test.same(await titles(there.heatingHandler.token), ['甲'], 'oneself, by the unit')
})

t.test('a notice reaches whom it is for, as a sentence', async (test) => {
  await order('assign', { person: gridWorker.person }, coordinator.token)
  await kit.settle()
  const notices = async (token: string) => (await get('/api/notices', token)).body.notices
  const told = { instance: id, text: 'assigned', label: '一件诉求指派给您。', read: false }
  test.match(await notices(gridWorker.token), [told])
  test.same(await notices(there.farWorker.token), [])
})

t.test('analysts get the stream with stable pseudonyms and no personal text', async (test) => {
  const path = '/api/events?workflow=appeal'
  const all = await get(path, analyst.token)
  test.match(all.headers.get('content-type'), 'application/x-ndjson')
  const events = all.body
    .trim()
    .split('\n')
    .map((line: string) => JSON.parse(line))
  test.equal(events.length, 4)
  test.same(events[0].data.text, { $sealed: null })
  test.equal(events[0].by.person, events[1].by.person, 'the same person, the same pseudonym')
  for (const text of [gridWorker.person, '13955556666', CANARY]) test.notMatch(all.body, text)
  const rest = await get(`${path}&after=${events[0].position}&type=appeal.referred`, analyst.token)
  test.equal(rest.body.trim().split('\n').length, 1)
  test.match(await get(path, coordinator.token), { status: 403, body: { code: 'forbidden' } })
  test.match(await get('/api/events?after=x', analyst.token), {
    status: 422,
    body: { field: 'after' },
  })
})

t.test('Server-Sent Events resume where they ended, and go on with what comes', async (test) => {
  const stop = new AbortController()
  const stream = await open('/api/events?workflow=appeal', analyst.token, {
    'last-event-id': told.body.position,
    signal: stop.signal,
  })
  const first = await stream.until(/appeal\.referred/)
  test.match(first, `id: ${referred.position}`)
  test.notMatch(first, 'appeal.reported')
  await order('note', { text: CANARY, public: false })
  test.match(await stream.until(/appeal\.noted/), '"$sealed":null')
  stop.abort()
})

t.test('pages hear of what they may read, and of nothing else', async (test) => {
  const stop = new AbortController()
  const mine = await open('/api/live', gridWorker.token, { signal: stop.signal })
  const far = await open('/api/live', there.farWorker.token, { signal: stop.signal })
  await Promise.all([mine.until(/retry/), far.until(/retry/)])
  await order('urge', {}, supervisor.token)
  test.match(await mine.until(/change/), `"id":"${id}"`)
  const other = await give(kit.engine, {
    ...{ workflow: 'place', command: 'rename', instance: there.elsewhere },
    data: { name: '别处' },
  })
  const heard = await far.until(/change/)
  test.match(heard, other.instance)
  test.notMatch(heard, id, 'not of another estate’s case')
  stop.abort()
})

t.test('a server that closes ends its streams', async (test) => {
  const other = await openKit()
  const { hire } = await import('./community-kit.ts')
  const { token } = await hire(other, [{ role: 'analyst' }])
  const headers = { accept: 'text/event-stream', authorization: `Bearer ${token}` }
  const streams = await Promise.all(
    ['/api/events', '/api/live'].map((path) => fetch(`${other.base}${path}`, { headers })),
  )
  const texts = Promise.all(streams.map((stream) => stream.text()))
  await other.close()
  test.match(await texts, [/person\.registered/, /retry/])
})

/** A stream of text, read as far as a pattern. */
async function open(
  path: string,
  token: string,
  more: { signal: AbortSignal; 'last-event-id'?: string },
) {
  const { signal, ...headers } = more
  const answer = await fetch(`${kit.base}${path}`, {
    headers: { accept: 'text/event-stream', authorization: `Bearer ${token}`, ...headers },
    signal,
  })
  const reader = answer.body?.pipeThrough(new TextDecoderStream()).getReader()
  let text = ''
  return {
    async until(pattern: RegExp): Promise<string> {
      while (!pattern.test(text)) {
        const next = await reader?.read()
        if (next === undefined || next.done) throw new Error(`the stream ended: ${text}`)
        text += next.value
      }
      const taken = text
      text = ''
      return taken
    },
  }
}
