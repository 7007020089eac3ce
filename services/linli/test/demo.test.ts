import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  cardOf,
  EffectWorker,
  type Engine,
  type Event,
  execute,
  freshId,
  type Instance,
  Instances,
  isCounting,
  Lanes,
  makeWorkTables,
  openCalendars,
  Replay,
  SYSTEM,
  stateOf,
  statePath,
  type WorkTables,
} from '@linli/engine'
import { openMemoryStore } from '@linli/event-store'
import { type Community, openCommunity } from '@linli/runtime'
import { sqliteDialect } from '@linli/sql'
import { isSealed, keyFileOf, openVault, type VaultTables } from '@linli/vault'
import { sameState, workflowOf } from '@linli/workflow'
import { workflows } from '@linli/workflows'
import { Kysely } from 'kysely'
import t from 'tap'
import { arrive } from '../src/demo/arrival.ts'
import { type DemoAccount, type DemoGround, makeDemo } from '../src/demo/demo.ts'
import { demoRest, keepDemoRest } from '../src/demo-mark.ts'
import { beginRest, claimRest } from '../src/rest-of-demo.ts'

const DAY_MS = 86_400_000

/** Every state in which a case can stand between two commands. */
const STATES: Readonly<Record<string, readonly string[]>> = {
  appeal: [
    ...['reported', 'grid', 'deliberation', 'referral', 'followUp', 'outside'].map(
      (stage) => `open.${stage}`,
    ),
    ...['suspended', 'merged', 'mergedOutside', 'closed', 'archived', 'rejected', 'withdrawn'],
  ],
  referral: [
    ...['dispatched', 'accepted', 'answered'].map((stage) => `open.${stage}`),
    ...['general', 'contacting', 'appointed', 'repairing'].map((stage) => `open.working.${stage}`),
    ...['paused', 'sentBack', 'withdrawn', 'concluded', 'superseded'],
  ],
  deliberation: [
    ...['proposed', 'gathering', 'postponed', 'scheduled.notice', 'scheduled.ready', 'open'],
    ...['voting', 'counting', 'notQuorate', 'resolved', 'rejected', 'published.quiet'],
    ...['published.disputed', 'carryingOut', 'done', 'declined', 'cancelled', 'dropped'],
  ],
  place: ['active', 'ended'],
  organisation: ['active', 'suspended', 'ended'],
  person: ['active', 'left', 'erased'],
}

/** One demo with its log, folded twice: as the engine has it, and replayed. */
type Made = {
  ground: DemoGround
  accounts: DemoAccount[]
  events: Event[]
  replayed: Replay
  tookMs: number
}

async function made(ground: DemoGround, now: number): Promise<Made> {
  const begun = performance.now()
  const accounts = await makeDemo(ground, { now, city: 'jining' })
  const tookMs = performance.now() - begun
  const events = await allEvents(ground)
  const replayed = new Replay(workflows)
  for (const event of events) replayed.take(event)
  return { ground, accounts, events, replayed, tookMs }
}

async function allEvents({ engine }: DemoGround): Promise<Event[]> {
  const events: Event[] = []
  for (let after = 0; ; ) {
    const page = await engine.store.readAll({ after })
    for (const stored of page.events) events.push(JSON.parse(stored.text))
    if (page.through === after) return events
    after = page.through
  }
}

/** An installation in memory, with a worker that follows its log. */
async function openGround(t: { teardown: (work: () => Promise<void>) => void }) {
  const store = openMemoryStore()
  const keyFile = keyFileOf(Buffer.alloc(32, 7))
  const keys = new Kysely<VaultTables>({ dialect: sqliteDialect(':memory:') })
  const vault = await openVault({ db: keys, keyFile })
  await vault.recover([], 0)
  const work = new Kysely<WorkTables>({ dialect: sqliteDialect(':memory:') })
  await makeWorkTables(work)
  const engine: Engine = {
    workflows,
    store,
    vault,
    keyFile,
    calendars: openCalendars(),
    instances: new Instances(store, workflows),
    lanes: new Lanes(),
    policyId: (id) => (workflows.get(id)?.policies.has('jining@1') ? 'jining@1' : 'default@1'),
    now: Date.now,
    onEvent: [],
  }
  const claimed = new Set<string>()
  const effects = new EffectWorker({
    engine,
    work,
    send: () => Promise.reject(new Error('nothing is sent')),
    isClaimed: (stream) => claimed.has(stream),
    now: Date.now,
    onFault: (fault) => t.teardown(() => Promise.reject(fault)),
  })
  await effects.start()
  t.teardown(async () => {
    await effects.stop()
    await vault.close()
    await keys.destroy()
    await work.destroy()
    await store.close()
  })
  return { ground: { engine, vault, claimed, effects }, work }
}

const MOMENTS = {
  'a Monday morning': '2026-11-16T01:30:00.000Z',
  'a Saturday in the Spring Festival': '2026-02-21T12:10:00.000Z',
  'a summer evening': '2026-07-15T11:45:00.000Z',
  today: new Date().toISOString(),
} as const

for (const [name, moment] of Object.entries(MOMENTS)) {
  t.test(`a demo made on ${name}`, async (t) => {
    const now = Date.parse(moment)
    const { ground, work } = await openGround(t)
    const demo = await made(ground, now)
    t.comment(`${demo.events.length} events in ${Math.round(demo.tookMs)} ms`)
    checkEvents(t, demo, now)
    checkStates(t, demo, now)
    checkStories(t, demo)
    for (const [stream, again] of demo.replayed.states) {
      const live = await ground.engine.instances.get(stream)
      if (live === undefined || !sameState(stateOf(live), stateOf(again))) t.fail(stream)
    }
    const notices = await work.selectFrom('notice').select('id').execute()
    t.same(notices, [], 'no held notice was delivered')
  })
}

type Test = Pick<typeof t, 'ok' | 'equal' | 'same'>
type Matching = Pick<typeof t, 'ok' | 'equal' | 'match'>

function checkEvents(t: Test, { events, replayed, ground }: Made, now: number): void {
  const report = replayed.report()
  t.same(report.faults, [], 'every stream folds to what its events say')
  t.ok(
    events.every(({ recordedAt, at }) => Date.parse(recordedAt) <= now && Date.parse(at) <= now),
    'nothing is recorded, or happened, after now',
  )
  const recorded = events.map(({ recordedAt }) => recordedAt)
  t.same(recorded, recorded.toSorted(), 'recordedAt never runs backwards')
  t.ok(events.filter(({ at, recordedAt }) => at < recordedAt).length >= 2, 'entries came late')
  t.ok(
    events.some(({ type, clocks = [] }) => {
      return type === 'appeal.contacted' && clocks.some(({ is }) => is === 'withdrawn')
    }),
    'a late contact withdraws the expiry recorded before it',
  )
  const notices = events
    .flatMap(({ effects = [] }) => effects)
    .filter((one) => one.kind === 'notify')
  t.ok(notices.length > 100 && notices.every((one) => one.held === true), 'notices are held')
  t.equal(events.filter(({ type }) => type === 'effect.refused').length, 0, 'nobody was refused')
  t.equal(ground.claimed.size, 0, 'no instance is left to the run')
}

function checkStates(t: Test, { events, replayed, accounts }: Made, now: number): void {
  const visited = new Set(events.map(({ stream, to }) => `${workflowOf(stream)} ${statePath(to)}`))
  const expected = Object.entries(STATES).flatMap(([id, states]) =>
    states.map((state) => `${id} ${state}`),
  )
  t.same(
    expected.filter((state) => !visited.has(state)),
    [],
    'every state was visited',
  )
  const appeals = [...replayed.states.values()].filter(({ workflow }) => workflow.id === 'appeal')
  const standing = new Set(appeals.map((appeal) => statePath(stateOf(appeal))))
  t.same(
    STATES.appeal?.filter((state) => !standing.has(state)),
    [],
    'appeals stand in every state now',
  )
  t.ok(appeals.length >= 60 && appeals.length <= 80, `${appeals.length} appeals`)
  const recent = appeals.filter(({ startedAt }) => startedAt > now - 10 * DAY_MS)
  t.ok(recent.length >= 12, `${recent.length} begun in the last ten days`)
  t.ok(recent.some(hasRunning), 'clocks run')
  t.ok(
    recent.some(({ clocks }) => cardOf(clocks) === 'yellow'),
    'one is yellow',
  )
  t.ok(
    recent.some(({ clocks }) => cardOf(clocks) === 'red'),
    'one is red',
  )
  t.ok(
    appeals.every(({ startedAt }) => startedAt > now - 366 * DAY_MS),
    'all within twelve months',
  )
  t.ok(accounts.length >= 15, 'accounts to sign in with')
  for (const { person, role } of accounts) {
    const held = replayed.states.get(person)
    const roles = String(held?.workflow.summary(held).extra?.roles).split(' ')
    t.ok(roles.includes(role), `${role} holds the role`)
  }
}

/** What the stories show beside the plain way. */
const TOLD = {
  appeal: [
    ...['redone', 'reopened', 'supervised', 'released', 'coOwned', 'signed', 'merged', 'unmerged'],
    ...['succeeded', 'originalClosed', 'residentAsked', 'residentAnswered', 'urged', 'extended'],
    ...['workStopped', 'penalised', 'demolished', 'answeredOutside', 'deliberationResolved'],
  ],
  referral: [
    ...['sentBack', 'sendBackAgreed', 'answerReturned', 'extensionAgreed', 'refusalRecorded'],
    ...['measured', 'tested', 'urged'],
  ],
  deliberation: ['calledAgain', 'objected', 'dismissed', 'taskReferred', 'taskDone'],
}

function checkStories(t: Test, { events }: Made): void {
  const types = new Set(events.map(({ type }) => type))
  const wanted = Object.entries(TOLD).flatMap(([id, past]) => past.map((one) => `${id}.${one}`))
  t.same(
    wanted.filter((type) => !types.has(type)),
    [],
    'every turn of a story was taken',
  )
  const heating = events.filter(({ type, data }) => {
    return type === 'appeal.reported' && String(data.category).startsWith('heating.')
  })
  const days = heating.map(({ at }) => localDay(at))
  t.ok(days.length >= 10)
  t.same(
    days.filter((day) => day > '03-15' && day < '11-15'),
    [],
    'heating cases in the season only',
  )
  const gathered = events.find(({ type, effects = [] }) => {
    const told = effects.filter((one) => one.kind === 'tell' && one.command === RESOLVED)
    return type === 'deliberation.published' && told.length === 3
  })
  const heard = events.filter(({ type, cause }) => {
    return type === `appeal.${RESOLVED}` && cause === gathered?.id
  })
  t.equal(heard.length, 3, 'a topic that gathered three appeals told all three')
}

const RESOLVED = 'deliberationResolved'

const localDay = (at: string): string =>
  Temporal.Instant.from(at).toZonedDateTimeISO('Asia/Shanghai').toPlainDate().toString().slice(5)

const hasRunning = (instance: Instance): boolean => Object.values(instance.clocks).some(isCounting)

t.test('a demo is made in an empty folder only; then live timers go on with it', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'linli-demo-'))
  const opened = () => openCommunity({ folder, city: 'jining' })
  const community = await opened()
  t.teardown(() => rmSync(folder, { recursive: true }))
  const now = Date.now() - 2 * DAY_MS
  const told: number[] = []
  await makeDemo(community, { now, city: 'jining' }, (done, all) => told.push(done / all))
  t.equal(told.at(-1), 1, 'progress ends with all')
  await t.rejects(makeDemo(community, { now, city: 'jining' }), { code: 'log-not-empty' })
  const erased = await erasedWords(community)
  t.ok(erased.length > 0 && erased.every((text) => text === undefined), 'erased words stay erased')
  await community.settled()
  await community.timers.tick(community.engine.now())
  const turned = (await allEvents(community)).filter(({ type, recordedAt }) => {
    return type.startsWith('clock.') && Date.parse(recordedAt) > now
  })
  t.ok(turned.length > 0, `live timers turned ${turned.length} clocks`)
  await checkRest(t, { early: community, opened, now })
})

/** What can still be read of the words of the person who was erased. */
async function erasedWords({ engine }: DemoGround): Promise<(string | undefined)[]> {
  const [tombstone] = engine.vault.tombstones()
  const events = (await engine.store.readAll({ limit: 1000 })).events
  const found: (string | undefined)[] = []
  for (const { text, stream, id } of events) {
    const event: Event = JSON.parse(text)
    const sealed = event.data.text
    if (!isSealed(sealed) || sealed.subject !== tombstone?.subject) continue
    found.push(await engine.vault.open(sealed, { stream, event: id, field: 'text' }))
  }
  return found
}

/** What of the sub-district every size tells. */
const ARRIVED = [
  ...['visit-plan.visitMissed', 'campaign.closed', 'visit.recorded', 'duty.signedOut'],
  ...['account.exchanged', 'assistance.followedUp', 'wish.fulfilled', 'errand.papersReturned'],
  ...['mediation.checked', 'mutual-aid.handedOver', 'commendation.granted', 'body.seated'],
  ...['activity.produced', 'project.activityCounted', 'organisation.allied', 'team.enlisted'],
]

for (const [name, moment] of Object.entries(MOMENTS).slice(2)) {
  t.test(`the rest of the demo of ${name}`, async (t) => {
    const { ground } = await openGround(t)
    const now = Date.parse(moment)
    await makeDemo(ground, { now, city: 'jining' })
    const first = await ground.engine.store.head()
    const whole = process.env.LINLI_DEMO_TEST === 'whole' ? 'whole' : 'short'
    const begun = performance.now()
    const { done, all, refused } = await arrive(ground, { now, size: whole })
    const events = (await allEvents(ground)).slice(first)
    t.comment(`${events.length} events in ${Math.round(performance.now() - begun)} ms`)
    t.same(refused, [], 'nobody was refused')
    t.equal(done, all)
    const types = new Set(events.map(({ type }) => type))
    t.same(
      ARRIVED.filter((type) => !types.has(type)),
      [],
      'every system has its facts',
    )
    t.notOk(types.has('effect.refused'), 'no effect was refused')
    t.ok(
      events.every(({ at }) => Date.parse(at) <= now),
      'nothing happens after the demo ends',
    )
    const there = await ground.engine.store.head()
    await arrive(ground, { now, size: whole })
    t.equal(await ground.engine.store.head(), there, 'a second time adds nothing')
    t.equal(ground.claimed.size, 0, 'no instance is left to the run')
  })
}

/** Stopped, it goes on at the next start, and lets live commands through. */
async function checkRest(
  t: Matching,
  { early, opened, now }: { early: Community; opened: () => Promise<Community>; now: number },
): Promise<void> {
  const { folder } = early
  const told: string[] = []
  const rest = { tell: (line: string) => told.push(line), size: 'short' as const }
  t.equal(beginRest(early, rest), undefined, 'none is to come where nothing says so')
  keepDemoRest(folder, { now, isThere: false, claimed: [] })
  const stopped = beginRest(early, rest)
  await stopped?.stop()
  t.match(stopped?.progress(), { isThere: false })
  await early.close()
  const { claimed = [], isThere } = demoRest(folder) ?? {}
  t.equal(isThere, false, 'it is remembered as still to come')

  const late = await opened()
  claimRest(late)
  t.ok(
    claimed.every((id) => late.claimed.has(id)),
    'live timers leave what was begun',
  )
  const going = beginRest(late, rest)
  const data = { kind: 'community', name: 'beside it' }
  const live = { workflow: 'place', command: 'register', caller: SYSTEM, key: freshId(), data }
  const answer = await execute(late.engine, live)
  t.ok(!('refused' in answer), 'a live command goes through')
  t.match(going?.progress(), { isThere: false }, 'before the rest is there')
  await going?.over
  t.match(going?.progress(), { isThere: true })
  t.match(told.at(-1), /^The whole demo is there: \d+ commands in [\d.]+ s\.$/)
  t.match(demoRest(folder), { isThere: true, claimed: [] })
  t.equal(late.claimed.size, 0)
  t.equal(beginRest(late, rest), undefined, 'and never twice')
  await late.close()
}
