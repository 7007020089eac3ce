// Finding one's cases: by words, by a place's name, by number, and what is one's own to do. What a
// supervisor looks through, and notices with what one has read.

import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import t from 'tap'
import { pieceHasher, piecesOf } from '../../engine/src/search-piece.ts'
import { type Answer, give, hire, openKit, settleIn } from './community-kit.ts'

const kit = await openKit()
t.teardown(() => kit.close())
const there = await settleIn(kit)
const { gridWorker, coordinator, supervisor, administrator } = there
const home = await give(kit.engine, {
  ...{ workflow: 'place', command: 'register' },
  data: { kind: 'household', name: '3-2-501', parent: there.building },
})

const report = async (given: object): Promise<Answer['body']> => {
  const body = { channel: 'grid', category: 'heating.indoor.cold', place: there.building, ...given }
  const answer = await kit.ask('POST', '/api/appeal/report', { token: gridWorker.token, body })
  if (answer.status !== 201) throw new Error(JSON.stringify(answer.body))
  return answer.body
}
const heating = await report({ text: '家里暖气不热，老人受冻', phone: '13912345678', name: '丙丁' })
const lamp = await report({ text: '楼道灯不亮', place: home.instance })
await kit.settle()

const get = (path: string, token: string) => kit.ask('GET', path, { token })
const ids = async (query: string, token: string) => {
  const { body } = await get(`/api/appeal?${query}`, token)
  return body.rows.map(({ id }: { id: string }) => id)
}
const found = (text: string, token: string, more = '') =>
  ids(`q=${encodeURIComponent(text)}${more}`, token)

t.test('by words of a text: two characters are enough', async (test) => {
  const { token } = gridWorker
  test.same(await found('暖气', token), [heating.id])
  test.same(await found('暖气 老人', token), [heating.id])
  test.same(await found('13912345678', token), [heating.id], 'a phone number')
  test.same(await found('电梯', token), [])
  const one = await get(`/api/appeal/${lamp.id}`, token)
  test.same(await found(one.body.number, token), [lamp.id], 'a case number')
  test.same(await found('2', token), [lamp.id], 'the count of one')
})

t.test('by a place’s name, whoever may list the case', async (test) => {
  const member = await hire(kit, [{ role: 'council-member', place: there.estate }])
  for (const { token } of [coordinator, member]) {
    test.same(await found('3-2-501', token), [lamp.id])
    test.same(await found('building1', token), [heating.id, lamp.id], 'and what lies inside')
  }
  const { body } = await get('/api/place?q=3-2', coordinator.token)
  test.same(
    body.rows.map(({ id }: { id: string }) => id),
    [home.instance],
  )
})

t.test('personal words find nothing for who may not read them', async (test) => {
  const member = await hire(kit, [{ role: 'council-member', place: there.estate }])
  test.same((await ids('', member.token)).length, 2, 'lists both')
  test.same(await found('暖气', member.token), [])
  test.same(await found('暖气', there.farWorker.token), [], 'of another estate')
  const split = await hire(kit, [
    { role: 'council-member', place: there.estate },
    { role: 'grid-worker', place: there.elsewhere },
  ])
  test.same(await found('暖气', split.token), [], 'reads texts, but not there')
  for (const { token } of [administrator, there.analyst]) {
    test.same(await found('暖气', token), [])
  }
  const people = `/api/person?q=${encodeURIComponent('丙丁')}`
  test.same((await get(people, administrator.token)).body.rows, [])
  test.equal((await get(people, supervisor.token)).body.rows.length, 1)
})

t.test('filters, figures and moments still hold', async (test) => {
  const { token } = coordinator
  test.same(await found('暖气', token, '&state=closed'), [])
  test.same(await found('暖气', token, `&known=${Number(heating.position) - 1}`), [])
  test.same(await found('暖气', token, `&known=${heating.position}`), [heating.id])
  const path = `/api/counts?workflow=appeal&by=state&q=${encodeURIComponent('暖气')}`
  const counts = (await get(path, token)).body
  test.match(counts, { total: 1, groups: [{ count: 1 }] })
  test.same(await ids(counts.groups[0].filter, token), [heating.id], 'the link of the figure')
})

t.test('mine: what one owns, and whose turn one’s roles are', async (test) => {
  const mine = (token: string) => ids('mine=1', token)
  const assigned = await report({ text: '井盖松动' })
  const to = (command: string) => `/api/appeal/${assigned.id}/${command}`
  const order = async (command: string, body: object, token: string) => {
    const answer = await kit.ask('POST', to(command), { token, body })
    test.equal(answer.status, 200, command)
    await kit.settle()
  }
  const both = await hire(kit, [
    { role: 'grid-worker', place: there.elsewhere },
    { role: 'coordinator', place: there.estate },
    { role: 'unit-handler', unit: there.property },
  ])
  test.ok((await mine(gridWorker.token)).includes(assigned.id), 'the grid’s turn')
  test.same(await mine(both.token), [], 'the grid worker of elsewhere')
  await order('assign', { person: both.person }, coordinator.token)
  test.same(await mine(both.token), [assigned.id], 'owned')
  await order('assign', { person: coordinator.person }, coordinator.token)
  await order('verify', {}, gridWorker.token)
  await order('refer', { units: [{ unit: there.property, lead: true }] }, gridWorker.token)
  test.same(await mine(both.token), [assigned.id], 'the unit’s turn')
  test.same(await mine(there.heatingHandler.token), [], 'not of another unit')
  test.notOk((await mine(gridWorker.token)).includes(assigned.id))
  const path = '/api/counts?workflow=appeal&by=state&mine=1'
  const [group] = (await get(path, both.token)).body.groups
  test.same(await ids(group.filter, both.token), [assigned.id])
})

t.test('a notice is read by each for themselves', async (test) => {
  const other = await hire(kit, [{ role: 'coordinator', place: there.community }])
  const id = `${lamp.id}:1:0`
  const isRead = async (token: string) => {
    const { notices } = (await get('/api/notices', token)).body
    return notices.find((one: { id: string }) => one.id === id)?.read
  }
  await kit.work
    .insertInto('notice')
    .values({
      ...{ id, person: null, unit: null, role: 'coordinator' },
      ...{ place: there.building, instance: lamp.id, text: 'assigned', fills: '{}' },
      at: Date.now(),
    })
    .execute()
  const read = (notice: string, token: string) =>
    kit.ask('POST', `/api/notices/${encodeURIComponent(notice)}/read`, { token })
  test.equal(await isRead(coordinator.token), false)
  test.equal((await read(id, coordinator.token)).status, 204)
  test.equal((await read(id, coordinator.token)).status, 204, 'again')
  test.equal(await isRead(coordinator.token), true)
  test.equal(await isRead(other.token), false)
  const missing = { status: 404, body: { code: 'not-found', field: 'id' } }
  test.match(await read(id, gridWorker.token), missing, 'of another role')
  test.equal(await isRead(gridWorker.token), undefined)
  test.match(await read('nothing', coordinator.token), missing)
})

t.test('supervisors see who looked, and what was recorded late', async (test) => {
  for (const path of [`/api/appeal/${lamp.id}`, `/api/person?limit=500`]) {
    await get(path, coordinator.token)
  }
  const opened = await kit.work.selectFrom('access').select('instance').distinct().execute()
  test.ok(new Set(opened.map(({ instance }) => instance.split('-')[0])).size > 1)
  for (const { instance } of opened) {
    const log = await get(`/api/access?instance=${instance}`, supervisor.token)
    test.equal(log.status, 200, instance)
    test.ok(log.body.openings.length > 0)
  }
  const hour = 3_600_000
  const contacted = await kit.ask('POST', `/api/appeal/${heating.id}/contact`, {
    token: gridWorker.token,
    body: { by: 'phone' },
    headers: { 'linli-at': new Date(Date.now() - 2 * hour).toISOString() },
  })
  await kit.settle()
  const late = async (query: string, { token } = supervisor) =>
    (await get(`/api/late-entries?${query}`, token)).body.entries
  test.match(await late(''), [
    {
      ...{ instance: heating.id, workflow: 'appeal', type: 'appeal.contacted', label: String },
      ...{ position: contacted.body.position, revision: contacted.body.revision },
      by: { role: 'grid-worker', roleLabel: '网格员', person: gridWorker.person },
    },
  ])
  test.equal((await late('limit=5')).length, 1, 'what was on time is not there')
  test.ok((await late(''))[0].lateMs >= 2 * hour)
  test.same(await late(`before=${contacted.body.position}`), [])
  test.same(await late(`from=${new Date(Date.now() + hour).toISOString()}`), [])
  test.same(await late('workflow=referral'), [])
  const elsewhere = await hire(kit, [{ role: 'supervisor', place: there.elsewhere }])
  test.same(await late('', elsewhere), [], 'of another estate')
  test.equal((await get('/api/late-entries', coordinator.token)).status, 403)
})

t.test('an erased person’s words are found no more, and nothing of them is kept', async (test) => {
  const before = await get(`/api/appeal/${heating.id}`, coordinator.token)
  const [person] = before.body.summary.persons
  const kept = () => keptOf(join(kit.folder, 'read.db'), person)
  const hashOf = pieceHasher(kit.engine.keyFile.derive('search'))
  // A block shares the beginning of a word with the word before it.
  const pieces = piecesOf('受冻').map((piece) => hashOf(piece).slice(-9))
  test.ok(kept().documents > 0)
  test.ok(pieces.every((piece) => kept().blocks.includes(piece)))
  const erased = await kit.ask('POST', `/api/person/${person}/erase`, {
    token: administrator.token,
    body: {},
  })
  test.equal(erased.status, 200)
  await kit.settle()
  test.same(await found('暖气', gridWorker.token), [])
  test.same(await found('13912345678', gridWorker.token), [])
  test.equal(kept().documents, 0)
  test.notOk(pieces.some((piece) => kept().blocks.includes(piece)))
})

/** What the search keeps: how many texts of a person, and the blocks with the words of all. */
function keptOf(file: string, person: string): { documents: number; blocks: Buffer } {
  const database = new DatabaseSync(file, { readOnly: true })
  try {
    const [table] = database
      .prepare("select name from sqlite_schema where sql like '%fts5(%'")
      .all()
    const count = database.prepare('select count(*) as n from search_document where subject = ?')
    const blocks = database.prepare(`select block from ${table?.name}_data`).all()
    return {
      documents: Number(count.get(person)?.n),
      blocks: Buffer.concat(blocks.map(({ block }) => block as Uint8Array)),
    }
  } finally {
    database.close()
  }
}
