// Residents without an account: reporting, following by a secret link, answering, and what ends it.
import { execute } from '@linli/engine'
import t from 'tap'
import { openKit, settleIn } from './community-kit.ts'

const kit = await openKit()
t.teardown(() => kit.close())
const there = await settleIn(kit)
const { gridWorker, administrator } = there

const report = (more: object = {}) =>
  kit.ask('POST', '/api/resident/reports', {
    body: { place: there.building, text: '楼道灯不亮', phone: '13700001234', website: '', ...more },
    headers: { prefer: 'wait=1' },
  })
const follow = (link: string) => kit.ask('GET', `/api/resident/cases/${link.replace('/r/', '')}`)

t.test('report, follow, answer a question, withdraw', async (test) => {
  const made = await report()
  test.match(made, { status: 201, body: { id: /^appeal-/, number: String, link: /^\/r\/.{60,}/ } })
  const { id, link } = made.body
  const order = (command: string, body: unknown) =>
    kit.ask('POST', `/api/appeal/${id}/${command}`, { token: gridWorker.token, body })
  await order('note', { text: '内部：此人常投诉', public: false })
  await order('note', { text: '已联系电工', public: true })
  test.equal((await order('askResident', { question: '是哪一层？' })).status, 200)
  const seen = await follow(link)
  test.match(seen.body, {
    ...{ id, state: 'waitingForYou', stateLabel: '等待您回复', ended: false },
    steps: [{ label: '居民反映了诉求', at: String }],
  })
  const notes = seen.body.publicNotes.map(({ text }: { text: string }) => text)
  test.same(notes, ['已联系电工', '是哪一层？'])
  test.notMatch(JSON.stringify(seen.body), '内部')
  test.notMatch(JSON.stringify(seen.body), gridWorker.person)
  const offers = seen.body.answers.map(({ command }: { command: string }) => command)
  test.ok(offers.includes('residentAnswered') && offers.includes('withdraw'))
  test.notOk(offers.includes('verify'))
  const path = `/api/resident/cases/${link.replace('/r/', '')}`
  const answered = await kit.ask('POST', `${path}/residentAnswered`, { body: { answer: '三层' } })
  test.match(answered, { status: 200, body: { id } })
  const foreign = await kit.ask('POST', `${path}/verify`, { body: {} })
  test.match(foreign, { status: 404, body: { code: 'not-found', field: 'command' } })
  const wrong = await kit.ask('POST', `${path}/withdraw`, { body: { reason: 'x' } })
  test.match(wrong, { status: 422, body: { code: 'invalid', field: 'reason' } })
  await kit.ask('POST', `${path}/withdraw`, { body: { reason: 'settled' } })
  test.match((await follow(link)).body, { state: 'withdrawn', ended: true, answers: [] })
})

t.test(
  'a link that was changed, renewed, or whose person was erased opens nothing',
  async (test) => {
    const invalid = { status: 401, body: { code: 'link-invalid', field: 'token' } }
    const first = (await report({ phone: '13700005678' })).body
    const second = (await report({ phone: '13700009999' })).body
    const other = first.link.endsWith('A') ? 'Q' : 'A'
    test.match(await follow(`${first.link.slice(0, -1)}${other}`), invalid)
    test.match(await follow('a.b.c'), invalid)
    const [, person] = first.link.split('.')
    const [otherCase, , mac] = second.link.split('.')
    test.match(await follow(`${otherCase}.${person}.${mac}`), invalid, 'parts of two links')
    await kit.access.links.renew(first.id)
    test.match(await follow(first.link), invalid, 'renewed')
    const again = await kit.access.links.read(second.link.replace('/r/', ''))
    test.equal(again?.instance, second.id)
    await kit.settle()
    const erased = await kit.ask('POST', `/api/person/${again?.person}/erase`, {
      token: administrator.token,
      body: {},
    })
    test.equal(erased.status, 200)
    test.match(await follow(second.link), invalid, 'erased')
    const seen = await kit.ask('GET', `/api/appeal/${second.id}`, { token: gridWorker.token })
    test.match(seen.body.personal, [{ field: 'text', text: null }])
    const note = await kit.ask('POST', `/api/appeal/${second.id}/note`, {
      token: gridWorker.token,
      body: { text: '补记', public: false },
    })
    test.equal(note.status, 200, 'the case still comes to its end')
    const after = await kit.ask('GET', `/api/appeal/${second.id}`, { token: gridWorker.token })
    const texts = after.body.personal.map(({ text }: { text: string | null }) => text)
    test.same(texts.at(-1), '补记', 'under its own key')
  },
)

t.test('what a unit answers stays in the office until somebody passes it on', async (test) => {
  const { id, link } = (await report({ phone: '13700004321' })).body
  const order = async (path: string, body: object, { token } = gridWorker) => {
    const answer = await kit.ask('POST', path, { token, body })
    test.equal(answer.status, 200, path)
    await kit.settle()
  }
  await order(`/api/appeal/${id}/verify`, {})
  await order(`/api/appeal/${id}/refer`, { units: [{ unit: there.property, lead: true }] })
  const { body } = await kit.ask('GET', `/api/appeal/${id}`, { token: gridWorker.token })
  const referral = `/api/referral/${body.summary.links[0].id}`
  await order(`${referral}/accept`, {}, there.propertyHandler)
  const given = { outcome: 'solved', answer: '换了灯；此户欠物业费' }
  await order(`${referral}/answer`, given, there.propertyHandler)
  const seen = await follow(link)
  test.match(seen.body, { state: 'checking', publicNotes: [] })
  const inside = await kit.ask('GET', `/api/appeal/${id}`, { token: gridWorker.token })
  const texts = inside.body.personal.map(({ text }: { text: string }) => text)
  test.ok(texts.includes(given.answer), 'the office reads it')
})

t.test('who left no phone has the link alone, and it is enough for that case', async (test) => {
  const bare = async () => {
    const { id, link } = (await report({ phone: '' })).body
    const path = `/api/resident/cases/${link.replace('/r/', '')}`
    const act = (command: string, body: object) => kit.ask('POST', `${path}/${command}`, { body })
    const order = async (command: string, body: object, { token } = gridWorker) => {
      const answer = await kit.ask('POST', `/api/appeal/${id}/${command}`, { token, body })
      test.equal(answer.status, 200, command)
    }
    return { id, link, act, order }
  }
  const one = await bare()
  test.match((await follow(one.link)).body, { state: 'received' })
  await one.order('askResident', { question: '是哪一层？' })
  const seen = (await follow(one.link)).body
  test.match(seen.publicNotes, [{ text: '是哪一层？' }])
  const offers = seen.answers.map(({ command }: { command: string }) => command)
  test.ok(offers.includes('residentAnswered') && offers.includes('withdraw'))
  test.match(await one.act('residentAnswered', { answer: '三层' }), { status: 200 })
  test.match(await one.act('take', {}), { status: 404, body: { field: 'command' } })
  test.match(await one.act('report', {}), { status: 404, body: { field: 'command' } })
  await one.order('verify', {})
  await one.order('solve', { answer: '换了灯' })
  test.match(await one.act('followUp', { solved: 'yes', satisfied: 'yes' }), { status: 200 })
  await one.order('close', {}, there.coordinator)
  test.match(await one.act('reopen', { reason: '又坏了' }), { status: 200, body: { ended: false } })
  const log = await kit.access.log.list(one.id)
  const own = { person: `link:${one.id}`, role: 'resident', why: 'own' }
  test.match(
    log.find(({ person }) => person === own.person),
    own,
    'their own looks are kept',
  )
  const two = await bare()
  test.match(await two.act('withdraw', { reason: 'settled' }), { status: 200 })
  test.match((await follow(two.link)).body, { ended: true })
  const [, rest] = two.link.split('.', 2)
  const [first = ''] = one.link.replace('/r/', '').split('.')
  const mixed = `/r/${first}.${rest}.${two.link.split('.')[2]}`
  const invalid = { status: 401, body: { code: 'link-invalid', field: 'token' } }
  test.match(await follow(mixed), invalid, 'the link of another case')
  await kit.access.links.renew(one.id)
  test.match(await one.act('urge', {}), invalid, 'renewed')
  const again = await kit.access.links.tokenOf({ instance: one.id })
  test.match(await follow(`/r/${again}`), { status: 200 })
})

t.test('a link is a hold on one case: the engine refuses its caller any other', async (test) => {
  const one = (await report({ phone: '' })).body
  const two = (await report({ phone: '' })).body
  const give = (instance: string) =>
    execute(kit.engine, {
      ...{ workflow: 'appeal', command: 'withdraw', instance, key: crypto.randomUUID() },
      caller: { id: 'link', own: one.id, grants: [{ role: 'resident' }] },
      data: { reason: 'settled' },
    })
  test.match(await give(two.id), { refused: 'forbidden' })
  test.match(await give(one.id), { instance: one.id })
})

t.test('a program that fills every field learns nothing and records nothing', async (test) => {
  const before = await kit.engine.store.head()
  test.match(await report({ website: 'http://spam.example' }), { status: 201, body: { id: '' } })
  test.equal(await kit.engine.store.head(), before)
  test.match(await report({ place: 'here' }), { status: 422, body: { field: 'place' } })
})
