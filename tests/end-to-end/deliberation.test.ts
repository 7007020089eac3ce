// A topic over HTTP: three appeals gather, a required party is missing, then it meets; two thirds
// of the persons and of the area take part; the three hear what was resolved and what was done.
import t from 'tap'
import { instant, openHouse } from './house.ts'

const house = await openHouse(t.testdir(), '2026-03-02T09:00')
t.teardown(() => house.close())
const { ask, take, moveTo, neighbourhood } = house
const { community, flats, propertyCompany } = neighbourhood
const PARTIES = ['party-organisation', 'residents-representatives', 'property']
const story: { topic: string; appeals: string[]; owners: string[] } = {
  ...{ topic: '', appeals: [], owners: [] },
}
const get = async (path: string) => (await ask('coordinator', `GET ${path}`)).body
const give = (command: string, data: object = {}) =>
  take('coordinator', `POST /api/deliberation/${story.topic}/${command}`, data)
const topicNow = () => get(`/api/deliberation/${story.topic}`)
const pathsOf = (appeals: string[]) =>
  Promise.all(appeals.map(async (appeal) => (await get(`/api/appeal/${appeal}`)).path))

t.test('three appeals about charging piles gather', async (t) => {
  const proposed = await take('coordinator', 'POST /api/deliberation/propose', {
    ...{ title: 'Charging piles by the north gate', place: community, rule: 'common-parts' },
    ...{ requiredParties: PARTIES, category: 'facilities.charging.piles' },
  })
  story.topic = proposed.body.id
  await give('accept')
  for (const [n, place] of flats.entries()) {
    const report = { place, channel: 'grid', category: 'facilities.charging.piles' }
    const words = { text: `No pile is free (${n}).`, phone: `1380000010${n}` }
    const { body } = await take('gridWorker', 'POST /api/appeal/report', { ...report, ...words })
    await take('gridWorker', `POST /api/appeal/${body.id}/verify`, {})
    const topic = { topic: story.topic }
    await take('coordinator', `POST /api/appeal/${body.id}/deliberate`, topic)
    story.appeals.push(body.id)
  }
  const { summary } = await topicNow()
  t.equal(summary.extra.appeals, 3)
  t.same(
    summary.links.map(({ id }: { id: string }) => id),
    story.appeals,
  )
  t.same(await pathsOf(story.appeals), Array(3).fill('open.deliberation'))
})

t.test('the meeting does not open while a required party is missing', async (t) => {
  for (const place of [...flats, ...flats]) {
    const owner = { kind: 'resident', name: 'owner', place }
    const { body } = await take('coordinator', 'POST /api/person/register', owner)
    story.owners.push(body.id)
  }
  await give('schedule', {
    ...{ at: instant('2026-03-20T19:00'), place: 'Activity room' },
    electorate: story.owners.map((person) => ({ person, areaM2: 100 })),
  })
  await moveTo('2026-03-20T19:00')
  t.match(await topicNow(), { path: 'scheduled.ready' }, 'the notice of 15 days is over')
  const open = `POST /api/deliberation/${story.topic}/openMeeting`
  const [first = '', second = '', third = ''] = PARTIES
  await give('signIn', { party: first })
  await give('signIn', { party: second })
  const { summary, offered } = await topicNow()
  t.equal(summary.extra.missingParties, third)
  t.notOk(offered.some(({ command }: { command: string }) => command === 'openMeeting'))
  const refused = await ask('coordinator', open, {})
  t.match(refused, { status: 409, body: { code: 'condition-not-met', guard: 'partiesPresent' } })
  t.ok(refused.body.guardText.length > 10, refused.body.guardText)
  const inChinese = await ask('coordinator', open, {}, { 'accept-language': 'zh-CN' })
  t.match(inChinese.body.guardText, /\p{Script=Han}/u)
  await give('signIn', { party: third })
  t.equal((await give('openMeeting')).body.path, 'open')
})

t.test('two thirds of the six owners and of their area take part, and most agree', async (t) => {
  await give('openVote')
  const vote = (n: number, openChoice: string, more: object = {}) =>
    give('vote', { person: story.owners[n], way: 'hand', openChoice, ...more })
  await vote(0, 'yes')
  await vote(1, 'yes')
  await vote(2, 'no')
  const live = (await topicNow()).summary.extra
  t.match(live, { persons: 3, personsOf: 6, personsNeeded: 4, areaM2: 300, areaM2Needed: 400 })
  const again = { person: story.owners[2], way: 'hand', openChoice: 'yes' }
  const twice = await ask('coordinator', `POST /api/deliberation/${story.topic}/vote`, again)
  t.match(twice, { status: 409, body: { guard: 'onlyOnce' } }, 'a second vote is none')
  await vote(2, 'yes', { changes: true })
  await vote(3, 'abstain')
  t.match((await topicNow()).summary.extra, { persons: 4, areaM2: 400 }, 'a changed vote is one')
  await give('closeVote')
  const counted = await give('count')
  t.equal(counted.body.path, 'resolved')
  t.match((await topicNow()).summary.measures, { quorate: true, agreed: true })
})

t.test('all three hear what was resolved and go on', async (t) => {
  const resolution = 'Twelve piles are built by the north gate.'
  await give('publish', {
    ...{ resolution, units: [{ unit: propertyCompany, lead: true, kind: 'general' }] },
    tasks: [{ title: 'Build', due: instant('2026-05-29T17:00'), unit: propertyCompany }],
  })
  t.same(await pathsOf(story.appeals), Array(3).fill('open.referral'))
  for (const appeal of story.appeals) {
    const { events } = await get(`/api/appeal/${appeal}/events`)
    const told = events.filter(({ type }: { type: string }) => type.includes('deliberation'))
    t.match(told, [{ type: 'appeal.deliberationResolved', by: { role: 'system' } }])
    t.match(told[0].data, { deliberation: story.topic, resolution })
  }
  const referrals = await ask('property', 'GET /api/referral?state=open.dispatched')
  t.equal(referrals.body.rows.length, 3, 'the property company has one referral each')

  await moveTo('2026-04-01T09:00')
  await give('taskDone', { task: 'task-1', outcome: 'done' })
  t.match(await topicNow(), { path: 'done', ended: true })
  for (const appeal of story.appeals) {
    const { events } = await get(`/api/appeal/${appeal}/events`)
    const done = events.filter(({ type }: { type: string }) => type === 'appeal.deliberationDone')
    t.equal(done.length, 1, 'told once that it is done')
  }
})
