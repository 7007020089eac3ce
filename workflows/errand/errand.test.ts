import { readFileSync } from 'node:fs'
import { type Instance, mermaid, stateOf, statePath } from '@linli/workflow'
import { assertLively, given, type Samples, type Story, sample } from '@linli/workflow/test-kit'
import t from 'tap'
import { commands } from './commands.ts'
import { type ErrandContext, less } from './context.ts'
import { machine } from './machine.ts'
import { errand } from './workflow.ts'

const facts = { place: { id: 'place-3', path: ['place-1', 'place-3'] } }
const about = { kind: 'elderAid', place: 'place-3', channel: 'desk', resident: 'person-1' }
const atOffice = sample(
  { office: 'organisation-1', reference: 'A-17' },
  { facts: { office: { id: 'organisation-1', status: 'active' } } },
)
const closedOffice = sample(
  { office: 'organisation-1' },
  { facts: { office: { id: 'organisation-1', status: 'ended' } } },
)
const paper = (kind: string, count = 1) => ({ kind, count })
const papers = (...kinds: string[]) => ({
  papers: kinds.map((kind) => paper(kind)),
  receipt: 'R-1',
})
const byResident = (data: object, person = 'person-1') =>
  sample({ ...data }, { by: { role: 'resident', person } })
const signed = { way: 'signature', speaker: 'self' }
const granted = { outcome: 'granted', kept: [] }

const context = ({ instance }: Pick<Story, 'instance'>): ErrandContext => instance?.snapshot.context
const state = ({ instance }: Pick<Story, 'instance'>): string =>
  instance === undefined ? '' : statePath(stateOf(instance))
const row = ({ instance }: Story) => errand.summary(instance as Instance)
const notices = ({ events }: Story) =>
  (events.at(-1)?.effects ?? []).map((effect) => (effect.kind === 'notify' ? effect.text : ''))

const asked = given(errand, [['request', 0, sample(about, { facts })]])
const agreed = asked.and(['consent', 1, signed])
const handedIn = agreed.and(['takePapers', 2, papers('identityCard', 'householdBook')])
const submitted = handedIn.and(['submit', 3, atOffice])

t.test('consent, papers in, submitted, granted, papers returned', (t) => {
  t.match(asked.instance?.clocks.consent, { status: 'running' })
  t.match(context(agreed).consent, { way: 'signature', speaker: 'self' })
  t.same(context(handedIn).held, [paper('identityCard'), paper('householdBook')])
  t.match(row(submitted), { persons: ['person-1'], links: [{ rel: 'office' }], units: [] })
  t.same(notices(submitted), ['submitted'])
  const decided = submitted.and(['decide', 60, { ...granted, kept: [paper('householdBook')] }])
  t.equal(state(decided), 'open.returning')
  t.match(row(decided), { extra: { held: 1, outcome: 'granted' }, measures: { granted: true } })
  const back = decided.and([
    'returnPapers',
    61,
    { papers: [paper('identityCard')], signedBy: 'self' },
  ])
  t.equal(state(back), 'closed')
  t.match(row(back).measures, { papersReturned: true, decidedInTime: true })
  t.same(back.replayed()?.snapshot.context, context(back))
  t.end()
})

t.test('nothing is done before the consent, and nobody consents for the resident', (t) => {
  t.match(asked.when('submit', 1, atOffice), { guard: 'consented' })
  t.match(asked.when('takePapers', 1, papers('identityCard')), { guard: 'consented' })
  t.notOk(asked.offered(1).includes('submit'))
  t.match(asked.when('consent', 1, { way: 'link', speaker: 'self' }), { guard: 'ownWords' })
  t.match(asked.when('consent', 1, byResident(signed)), { guard: 'ownWords' })
  const stranger = byResident({ way: 'link', speaker: 'self' }, 'person-2')
  t.match(asked.when('consent', 1, stranger), { guard: 'ownWords' })
  t.equal(
    state(asked.and(['consent', 1, byResident({ way: 'link', speaker: 'self' })])),
    'open.papers',
  )
  t.end()
})

t.test('papers are missing, more are asked for, and the clock of the office waits', (t) => {
  const half = agreed.and(['takePapers', 2, papers('identityCard')])
  t.match(half.when('submit', 3, atOffice), { guard: 'ready' })
  t.match(handedIn.when('submit', 3, closedOffice), { refused: 'condition-not-met' })
  const more = submitted.and(['askMore', 27, { papers: ['incomeProof'] }])
  t.equal(state(more), 'open.papers')
  t.equal(more.instance?.clocks.outcome?.status, 'paused')
  t.match(more.when('submit', 28, atOffice), { refused: 'condition-not-met' })
  const again = more.and(['takePapers', 51, papers('incomeProof')], ['submit', 51, atOffice])
  const late = (story: Story) => story.instance?.clocks.outcome?.dueAt ?? 0
  t.equal(late(again) - late(submitted), 24 * 3_600_000, 'a day with the resident')
  t.equal(row(again).extra?.submissions, 2)
  t.end()
})

t.test('refused with a reason; a reason for nothing else', (t) => {
  const bad = submitted.when('decide', 4, { outcome: 'refused', kept: [] })
  t.match(bad, { refused: 'invalid', issues: [{ path: 'reason' }] })
  t.match(submitted.when('decide', 4, { ...granted, reason: 'notProved' }), { refused: 'invalid' })
  const over = { ...granted, kept: [paper('photo')] }
  t.match(submitted.when('decide', 4, over), { refused: 'condition-not-met' })
  const no = submitted.and(['decide', 4, { outcome: 'refused', reason: 'overTheLimit', kept: [] }])
  t.match(row(no), { extra: { reason: 'overTheLimit' }, measures: { granted: false } })
  const all = [paper('identityCard'), paper('householdBook')]
  t.equal(state(submitted.and(['decide', 4, { ...granted, kept: all }])), 'closed', 'all are kept')
  t.end()
})

t.test('papers come back one by one, never more than there are, or the loss stands', (t) => {
  const decided = submitted.and(['decide', 4, granted])
  const one = decided.and([
    'returnPapers',
    5,
    { papers: [paper('identityCard')], signedBy: 'self' },
  ])
  t.equal(state(one), 'open.returning')
  const twice = { papers: [paper('identityCard')], signedBy: 'self' }
  t.match(one.when('returnPapers', 6, twice), { refused: 'condition-not-met' })
  const lost = one.and(['settle', 7, { reason: 'lost', note: 'on the way back' }])
  t.match(row(lost), { extra: { held: 1 }, measures: { papersReturned: false } })
  t.equal(less([paper('photo', 2)], [paper('photo'), paper('photo', 2)]), undefined)
  t.match(given(errand).when('request', 0, { ...about, kind: 'loan' }), { refused: 'invalid' })
  t.match(agreed.when('takePapers', 2, { papers: [paper('photo', 0)], receipt: 'R' }), {
    refused: 'invalid',
  })
  t.end()
})

t.test('the resident takes it back: papers go home, nothing else is done', (t) => {
  t.equal(state(agreed.and(['withdraw', 2, byResident({})])), 'withdrawn')
  const back = submitted.and(['withdraw', 4, byResident({ reason: 'moved away' })])
  t.equal(state(back), 'open.returning')
  t.same(notices(back), ['papersReady'])
  t.match(back.when('decide', 5, granted), { refused: 'not-in-this-state' })
  t.end()
})

t.test('limits by kind, and whose key it is', (t) => {
  const limit = (kind: string) => {
    const all = papers('application', 'identityCard', 'householdBook', 'incomeProof')
    const marriage = papers('marriageCertificate')
    const told = given(errand, [
      ['request', 0, sample({ ...about, kind }, { facts })],
      ['consent', 1, signed],
      ['takePapers', 2, all],
      ['takePapers', 2, marriage],
      ['submit', 3, atOffice],
    ])
    return told.instance?.clocks.outcome?.limit
  }
  const kinds = ['elderAid', 'minimumIncome', 'relief', 'familyPlanning']
  t.same(kinds.map(limit), ['outcome', 'outcome.minimumIncome', 'outcome.relief', 'outcome'])
  const subject = errand.subjects.resident
  t.equal(subject?.({ context: { resident: 'person-1' }, data: {} } as never), 'person-1')
  t.equal(subject?.({ context: undefined, data: { resident: 'person-2' } } as never), 'person-2')
  t.equal(subject?.({ context: { resident: null }, data: {} } as never), undefined)
  t.end()
})

t.test('every path, and the picture', (t) => {
  const { resident: _, ...unknown } = about
  const ALL = ['identityCard', 'householdBook', 'incomeProof']
  const samples: Samples = {
    request: [sample(about, { facts }), sample(unknown, { facts: {} })],
    consent: signed,
    takePapers: ({ snapshot }) => (snapshot.context.held.length > 0 ? [] : papers(...ALL)),
    submit: atOffice,
    askMore: { papers: ['incomeProof'] },
    decide: [
      granted,
      {
        ...granted,
        kept: ALL.map((kind) => paper(kind)),
      },
    ],
    returnPapers: ({ snapshot }) =>
      snapshot.context.held.length === 0
        ? []
        : { papers: snapshot.context.held, signedBy: 'family' },
    settle: { reason: 'notCollected', note: 'gone' },
    note: { text: 'a note' },
    take: {},
    withdraw: {},
  }
  const few = ({ held, submissions, outcome }: ErrandContext) => [
    held.map(({ count }) => Math.min(count, 2)),
    Math.min(submissions, 2),
    outcome,
  ]
  assertLively(t, errand, { samples, signature: few })
  const readme = readFileSync(new URL('README.md', import.meta.url), 'utf8')
  t.ok(readme.includes(mermaid(machine, commands)))
  t.end()
})
