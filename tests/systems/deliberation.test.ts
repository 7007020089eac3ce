// Deliberation over the API alone, row by row of the systems that are built: who must be there, who
// may vote and how, when a result counts, and what is told to those it came from. Rows 4 and 16 are
// told in docs/stories/canteen.md and docs/stories/charging-piles.md.
import t, { type Test } from 'tap'
import { type Answer, instant, openHouse } from '../end-to-end/house.ts'
import { deliberatingIn } from './deliberating.ts'
import { filedPage, type StoryPage, storyPage } from './story-page.ts'

const house = await openHouse(t.testdir(), '2026-03-02T09:00')
t.teardown(() => house.close())
const { ask, take, moveTo, neighbourhood } = house
const { community, estate, building, flats, propertyCompany } = neighbourhood
const { topicAt, giverOf, refusalOf, eventsOf, neighbour, openedVote, ...acts } =
  deliberatingIn(house)
const { toldOf, openedBy, linkOf, byLink, joining, bodyOf, topicOf, seated, agreed } = acts
const THREE_IN_ONE = ['party-organisation', 'residents-representatives', 'functional-department']
const INTRODUCTION =
  'The page is written by `tests/systems/deliberation.test.ts`, which compares it on every run; ' +
  'ids and secret links stand as names in braces, and instants in UTC, eight hours behind the ' +
  'clocks of the place.'

const pathOf = ({ path }: Answer['body']) => ({ path })
const refusal = ({ code, guard, guardText }: Answer['body']) => ({ code, guard, guardText })

/** Gives commands to a topic as its coordinator, and writes them down. */
const tellerOf =
  (page: StoryPage, id: string) =>
  (command: string, body: object = {}, shows: (body: Answer['body']) => unknown = pathOf) =>
    page.step(house, {
      ...{ who: 'coordinator', send: `POST /api/deliberation/${id}/${command}`, body, shows },
    })

/** Writes down some columns of a topic's row. */
const columnsOf = (page: StoryPage, id: string, columns: readonly string[]) =>
  page.step(house, {
    ...{ who: 'coordinator', send: `GET /api/deliberation/${id}` },
    shows: ({ path, summary: { extra } }: Answer['body']) => ({
      ...{ path },
      ...Object.fromEntries(columns.map((name) => [name, extra[name]])),
    }),
  })

/** The page of minutes as lines of text, without its style. */
const minutesText = (html: string): string =>
  html
    .replace(/<(title|style)>[\s\S]*?<\/\1>/g, '')
    .replaceAll(/<\/(tr|h1|h2|p|li)>/g, '\n')
    .replaceAll(/<\/t[dh]>|<br>/g, '  ')
    .replaceAll(/<[^>]*>/g, '')
    .replaceAll('&#39;', '’')
    .replaceAll(/ +$/gm, '')
    .replaceAll(/\n{2,}/g, '\n')

/** The areas of six owners: two thirds of 530 m² are 353.34 m². */
const AREAS_M2 = [120, 110, 100, 90, 60, 50]
const owners: string[] = []
const register = () => owners.map((person, n) => ({ person, areaM2: AREAS_M2[n] }))

/** A topic of owners, gathered and called for a day after its notice. */
async function called(title: string, rule: string, day: string): Promise<string> {
  const { body } = await take('coordinator', 'POST /api/deliberation/propose', {
    ...{ title, place: estate, rule, requiredParties: THREE_IN_ONE },
  })
  await giverOf(body.id)('accept')
  const meeting = { at: instant(`${day}T19:00`), place: 'Activity room', electorate: register() }
  await giverOf(body.id)('schedule', meeting)
  return body.id
}

t.test('row 3: a youth think-tank has members with terms and meets with its quorum', async (t) => {
  const parties = ['party-organisation', 'residents-representatives', 'partner-units']
  const tank = await bodyOf('thinkTank', 'Youth think-tank', [...parties, ...parties.slice(1)])
  const [first = '', second = '', third = '', fourth = '', former = ''] = tank.members
  const { summary } = (await ask('coordinator', `GET /api/body/${tank.id}`)).body
  t.match(summary.extra, { kind: 'thinkTank', members: 5, quorum: '> 1/2' })
  const leaving = { person: former, reason: 'moved' }
  await take('coordinator', `POST /api/body/${tank.id}/unseat`, leaving)
  const id = await topicOf(tank.id, 'A reading room for the young')
  const give = giverOf(id)
  const when = { at: instant('2026-03-12T19:00'), place: 'Reading room' }
  const others = { ...when, electorate: [{ person: former }] }
  t.match(await refusalOf(id, 'schedule', others), { guard: 'bodyNamed' })
  t.match(await refusalOf(id, 'schedule', { ...others, body: tank.id }), { guard: 'votersKnown' })
  await give('schedule', { ...when, body: tank.id })
  await moveTo('2026-03-12T19:00')
  t.match((await topicAt(id)).summary.extra, { members: 4, membersNeeded: 3, personsOf: 4 })
  const sends = (person: string, party: string) => refusalOf(id, 'signIn', { person, party })
  t.match(await sends(former, 'partner-units'), { guard: 'isOfParty' }, 'the seat has ended')
  t.match(await sends(first, 'partner-units'), { guard: 'isOfParty' }, 'of another party')
  await give('signIn', { person: first, party: 'party-organisation' })
  await give('signIn', { person: third, party: 'partner-units' })
  t.match(await refusalOf(id, 'openMeeting'), { guard: 'partiesPresent' })
  await give('signIn', { party: 'residents-representatives' })
  t.match(await refusalOf(id, 'openMeeting'), {
    ...{ status: 409, code: 'condition-not-met', guard: 'bodyAttends' },
  })
  await seated(id, [second], ['residents-representatives'])
  const stranger = { person: former, way: 'hand', openChoice: 'yes' }
  t.match(await refusalOf(id, 'vote', stranger), { guard: 'isVoter' })
  t.equal(await agreed(id, [first, second, fourth]), 'resolved')
})

t.test('row 4: a canteen, from the problem to what was done and told', async (t) => {
  const page = storyPage()
  page.say('# A canteen for the elderly')
  page.say(`From three appeals to a kitchen, by a youth deliberation meeting. ${INTRODUCTION}`)
  const parties = ['party-organisation', 'residents-representatives', 'partner-units']
  const tank = await bodyOf('thinkTank', 'Youth deliberation meeting', parties)
  page.call(tank.id, 'youth deliberation meeting')
  page.call(community, 'community')
  page.call(propertyCompany, 'property company')
  for (const [n, party] of parties.entries()) page.call(tank.members[n] ?? '', `member: ${party}`)
  page.say('## The problem becomes a topic')
  const category = 'care.elderly.canteen'
  const proposed = await page.step(house, {
    ...{ who: 'coordinator', send: 'POST /api/deliberation/propose', names: 'canteen' },
    body: {
      ...{ title: 'A canteen for the elderly', place: community, rule: 'committee' },
      ...{ body: tank.id, category },
    },
    shows: pathOf,
  })
  const { id } = proposed.body
  const tell = tellerOf(page, id)
  await tell('accept')
  page.say('Three residents ask for it; their appeals join and wait for the topic.')
  const texts = ['Cooking at 84 is too much.', 'Nobody cooks for two.', 'I cannot walk.']
  const appeals: string[] = []
  for (const [n, text] of texts.entries()) appeals.push(await joining(id, n, { category, text }))
  await columnsOf(page, id, ['appeals'])
  page.say('## The meeting')
  const place = 'Red station'
  await tell('schedule', { at: instant('2026-03-17T19:00'), place, body: tank.id })
  await moveTo('2026-03-17T19:00')
  page.say('On the day one party is missing, and the meeting does not open.')
  for (const [n, party] of parties.slice(0, 2).entries()) {
    await tell('signIn', { party, person: tank.members[n] })
  }
  t.match((await tell('openMeeting', {}, refusal)).body, { guard: 'partiesPresent' })
  await tell('signIn', { party: 'partner-units', person: tank.members[2] })
  await tell('openMeeting')
  await giverOf(id)('openVote')
  t.equal(await agreed(id, tank.members), 'resolved')
  page.say('All three raise their hands; the secretary enters each, and counts.')
  await columnsOf(page, id, ['persons', 'personsNeeded', 'yesPersons', 'noPersons'])
  page.say('## The resolution is public for seven days')
  const volunteer = await neighbour(building)
  page.call(volunteer, 'volunteer')
  await tell('publish', {
    resolution: 'A canteen opens in the activity room; who cannot walk has lunch brought home.',
    units: [],
    tasks: [
      { title: 'Open the canteen', due: instant('2026-05-29T17:00'), unit: propertyCompany },
      { title: 'Bring meals home', due: instant('2026-04-30T17:00'), person: volunteer },
    ],
  })
  for (const appeal of appeals) t.same(await toldOf(appeal), ['appeal.deliberationResolved'])
  await moveTo('2026-03-24T20:00')
  t.match(await topicAt(id), { path: 'carryingOut' }, 'nobody objected in seven days')
  page.say('## It is carried out')
  page.say('Nobody objects. The first task is large enough to be a project of its own.')
  await tell('beginProject', {
    task: 'task-1',
    tasks: [
      { text: 'Kitchen and permit', owner: propertyCompany, dueOn: '2026-04-20' },
      { text: 'Menu and prices', owner: volunteer, dueOn: '2026-05-10' },
    ],
  })
  const project = await openedBy(id)
  page.call(project, 'project')
  const running = await page.step(house, {
    ...{ who: 'coordinator', send: `GET /api/project/${project}` },
    shows: ({ path, title, summary }) => ({ path, title, tasks: summary.extra.tasks }),
  })
  t.match(running.body, { path: 'running', title: 'Open the canteen' })
  await tell('taskDone', { task: 'task-2', outcome: 'done' })
  const plan = `POST /api/project/${project}`
  for (const task of ['task-1', 'task-2']) {
    await take('coordinator', `${plan}/finishTask`, { task, outcome: 'done' })
  }
  const body = { reached: 'yes', result: 'Sixty lunches a day.' }
  await page.step(house, { who: 'coordinator', send: `${plan}/finish`, body, shows: pathOf })
  page.say('The project tells the topic, and the topic each appeal that it came from.')
  await columnsOf(page, id, ['tasks', 'tasksOpen'])
  t.match(await topicAt(id), { path: 'done', ended: true }, 'the project told the topic')
  for (const appeal of appeals) {
    t.same(await toldOf(appeal), ['appeal.deliberationResolved', 'appeal.deliberationDone'])
  }
  page.say('## The minutes, which anybody may read')
  const minutes = await page.step(house, {
    ...{ who: 'anybody', send: `GET /api/resident/minutes/${id}`, shows: minutesText },
  })
  t.match(minutes.headers.get('content-type'), 'text/html')
  t.match(minutes.body, /A canteen for the elderly[\s\S]*Bring meals home<\/td><td>a person/)
  t.equal(page.text(), filedPage('canteen', page.text()))
})

t.test('row 16: three-in-one deliberation with a double quorum', async (t) => {
  for (const n of AREAS_M2.keys()) owners.push(await neighbour(flats[n % 3]))
  await t.test('charging piles: link, hand, paper, and a vote handed on', chargingPiles)
  await t.test('fitness equipment lacks area; the gate needs three quarters', fitnessAndGate)
})

async function chargingPiles(t: Test): Promise<void> {
  const page = storyPage()
  page.say('# Charging piles by the north wall')
  page.say(`Six owners, 530 m², and a vote that needs two thirds of both. ${INTRODUCTION}`)
  for (const [n, person] of owners.entries()) page.call(person, `owner of ${AREAS_M2[n]} m²`)
  const [first = '', second = '', third = '', fourth = '', fifth = ''] = owners
  const id = await called('Charging piles by the north wall', 'common-parts', '2026-04-20')
  page.call(id, 'charging piles')
  const tell = tellerOf(page, id)
  page.say('## Three parties, or no meeting')
  t.match(await refusalOf(id, 'openMeeting'), { guard: 'noticeOver' }, '15 days of notice first')
  await moveTo('2026-04-20T19:00')
  await tell('signIn', { party: 'party-organisation' })
  await tell('signIn', { party: 'residents-representatives' })
  t.match((await tell('openMeeting', {}, refusal)).body, {
    ...{ status: 409, code: 'condition-not-met', guard: 'partiesPresent' },
  })
  await columnsOf(page, id, ['missingParties'])

  page.say('## A vote is handed on')
  page.say('Each owner is sent a secret link. The owner of 120 m² names the owner of 110 m².')
  const [absent, named] = [await linkOf(id, first), await linkOf(id, second)]
  const foreign = { person: neighbourhood.people.property.id }
  const links = `POST /api/deliberation/${id}/links`
  t.match(await ask('coordinator', links, foreign), { status: 404, body: { field: 'person' } })
  t.match(await byLink(`${named.slice(0, -2)}AA`, { choice: 'yes' }), { status: 401 }, 'forged')
  t.equal((await ask('property', `GET /api/deliberation/${id}/minutes`)).status, 403)
  page.hide(absent, 'link of the owner of 120 m²')
  page.hide(named, 'link of the owner of 110 m²')
  const acts = (token: string, command: string, body: object = {}, shows = pathOf) =>
    page.step(house, {
      ...{ who: 'anybody', send: `POST /api/resident/cases/${token}/${command}`, body, shows },
    })
  const votes = (token: string, body: object, shows: typeof refusal | typeof pathOf = pathOf) =>
    page.step(house, {
      ...{ who: 'anybody', send: `POST /api/resident/ballots/${token}`, body, shows },
    })
  t.equal((await acts(absent, 'delegate', { to: second })).status, 200)
  const chain = await ask('anybody', `POST /api/resident/cases/${named}/delegate`, { to: third })
  t.match(chain.body, { code: 'condition-not-met', guard: 'stillFree' }, 'no handing on')
  await openedVote(id, ['functional-department'])

  page.say('## Votes by link')
  page.say('The third party has come, and the vote is open.')
  t.match((await votes(absent, { choice: 'no' }, refusal)).body, { guard: 'ownVote' })
  t.equal((await votes(named, { choice: 'yes' })).status, 200)
  t.equal((await votes(named, { choice: 'yes', for: first })).status, 200)
  t.match((await votes(named, { choice: 'yes', for: fifth }, refusal)).body, { guard: 'ownVote' })
  t.match((await votes(named, { choice: 'no' }, refusal)).body, {
    ...{ status: 409, code: 'condition-not-met', guard: 'onlyOnce' },
  })
  const live = await page.step(house, {
    ...{ who: 'anybody', send: `GET /api/resident/ballots/${named}` },
    shows: ({ until, turnout, voted, votesFor }) => ({ until, turnout, voted, votesFor }),
  })
  t.match(live.body, { voted: true, votesFor: [{ person: first, voted: true }], secret: false })
  t.match(live.body.turnout, { persons: 2, personsNeeded: 4, areaM2: 230, areaM2Needed: 353.34 })
  const seen = (await ask('anybody', `GET /api/resident/cases/${named}`)).body
  t.match(seen, { state: 'voting', stateLabel: 'Voting' })

  page.say('Taken back, the vote that was given for the owner goes too.')
  await acts(absent, 'revokeDelegation')
  t.match((await topicAt(id)).summary.extra, { persons: 1, areaM2: 110 })
  t.equal((await votes(absent, { choice: 'no' })).status, 200)
  page.say('## Hands and papers, entered by the secretary')
  await tell('vote', { person: third, way: 'hand', openChoice: 'yes' })
  await tell('vote', { person: fourth, way: 'paper', openChoice: 'yes' })
  const twice = { person: fourth, way: 'hand', openChoice: 'no' }
  t.match((await tell('vote', twice, refusal)).body, { status: 409, guard: 'onlyOnce' })
  const stranger = { person: neighbourhood.people.property.id, way: 'hand', openChoice: 'yes' }
  page.call(stranger.person, 'somebody else')
  t.match((await tell('vote', stranger, refusal)).body, { status: 409, guard: 'isVoter' })
  page.say('## Closed and counted')
  await tell('closeVote')
  const late = await linkOf(id, fifth)
  page.hide(late, 'link of the owner of 60 m²')
  t.match((await votes(late, { choice: 'yes' }, refusal)).body, { code: 'not-in-this-state' })
  t.equal((await tell('count')).body.path, 'resolved')
  const turnout = ['persons', 'personsNeeded', 'areaM2', 'areaM2Needed']
  await columnsOf(page, id, [...turnout, 'yesPersons', 'yesAreaM2', 'noPersons', 'noAreaM2'])
  const { summary } = await topicAt(id)
  t.match(summary.extra, { persons: 4, areaM2: 420, yesPersons: 3, yesAreaM2: 300, noAreaM2: 120 })
  t.match(summary.measures, { quorate: true, agreed: true })
  page.say('## The minutes')
  await page.step(house, {
    ...{ who: 'coordinator', send: `GET /api/deliberation/${id}/minutes`, shows: minutesText },
  })
  t.equal(page.text(), filedPage('charging-piles', page.text()))
}

async function fitnessAndGate(t: Test): Promise<void> {
  const [first = '', , third = '', fourth = '', fifth = '', sixth = ''] = owners
  const fitness = await called('Fitness equipment in the yard', 'common-parts', '2026-05-10')
  const gate = await called('Rebuilding the estate gate', 'grave', '2026-05-10')
  await moveTo('2026-05-10T19:00')
  await openedVote(fitness, THREE_IN_ONE)
  for (const person of [third, fourth, fifth, sixth]) {
    await giverOf(fitness)('vote', { person, way: 'hand', openChoice: 'yes' })
  }
  await giverOf(fitness)('closeVote')
  t.equal((await giverOf(fitness)('count')).body.path, 'notQuorate')
  t.match((await topicAt(fitness)).summary.extra, { persons: 4, personsNeeded: 4, areaM2: 300 })

  await openedVote(gate, THREE_IN_ONE)
  for (const person of owners) {
    const choice = person === first ? 'no' : 'yes'
    const answer = await byLink(await linkOf(gate, person), { choice })
    t.equal(answer.status, 200)
  }
  const { events } = (await ask('coordinator', `GET /api/deliberation/${gate}/events`)).body
  t.notMatch(JSON.stringify(events), /"choice":"(yes|nay|abs)"/, 'nobody sees how anybody chose')
  await giverOf(gate)('closeVote')
  t.equal((await giverOf(gate)('count')).body.path, 'resolved')
  const { extra } = (await topicAt(gate)).summary
  t.match(extra, { secret: true, yesPersons: 5, yesAreaM2: 410, noPersons: 1, noAreaM2: 120 })
}

t.test('row 30: a joint meeting on a major dispute brings three sides together', async (t) => {
  const sides = ['resident-units', 'group-representatives', 'assigned-officials']
  const joint = await bodyOf('jointMeeting', 'Joint meeting', sides)
  const id = await topicOf(joint.id, 'Who may use the shared yard', { place: estate })
  const give = giverOf(id)
  const category = 'neighbours.dispute.common'
  const appeal = await joining(id, 0, { category, text: 'The shop takes the whole yard.' })
  const when = { at: instant('2026-05-18T14:00'), place: 'Community office' }
  await give('schedule', { ...when, body: joint.id })
  await moveTo('2026-05-18T14:00')
  for (const [n, party] of sides.entries()) {
    t.match(await refusalOf(id, 'openMeeting'), { guard: 'partiesPresent' })
    await give('signIn', { party, person: joint.members[n] })
  }
  await openedVote(id, [])
  t.equal(await agreed(id, joint.members), 'resolved')
  await give('publish', {
    resolution: 'The yard is marked out: half for the shop until 20:00, half for the residents.',
    units: [],
    tasks: [{ title: 'Mark it out', due: instant('2026-05-29T17:00'), unit: propertyCompany }],
  })
  await moveTo('2026-05-25T15:00')
  await give('referTask', { task: 'task-1', unit: propertyCompany, category })
  const work = `POST /api/referral/${await openedBy(id)}`
  await take('property', `${work}/accept`, {})
  await take('property', `${work}/answer`, { outcome: 'solved', answer: 'Marked out.' })
  await give('taskDone', { task: 'task-1', outcome: 'done' })
  t.match(await topicAt(id), { path: 'done' })
  t.equal((await toldOf(appeal)).at(-1), 'appeal.deliberationDone')
})

t.test('row 31: a residents’ council proposes, votes and decides, in public', async (t) => {
  const parties = ['residents-representatives', 'residents-representatives', 'owners-committee']
  const council = await bodyOf('council', 'Residents’ council', [...parties, 'police'])
  const [first = '', second = '', , fourth = ''] = council.members
  const one = await acts.signedIn(first, 'council-member')
  const other = await acts.signedIn(second, 'council-member')
  const outsider = await acts.signedIn(await neighbour(building), 'council-member')
  const about = { title: 'Quiet hours', place: community, rule: 'committee', body: council.id }
  const { id } = (await take('anybody', 'POST /api/deliberation/propose', about, one)).body
  const support = `POST /api/deliberation/${id}/support`
  t.match((await ask('anybody', support, {}, outsider)).body, { guard: 'maySupport' })
  t.match((await ask('anybody', support, {}, one)).body, { guard: 'maySupport' }, 'counted once')
  const supported = await take('anybody', support, {}, other)
  t.equal(supported.body.path, 'gathering', 'half of the members: nobody has to accept it')
  const give = giverOf(id)
  const when = { at: instant('2026-06-08T19:00'), place: 'Council room' }
  await give('schedule', { ...when, body: council.id })
  await moveTo('2026-06-08T19:00')
  await seated(id, council.members, [...parties, 'police'])
  for (const person of council.members) {
    const choice = person === fourth ? 'no' : 'yes'
    t.equal((await byLink(await linkOf(id, person), { choice })).status, 200)
  }
  await give('closeVote')
  t.equal((await give('count')).body.path, 'resolved')
  const result = `GET /api/resident/minutes/${id}`
  t.equal((await ask('anybody', result)).status, 404, 'not public before it is published')
  await give('publish', { resolution: 'Quiet from 12:30 to 14:00 and from 22:00.', units: [] })
  const page = (await ask('anybody', result)).body
  t.match(page, /Quiet from 12:30 to 14:00/)
  t.match(page, /<td>Persons<\/td><td>3<\/td><td>1<\/td><td>0<\/td>/, 'three yes, one no')
  t.notOk(
    council.members.some((person) => page.includes(person)),
    'nobody is named',
  )
  const inChinese = await ask('anybody', result, undefined, { 'accept-language': 'zh-CN' })
  t.match(inChinese.body, /会议纪要[\s\S]*表决结果/)
  t.equal(inChinese.headers.get('content-language'), 'zh-CN')

  const objects = `POST /api/resident/cases/${await linkOf(id, fourth)}/object`
  t.equal((await ask('anybody', objects, { reason: 'Shift workers sleep by day.' })).status, 200)
  const objection = (await eventsOf(id)).at(-1)?.raw.id
  await give('uphold', { objection, reason: 'They were not asked.' })
  t.match(await topicAt(id), { path: 'gathering' }, 'an upheld objection begins anew')
})
