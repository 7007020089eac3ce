// Errands, wishes and mutual aid over the API alone, told as the systems are listed: papers taken
// to an office, thirty-five wishes met and asked about, and two neighbours with no office between.
import { Access } from '@linli/engine'
import t from 'tap'
import { filesHolding } from '../end-to-end/canary.ts'
import { openHouse } from '../end-to-end/house.ts'

const house = await openHouse(t.testdir(), '2026-03-02T09:00')
t.teardown(() => house.close())
const { ask, take, moveTo, neighbourhood } = house
const { community, flats } = neighbourhood
const { work, keyFile, engine } = house.community
const access = new Access({ work, keyFile, instances: engine.instances, now: engine.now })
/** What people said of themselves: it may stand in no file. */
const words = {
  aid: 'canary-aid: ninety years old and alone',
  wish: 'canary-wish: a lamp on the stairs',
  phone: '13900001111',
  offers: '13900002222',
  needs: '13900003333',
  name: 'canary-name of 2-501',
}

type Who = Parameters<typeof ask>[0]
type Notice = { instance: string; text: string }
const give = (path: string, data: object = {}, who: Who = 'coordinator') =>
  take(who, `POST /api/${path}`, data)
const begin = async (path: string, data: object): Promise<string> =>
  (await give(path, data)).body.id
const read = async (path: string) => (await ask('coordinator', `GET /api/${path}`)).body
const refusal = async (path: string, data: object = {}) =>
  (await ask('coordinator', `POST /api/${path}`, data)).body

/** A resident with a sign-in of their own, and the header that shows it. */
async function resident(place: string) {
  const id = await begin('person/register', { kind: 'resident', place })
  await give(`person/${id}/grant`, { role: 'resident' }, 'administrator')
  const token = await access.createToken({ person: id, label: 'resident' })
  const headers = { authorization: `Bearer ${token}` }
  const settled = async (what: string, data?: object) => {
    const answer = await ask('anybody', what, data, headers)
    await house.community.settled()
    return answer
  }
  return {
    id,
    give: (path: string, data: object = {}) => settled(`POST /api/${path}`, data),
    read: (path: string) => settled(`GET /api/${path}`),
    notices: async () =>
      (await settled('GET /api/notices')).body.notices.map(({ text }: Notice) => text),
  }
}
const [first, second, third] = [
  await resident(flats[0] ?? ''),
  await resident(flats[1] ?? ''),
  await resident(flats[2] ?? ''),
]
const described = { kind: 'department', name: '民政办', handles: ['aid'] }
const bureau = (await give('organisation/register', described, 'administrator')).body.id

t.test('row 12: staff take errands to the office, and every paper comes back', async (t) => {
  const asked = await begin('errand/request', {
    ...{ kind: 'elderAid', place: flats[0], channel: 'visit', text: words.aid },
    ...{ phone: words.phone, name: words.name },
  })
  const early = await refusal(`errand/${asked}/submit`, { office: bureau })
  t.match(early, { status: 409, guard: 'consented' }, 'nothing without the consent')
  t.match(await refusal(`errand/${asked}/takePapers`, papersOf('identityCard')), {
    guard: 'consented',
  })
  const spoken = { way: 'link', speaker: 'self' }
  t.match(await refusal(`errand/${asked}/consent`, spoken), { guard: 'ownWords' })
  // The resident consents by the secret link, without an account.
  const { summary } = await read(`errand/${asked}`)
  const link = await access.links.tokenOf({ instance: asked, person: summary.persons[0] })
  const consented = await ask('anybody', `POST /api/resident/cases/${link}/consent`, spoken)
  t.match(consented, { status: 200, body: { path: 'open.papers' } })
  await give(`errand/${asked}/takePapers`, papersOf('identityCard'))
  t.match(await refusal(`errand/${asked}/submit`, { office: bureau }), { guard: 'ready' })
  await give(`errand/${asked}/takePapers`, papersOf('householdBook'))
  await give(`errand/${asked}/submit`, { office: bureau, reference: 'A-17' })
  await moveTo('2026-03-03T10:00')
  await give(`errand/${asked}/askMore`, { papers: ['photo'] })
  await give(`errand/${asked}/takePapers`, papersOf('photo'))
  await give(`errand/${asked}/submit`, { office: bureau })
  await moveTo('2026-03-10T10:00')
  const kept = [{ kind: 'photo', count: 1 }]
  await give(`errand/${asked}/decide`, { outcome: 'granted', kept })
  t.match(await read(`errand/${asked}`), {
    path: 'open.returning',
    summary: { extra: { held: 2 } },
  })
  const back = { papers: papersOf('identityCard', 'householdBook').papers, signedBy: 'self' }
  const closed = await give(`errand/${asked}/returnPapers`, back)
  t.match(closed.body, { path: 'closed', ended: true })

  const outcomes = { minimumIncome: 'overTheLimit', relief: undefined, familyPlanning: undefined }
  for (const [kind, reason] of Object.entries(outcomes)) {
    const id = await begin('errand/request', { kind, place: flats[1], channel: 'desk' })
    await give(`errand/${id}/consent`, { way: 'signature', speaker: 'self' })
    const kinds = ['application', 'identityCard', 'householdBook', 'incomeProof']
    await give(`errand/${id}/takePapers`, papersOf(...kinds, 'marriageCertificate'))
    await give(`errand/${id}/submit`, { office: bureau })
    const outcome = reason === undefined ? { outcome: 'granted' } : { outcome: 'refused', reason }
    const { papers } = papersOf(...kinds, 'marriageCertificate')
    await give(`errand/${id}/decide`, { ...outcome, kept: [] })
    await give(`errand/${id}/returnPapers`, { papers, signedBy: 'family' })
  }
  const { groups } = await read('counts?workflow=errand&by=category')
  const kinds = groups.map(({ key, count }: { key: string; count: number }) => [key, count]).sort()
  const one = ['elderAid', 'familyPlanning', 'minimumIncome', 'relief'].map((kind) => [kind, 1])
  t.same(kinds, one)
  const refusedOnes = await read('errand?measure=granted&met=false')
  t.match(refusedOnes.rows, [{ category: 'minimumIncome', extra: { reason: 'overTheLimit' } }])
})

const papersOf = (...kinds: string[]) => ({
  papers: kinds.map((kind) => ({ kind, count: 1 })),
  receipt: 'R-2026-01',
})

const ITEMS = 35
const rice = await begin('resource/register', {
  ...{ kind: 'goods', title: '大米 10 公斤', amount: ITEMS - 1, countedIn: 'items' },
  ...{ comesBack: false, place: community, unit: bureau },
})
const wishOf = (who: { id: string }, kind = 'goods') => ({
  ...{ kind, place: flats[0], channel: 'visit', text: words.wish, resident: who.id },
})
const makeWish = (who: { id: string }, kind = 'goods') => begin('wish/make', wishOf(who, kind))
/** Gives a command many times at once, and waits until everything has followed. */
async function all(path: string, data: readonly object[]): Promise<string[]> {
  const answers = await Promise.all(data.map((one) => ask('coordinator', `POST /api/${path}`, one)))
  await house.community.settled()
  return answers.map(({ status, body }) => {
    if (status >= 300) throw new Error(`${path}: ${body.code}`)
    return body.id
  })
}
const match = (wish: string, resource: string) => ({ wish, resource, amount: 1, place: flats[0] })
const items: string[] = []

t.test('row 23: 35 wishes are matched with resources, and none is given twice', async (t) => {
  await moveTo('2026-03-11T09:00')
  const wishes = Array.from({ length: ITEMS - 1 }, () => wishOf(first))
  const made = await all('wish/make', wishes)
  const matches = made.map((wish) => match(wish, rice))
  items.push(...(await all('assistance/match', matches)))
  t.match(await read(`resource/${rice}`), { path: 'open.usedUp', summary: { extra: { rest: 0 } } })
  const late = await makeWish(first)
  const usedUp = await refusal('assistance/match', match(late, rice))
  t.match(usedUp, { status: 409, guard: 'resourceEnough' })

  // One wheelchair, asked for by two at once.
  const chair = await begin('resource/register', {
    ...{ kind: 'medical', title: '轮椅', amount: 1, countedIn: 'items', comesBack: true },
    ...{ place: community, giver: third.id },
  })
  const two = [await makeWish(first, 'medical'), await makeWish(second, 'medical')]
  const both = await Promise.all(
    two.map((wish) => ask('coordinator', 'POST /api/assistance/match', match(wish, chair))),
  )
  await house.community.settled()
  const paths: string[] = []
  for (const { body } of both.filter(({ status }) => status === 201)) {
    const { path } = await read(`assistance/${body.id}`)
    paths.push(path)
    if (path === 'open.underway') items.push(body.id)
  }
  t.equal(paths.filter((path) => path === 'open.underway').length, 1, 'one of the two has it')
  t.ok(paths.every((path) => ['open.underway', 'failed'].includes(path)))
  const states = await Promise.all(two.map(async (wish) => (await read(`wish/${wish}`)).path))
  t.same(states.sort(), ['open.matched', 'open.waiting'], 'the other wish waits again')
  t.equal(items.length, ITEMS)
  t.ok((await third.notices()).includes('reserved'), 'whoever gives it is told')

  await give(`wish/${late}/withdraw`)
  const gone = await refusal('assistance/match', match(late, chair))
  t.match(gone, { status: 409, guard: 'wishWaits' }, 'a wish that was taken back')
})

t.test('row 24: each of the 35 is asked whether it was good, to an answer', async (t) => {
  await moveTo('2026-03-12T09:00')
  const delivered = items.map((item) =>
    ask('coordinator', `POST /api/assistance/${item}/deliver`, {}),
  )
  t.ok((await Promise.all(delivered)).every(({ status }) => status === 200))
  await house.community.settled()
  const said = (satisfied: string) => ({ satisfied, asked: 'phone' })
  const [own = '', unhappy = '', silent = '', ...others] = items
  const stranger = await second.give(`assistance/${own}/answer`, { satisfied: 'yes' })
  t.equal(stranger.status, 403)
  const answered = await first.give(`assistance/${own}/answer`, { satisfied: 'partly' })
  t.match(answered.body, { path: 'closed' }, 'whoever made the wish answers by themselves')
  await give(`assistance/${unhappy}/followUp`, said('no'))
  t.match(await read(`assistance/${unhappy}`), { path: 'open.underway' }, 'unhappy: done again')
  await give(`assistance/${unhappy}/deliver`)
  await give(`assistance/${unhappy}/followUp`, said('no'))
  for (const day of [13, 16, 17]) {
    await moveTo(`2026-03-${day}T10:00`)
    await give(`assistance/${silent}/followUp`, said('noAnswer'))
  }
  const yes = others.map((item) =>
    ask('coordinator', `POST /api/assistance/${item}/followUp`, said('yes')),
  )
  t.ok((await Promise.all(yes)).every(({ status }) => status === 200))
  await house.community.settled()
  const list = await read('assistance?state=closed&limit=100')
  t.equal(list.rows.length, ITEMS, 'none is left unasked')
  const unanswered = await read('assistance?measure=followedUp&met=false')
  t.match(unanswered.rows, [{ id: silent, extra: { satisfaction: 'unanswered', tries: 3 } }])
  const { rates } = await read('rates?workflow=assistance&name=satisfaction')
  const [{ numerator, denominator }] = rates[0].groups
  t.same([numerator, denominator], [ITEMS - 2, ITEMS - 1], 'no answer is counted apart')
  const fulfilled = await read('wish?state=fulfilled&limit=100')
  t.equal(fulfilled.rows.length, ITEMS - 1, 'the unhappy one waits for somebody else')
  t.match(await read(`resource/${rice}`), { summary: { extra: { given: ITEMS - 1, rest: 0 } } })
  t.ok((await first.notices()).includes('fulfilled'))
})

t.test('row 33: spare fever medicine goes from neighbour to neighbour', async (t) => {
  const fever = { kind: 'feverMedicine', countedIn: 'boxes' }
  const old = { ...fever, side: 'offer', amount: 2, place: flats[0], bestBefore: '2026-03-01' }
  t.match(await first.give('mutual-aid/post', old), { status: 409, body: { guard: 'stillGood' } })
  const posted = await first.give('mutual-aid/post', { ...old, bestBefore: '2027-01-31' })
  const offer = posted.body.id
  const needing = { ...fever, side: 'need', amount: 1 }
  const need = (await second.give('mutual-aid/post', { ...needing, place: flats[1] })).body.id
  const other = (await third.give('mutual-aid/post', { ...needing, place: flats[2] })).body.id

  const proposed = await second.give(`mutual-aid/${need}/propose`, { other: offer })
  t.match(proposed.body, { path: 'open.deciding' })
  t.ok((await first.notices()).includes('approached'))
  const taken = await third.give(`mutual-aid/${other}/propose`, { other: offer })
  t.match(taken, { status: 409, body: { guard: 'otherWaits' } }, 'it is promised already')

  const sees = async (who: typeof first, id: string) => {
    const { status, body } = await who.read(`mutual-aid/${id}`)
    return { status, text: JSON.stringify(body) }
  }
  t.match(await sees(second, offer), { status: 403 })
  const silent = { consent: false, phone: words.needs }
  t.equal((await second.give(`mutual-aid/${need}/agree`, silent)).status, 422)
  await second.give(`mutual-aid/${need}/agree`, { consent: true, phone: words.needs })
  t.match(await sees(first, need), { status: 403 }, 'one alone shares nothing')
  const named = { consent: true, phone: words.offers, name: words.name }
  await first.give(`mutual-aid/${offer}/agree`, named)
  t.match(await sees(second, offer), { status: 200, text: new RegExp(words.offers) })
  t.match(await sees(first, need), { status: 200, text: new RegExp(words.needs) })
  t.match(await sees(third, offer), { status: 403 }, 'a third never')
  const meddling = await second.give(`mutual-aid/${offer}/takeBack`)
  t.match(meddling, { status: 409, body: { guard: 'owner' } }, 'who reads it acts not')

  await first.give(`mutual-aid/${offer}/takeBack`)
  t.match(await sees(second, offer), { status: 403 }, 'hidden again')
  t.match(await sees(first, need), { status: 403 })
  const history = await second.read(`mutual-aid/${offer}/events`)
  t.equal(history.status, 403, 'the past as well')
  await first.give(`mutual-aid/${offer}/agree`, named)
  const over = await second.give(`mutual-aid/${need}/handOver`, { amount: 1 })
  t.match(over.body, { path: 'done' })
  t.match(await sees(first, need), { status: 403 })
  t.match((await first.read(`mutual-aid/${offer}`)).body, {
    ...{ path: 'open.waiting', summary: { extra: { left: 1 } } },
  })

  // The second box; this time something is wrong, and the coordinator looks into it.
  await third.give(`mutual-aid/${other}/propose`, { other: offer })
  await third.give(`mutual-aid/${other}/agree`, { consent: true, phone: words.needs })
  await first.give(`mutual-aid/${offer}/agree`, named)
  const reported = await third.give(`mutual-aid/${other}/report`, { reason: 'sells' })
  t.match(reported.body, { path: 'open.waiting' })
  t.match(await sees(third, offer), { status: 403 })
  t.match(await read(`mutual-aid/${offer}`), { path: 'review' })
  const { notices } = await read('notices')
  t.ok(notices.some(({ instance, text }: Notice) => instance === offer && text === 'flagged'))
  await give(`mutual-aid/${offer}/remove`)
  await moveTo('2026-03-21T12:00')
  t.match((await third.read(`mutual-aid/${other}`)).body, { path: 'expired' }, 'after three days')
  await house.close()
  t.same(filesHolding(house.folder, Object.values(words)), [])
})
