// The registries of a community, told through the HTTP API: places and what is open in them,
// people with skills and roles that end, organisations, teams and standing bodies. Only the files
// of row 15 come in by the command line's own import.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Access } from '@linli/engine'
import { importHouseholds, importPeople } from '@linli/linli'
import t, { type Test } from 'tap'
import { filesHolding } from '../end-to-end/canary.ts'
import { instant, openHouse, type Who } from '../end-to-end/house.ts'

const house = await openHouse(t.testdir(), '2026-03-02T09:00')
t.teardown(() => house.close())
const { ask, take, moveTo, neighbourhood, community } = house
const place = neighbourhood.community

const begin = async (who: Who, what: string, data: object): Promise<string> =>
  (await take(who, `POST /api/${what}`, data)).body.id
const give = (who: Who, id: string, command: string, data: object = {}) =>
  take(who, `POST /api/${workflowOf(id)}/${id}/${command}`, data)
const refused = async (t: Test, who: Who, [what, data]: [string, object], found: object) =>
  t.match(await ask(who, `POST /api/${what}`, data), found, what)
const workflowOf = (id: string) => id.slice(0, -37)
const list = async (query: string, who: Who = 'coordinator') =>
  (await ask(who, `GET /api/${query}`)).body
const total = async (query: string, who: Who = 'coordinator') => (await list(query, who)).total
const view = async (id: string) =>
  (await ask('coordinator', `GET /api/${workflowOf(id)}/${id}`)).body
const times = (count: number) => Array.from({ length: count }, (_, index) => index)
const person = (data: object = {}) =>
  begin('administrator', 'person/register', { kind: 'resident', place, ...data })

t.test(
  'the body of row 3: a youth think-tank is a standing body with members, terms and a quorum',
  async (t) => {
    const term = { from: instant('2026-03-02T00:00'), until: instant('2028-03-01T00:00') }
    const tank = { kind: 'thinkTank', name: '青年汇智团', place, term }
    const parties = ['party-organisation', 'residents-representatives', 'partner-units']
    const requiredParties = parties.slice(0, 2)
    const body = await begin('coordinator', 'body/establish', { ...tank, requiredParties })
    for (const party of parties) {
      await give('coordinator', body, 'seat', { person: await person(), party })
    }
    const { summary } = await view(body)
    t.match(summary.extra, {
      ...{ kind: 'thinkTank', members: 3, quorum: '> 1/2', termUntil: term.until },
      requiredParties: requiredParties.join(' '),
    })
    const seated = summary.persons[0]
    const again = { person: seated, party: 'police' }
    const held = { status: 409, body: { code: 'condition-not-met', guard: 'mayTakeSeat' } }
    await refused(t, 'coordinator', [`body/${body}/seat`, again], held)
    await give('coordinator', body, 'unseat', { person: seated, reason: 'moved' })
    t.equal((await view(body)).summary.extra.members, 2)
    t.equal(await total('body?where=kind:thinkTank'), 1)
  },
)

t.test('row 6: double registration: 12 alliance units and their party volunteers', async (t) => {
  const units: string[] = []
  for (const n of times(12)) {
    const unit = { kind: 'partner', name: `共建单位 ${n + 1}`, handles: [], place }
    units.push(await begin('administrator', 'organisation/register', unit))
    await give('coordinator', units[n] ?? '', 'ally', { on: '2026-03-01' })
  }
  // 520 in the article; a tenth of them here.
  for (const n of times(52)) {
    await person({ groups: ['partyVolunteer'], unit: units[n % 12], skills: ['errands'] })
  }
  t.equal(await total('organisation?where=alliance:true'), 12)
  t.equal(await total('person?where=group.partyVolunteer:true'), 52)
  t.equal(await total(`person?where=unit:${units[0]}&skill=errands`), 5, 'of one unit')
  await moveTo('2026-03-02T10:00')
  await give('coordinator', units[11] ?? '', 'leaveAlliance')
  t.equal(await total('organisation?where=alliance:true'), 11)
  const before = new URLSearchParams({ at: instant('2026-03-02T09:30') })
  t.equal(await total(`organisation?where=alliance:true&${before}`), 12, 'as of that morning')
  const twice: [string, object] = [`organisation/${units[0]}/ally`, {}]
  await refused(t, 'coordinator', twice, { status: 409, body: { guard: 'mayAlly' } })
})

t.test('row 7: 15 social organisations, found by skill as possible handlers', async (t) => {
  const skills = ['mediation', 'legal', 'counselling', 'eldercare', 'teaching']
  for (const n of times(15)) {
    const social = { kind: 'social', name: `社会组织 ${n + 1}`, skills: [skills[n % 5]], place }
    await begin('administrator', 'organisation/register', { ...social, handles: ['other'] })
  }
  t.equal(await total('organisation?where=kind:social'), 15)
  const found = await list('organisation?where=kind:social&skill=mediation')
  t.match(found, { total: 3, rows: [{ extra: { skills: 'mediation', handles: 'other' } }] })
  const odd = { kind: 'social', name: 'x', handles: [], skills: ['flying'] }
  const invalid = { status: 422, body: { code: 'invalid', field: 'skills.0' } }
  await refused(t, 'administrator', ['organisation/register', odd], invalid)
})

t.test('row 8: estates, commercial buildings, entrances and households', async (t) => {
  const register = (data: object) => begin('administrator', 'place/register', data)
  for (const n of times(4)) await register({ kind: 'estate', name: `小区 ${n + 2}`, parent: place })
  const { estate } = neighbourhood
  for (const n of times(4)) {
    const shops = { kind: 'building', name: `商业楼 ${n + 1}`, use: 'commercial', floors: 3 }
    await register({ ...shops, parent: estate })
  }
  t.equal(await total('place?where=kind:estate'), 5)
  t.equal(await total('place?where=use:commercial'), 4)
  const building = await register({ kind: 'building', name: '7号楼', parent: estate })
  const [first = '', second = ''] = await Promise.all(
    ['1单元', '2单元'].map((name) => register({ kind: 'entrance', name, parent: building })),
  )
  const flat = { kind: 'household', name: '7-1-501', areaM2: 89.35 }
  const home = await register({ ...flat, parent: first })
  const oneEntrance = { status: 409, body: { code: 'condition-not-met', guard: 'inOneEntrance' } }
  const elsewhere = { ...flat, parent: second }
  await refused(t, 'administrator', ['place/register', elsewhere], oneEntrance)
  await refused(t, 'administrator', [`place/${home}/move`, { parent: second }], oneEntrance)
  const both = { ...flat, parent: [first, second] }
  const invalid = { status: 422, body: { code: 'invalid', field: 'parent' } }
  await refused(t, 'administrator', ['place/register', both], invalid)
  t.equal(await total(`place?place=${second}&where=kind:household`), 0, 'nothing was recorded')
  const grid = { kind: 'grid', name: '第四网格', parent: place, buildings: [building] }
  t.match((await view(await register(grid))).summary.links, [{ rel: 'building', title: '7号楼' }])
  t.match((await view(home)).summary.place, [{}, {}, { name: '7号楼' }, { name: '1单元' }, {}])
})

t.test('row 9: building chiefs with five duties', async (t) => {
  const { building, estate } = neighbourhood
  const chief = await person()
  const role = { role: 'building-chief', place: building }
  const wide = { ...role, place: estate }
  const notOne = { status: 409, body: { guard: 'chiefFits' } }
  await refused(t, 'administrator', [`person/${chief}/grant`, wide], notOne)
  await give('administrator', chief, 'grant', role)
  for (const duty of ['messenger', 'organiser', 'mediator', 'informant', 'patrol']) {
    t.equal(await total(`person?where=duty.${duty}:true`), 1, duty)
  }
  const watch = await person()
  await give('administrator', watch, 'grant', { ...role, duties: ['patrol'] })
  t.equal(await total('person?where=duty.patrol:true'), 2)
  t.equal(await total('person?where=duty.mediator:true'), 1)
  t.match(await view(watch), { summary: { extra: { roles: 'building-chief', duties: 'patrol' } } })
})

t.test('row 11: every estate has a grid office with its opening hours', async (t) => {
  const { rows } = await list('place?where=kind:estate')
  for (const estate of rows) {
    const opens = [{ days: [1, 2, 3, 4, 5, 6], from: '08:30', to: '18:00' }]
    const post = { kind: 'resource', name: `${estate.title} 红帆驿站`, offer: 'government', opens }
    await begin('administrator', 'place/register', { ...post, parent: estate.id })
  }
  const posts = await list('place?where=offer:government')
  t.match(posts, { total: 5, rows: [{ extra: { opens: '1,2,3,4,5,6 08:30-18:00' } }] })
  // Who walks in is heard at the desk: the channel of the appeal.
  const desk = { place: neighbourhood.flats[0], category: 'other.other.other', channel: 'desk' }
  const appeal = await begin('coordinator', 'appeal/report', { ...desk, text: 'a lamp is out' })
  t.equal((await view(appeal)).summary.channel, 'desk')
})

t.test('row 15: the household registry comes from files', async (t) => {
  const { folder } = house
  // 2,870 households and 8,437 people of 3 estates in the article; a tenth of them here.
  const homes = times(287).map((n) => {
    const [building, entrance] = [(n % 3) + 1, (Math.floor(n / 3) % 4) + 1]
    const door = `${building}-${entrance}-${Math.floor(n / 12) + 101}`
    return ['红旗社区', `东区 ${(n % 3) + 1}`, `${building}`, `${entrance}单元`, door]
  })
  const households = join(folder, 'households.csv')
  const heading = '社区,小区,楼栋,单元,户号'
  const lines = homes.map((home, n) => `${home.join(',')},${80 + (n % 40)}.5`)
  const wrong = [`${(homes[0] ?? []).join(',').replace('1单元', '2单元')},80`, '红旗社区,"东区 1,1']
  writeFileSync(households, [`${heading},面积`, ...lines, ...wrong].join('\n'))
  const { rows, ...counts } = await importHouseholds(community, households)
  t.match(counts, { taken: 287, refused: 2, warned: 0, known: 0, ignored: [] })
  t.match(rows, [
    {
      row: 288,
      outcome: 'refused',
      reasons: ['entrance: row 1 has this household in another entrance'],
    },
    { row: 289, outcome: 'refused', reasons: [/quote/] },
  ])
  const people = join(folder, 'people.csv')
  const somebody = times(844).map((n) => {
    const phone = n % 5 === 0 ? `138${String(n).padStart(8, '0')}` : ''
    return [...(homes[n % 287] ?? []), `canary-resident-${n}`, phone, n % 50 === 0 ? '调解' : '']
  })
  const odd = [...(homes[0] ?? []), 'canary-odd', 'canary-no-phone', '飞行'].join(',')
  const nowhere = ['红旗社区', '西区', '1', '1单元', '1-1-101', 'canary-nowhere', '', ''].join(',')
  const told = [`${heading},姓名,电话,特长`, ...somebody.map((one) => one.join(',')), odd, nowhere]
  writeFileSync(people, told.join('\n'))
  const first = await importPeople(community, people)
  t.match(first, { taken: 845, refused: 1, warned: 1, known: 0 })
  t.match(first.rows, [
    { row: 845, outcome: 'warned', reasons: [/^skills: the 1\./, /^phone: not a telephone/] },
    { row: 846, outcome: 'refused', reasons: ['estate: not registered'] },
  ])
  t.notMatch(JSON.stringify(first), /canary/, 'nobody is named in the report')
  const head = await community.settled()
  const again = await importPeople(community, people)
  t.match(again, { taken: 0, known: 845, refused: 1 })
  t.match(await importHouseholds(community, households), { taken: 0, known: 287, refused: 2 })
  t.equal(await community.settled(), head, 'a second time adds nothing')

  const { rows: estates } = await list('place?where=kind:estate&q=东区 1')
  t.equal(await total(`place?place=${estates[0].id}&where=kind:household`), 96)
  t.equal(await total('person?skill=mediation&where=kind:resident'), 17)
  const one = await ask('coordinator', `GET /api/person?place=${estates[0].id}&limit=1`)
  t.match(one.body.rows[0].title, /^canary-resident-/, 'a coordinator sees the name')
  const { rows: sealed } = await list(`person?place=${estates[0].id}&limit=1`, 'administrator')
  t.equal(sealed[0].title, undefined, 'who has no case content does not')
  // Who is registered with a telephone number is found by it.
  const { vault } = community
  const known = await vault.identify(vault.hashPhone('13800000005') ?? '')
  const report = { place: neighbourhood.flats[0], category: 'other.other.other', channel: 'phone' }
  const call = { ...report, text: 'the lamp again', phone: '138 0000 0005' }
  const appeal = await begin('coordinator', 'appeal/report', call)
  t.ok((await view(appeal)).summary.persons.includes(known))
})

t.test('row 20: six volunteer teams, one for mediation: dispatched by skill', async (t) => {
  const skills = ['mediation', 'clinic', 'patrol', 'environment', 'culture', 'eldercare']
  for (const skill of skills) {
    const team = { name: `志愿队 ${skill}`, skills: [skill], place }
    const formed = await begin('coordinator', 'team/form', team)
    const [leader, second] = [await person({ skills: [skill] }), await person()]
    for (const one of [leader, second]) await give('coordinator', formed, 'enlist', { person: one })
    await give('coordinator', formed, 'appoint', { leader })
  }
  const found = await list('team?skill=mediation')
  t.match(found, { total: 1, rows: [{ extra: { members: 2 }, title: '志愿队 mediation' }] })
  t.equal(found.rows[0].owner, found.rows[0].extra.leader)
  t.equal(await total('team'), 6)
  const unknown = { person: `person-${crypto.randomUUID()}` }
  const missing = { status: 422, body: { code: 'not-found' } }
  const enlist: [string, object] = [`team/${found.rows[0].id}/enlist`, unknown]
  t.match((await ask('coordinator', `POST /api/${enlist[0]}`, unknown)).body, missing.body)
})

t.test('row 27: resources of the 15-minute circle, run by six new partner units', async (t) => {
  const offers = ['dining', 'health', 'culture', 'sport', 'repair', 'education']
  for (const [n, offer] of offers.entries()) {
    const partner = { kind: 'partner', name: `圈内单位 ${n + 1}`, handles: [] }
    const unit = await begin('administrator', 'organisation/register', partner)
    const resource = { kind: 'resource', name: `便民点 ${offer}`, offer, walkMinutes: 3 + n * 2 }
    await begin('administrator', 'place/register', { ...resource, parent: place, unit })
  }
  const { rows } = await list('place?where=kind:resource&where=offer:dining')
  const opens = [
    { days: [1, 2, 3, 4, 5], from: '11:00', to: '13:00' },
    { days: [6, 7], from: '11:30', to: '12:30' },
  ]
  await give('coordinator', rows[0].id, 'announce', { opens })
  t.match(await view(rows[0].id), {
    summary: { units: [{ name: '圈内单位 1' }] },
    data: { walkMinutes: 3, opens },
  })
  t.equal(await total('place?where=walkMinutes:3'), 1)
  const backwards = { opens: [{ days: [1], from: '13:00', to: '11:00' }] }
  const invalid = { status: 422, body: { code: 'invalid', field: 'opens.0.to' } }
  await refused(t, 'coordinator', [`place/${rows[0].id}/announce`, backwards], invalid)
})

t.test('row 28: a student’s login ends with the season, by itself', async (t) => {
  const student = await person({ groups: ['student'] })
  const season = { from: instant('2026-07-01T00:00'), until: instant('2026-09-01T00:00') }
  await give('administrator', student, 'grant', { role: 'volunteer', place, ...season })
  const { work, keyFile, engine } = community
  const { now, instances } = engine
  const access = new Access({ work, keyFile, instances, now })
  const login = { name: 'student', password: 'a-long-enough-password' }
  await access.setLogin({ ...login, person: student })
  const signIn = () => ask('anybody', 'POST /api/session', login)
  t.match(await signIn(), { status: 401, body: { code: 'login-not-begun' } })
  await moveTo('2026-07-01T08:00')
  const summer = await signIn()
  t.match(summer, { status: 200, body: { roles: [{ role: 'volunteer' }] } })
  const cookie = summer.headers.get('set-cookie')?.split(';')[0] ?? ''
  await moveTo('2026-09-01T00:00')
  t.match(await signIn(), { status: 401, body: { code: 'login-expired', title: 'Login expired' } })
  const still = await ask('anybody', 'GET /api/session', undefined, { cookie })
  t.match(still.status, 401, 'a session that was open ends too')
  t.match(await view(student), { summary: { extra: { groups: 'student' } } })
  t.equal(await total('person?where=group.student:true'), 1)
})

t.test('row 32: six skill teams, among them errand runners, with a roster', async (t) => {
  const skills = ['errands', 'repair', 'hairdressing', 'sewing', 'digital', 'driving']
  const teams: string[] = []
  for (const skill of skills) {
    const team = { name: `技能队 ${skill}`, skills: [skill], place }
    teams.push(await begin('coordinator', 'team/form', team))
  }
  t.equal(await total('team?skill=errands'), 1)
  const [runners = ''] = teams
  const runner = await person({ skills: ['errands', 'driving'] })
  t.equal(await total('person?skill=errands&skill=driving'), 1)
  await give('coordinator', runners, 'enlist', { person: runner })
  const at = (from: string, to: string, post: string) => ({
    person: runner,
    day: 1,
    from,
    to,
    post,
  })
  const double = { roster: [at('08:00', '10:00', '驿站'), at('09:00', '11:00', '医院')] }
  const fits = { status: 409, body: { code: 'condition-not-met', guard: 'rosterFits' } }
  await refused(t, 'coordinator', [`team/${runners}/plan`, double], fits)
  const roster = [at('08:00', '10:00', '驿站'), at('10:00', '11:00', '医院')]
  await give('coordinator', runners, 'plan', { roster })
  t.equal((await view(runners)).summary.extra.rosterLines, 2)
  await give('coordinator', runners, 'disband', { reason: 'merged' })
  t.equal(await total('team?skill=errands&ended=0'), 0)
})

t.test('no file holds a name or a number in clear', async (t) => {
  const { folder } = house
  await house.close()
  const words = ['canary-resident-7', 'canary-odd', 'canary-no-phone', '13800000005']
  const holding = filesHolding(folder, words)
  t.same(
    holding.filter((found) => !JSON.stringify(found).includes('.csv')),
    [],
  )
})
