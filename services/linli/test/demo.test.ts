import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  cardOf,
  type Event,
  type Instance,
  isCounting,
  Replay,
  stateOf,
  statePath,
  workflowOf,
} from '@linli/engine'
import { workflows } from '@linli/workflows'
import t from 'tap'
import { type Community, openCommunity } from '../src/community.ts'
import { type DemoAccount, makeDemo } from '../src/demo/demo.ts'

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
  community: Community
  accounts: DemoAccount[]
  events: Event[]
  replayed: Replay
  tookMs: number
}

async function made(now: number, folder: string): Promise<Made> {
  const community = await openCommunity({ folder, city: 'jining' })
  const begun = performance.now()
  const accounts = await makeDemo(community, { now, city: 'jining' })
  const tookMs = performance.now() - begun
  const events = await allEvents(community)
  const replayed = new Replay(workflows)
  for (const event of events) replayed.take(event)
  return { community, accounts, events, replayed, tookMs }
}

async function allEvents({ store }: Community): Promise<Event[]> {
  const events: Event[] = []
  for (let after = 0; ; ) {
    const page = await store.readAll({ after })
    for (const stored of page.events) events.push(JSON.parse(stored.text))
    if (page.through === after) return events
    after = page.through
  }
}

const MOMENTS = {
  'a Monday morning': '2026-11-16T01:30:00.000Z',
  'a Saturday in the Spring Festival': '2026-02-21T12:10:00.000Z',
  'a summer evening': '2026-07-15T11:45:00.000Z',
  'two days ago': new Date(Date.now() - 2 * DAY_MS).toISOString(),
} as const

for (const [name, moment] of Object.entries(MOMENTS)) {
  t.test(`a demo made on ${name}`, async (t) => {
    const now = Date.parse(moment)
    const folder = mkdtempSync(join(tmpdir(), 'linli-demo-'))
    const demo = await made(now, folder)
    t.teardown(async () => {
      await demo.community.close()
      rmSync(folder, { recursive: true })
    })
    checkEvents(t, demo, now)
    checkStates(t, demo, now)
    await checkLive(t, demo, now)
  })
}

type Test = Pick<typeof t, 'ok' | 'equal' | 'same' | 'comment'>

function checkEvents(t: Test, { events, replayed, community, tookMs }: Made, now: number): void {
  const report = replayed.report()
  t.comment(`${report.events} events in ${Math.round(tookMs)} ms`)
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
  t.equal(community.claimed.size, 0, 'no instance is left to the run')
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

const hasRunning = (instance: Instance): boolean => Object.values(instance.clocks).some(isCounting)

/** After the run the live timers go on with the same instances. */
async function checkLive(t: Test, { community, replayed }: Made, now: number): Promise<void> {
  const { engine, timers } = community
  await community.settled()
  for (const [stream, replayedTo] of replayed.states) {
    const live = await engine.instances.get(stream)
    if (live === undefined || live.revision !== replayedTo.revision) continue
    t.same(stateOf(live), stateOf(replayedTo), stream)
  }
  const notices = await community.work.selectFrom('notice').select('at').execute()
  t.ok(
    notices.every(({ at }) => at > now),
    'no held notice was delivered',
  )
  if (Date.now() < now + DAY_MS) return
  await timers.tick(engine.now())
  const turned = (await allEvents(community)).filter(({ type, recordedAt }) => {
    return type.startsWith('clock.') && Date.parse(recordedAt) > now
  })
  t.ok(turned.length > 0, `live timers turned ${turned.length} clocks`)
}

t.test('a demo is made in an empty log only, and again by nobody', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'linli-demo-'))
  const community = await openCommunity({ folder, city: 'jining' })
  t.teardown(async () => {
    await community.close()
    rmSync(folder, { recursive: true })
  })
  const now = Date.parse('2026-07-01T03:00:00.000Z')
  const told: number[] = []
  await makeDemo(community, { now, city: 'jining' }, (done, all) => told.push(done / all))
  t.equal(told.at(-1), 1, 'progress ends with all')
  await t.rejects(makeDemo(community, { now, city: 'jining' }), { code: 'log-not-empty' })
  const erased = await erasedWords(community)
  t.ok(erased.length > 0 && erased.every((text) => text === undefined), 'erased words stay erased')
})

/** What can still be read of the words of the person who was erased. */
async function erasedWords({ engine, store }: Community): Promise<(string | undefined)[]> {
  const [tombstone] = engine.vault.tombstones()
  const events = (await store.readAll({ limit: 1000 })).events
  const found: (string | undefined)[] = []
  for (const { text, stream, id } of events) {
    const event: Event = JSON.parse(text)
    const sealed = event.data.text
    if (typeof sealed !== 'object' || sealed === null || !('subject' in sealed)) continue
    if (sealed.subject !== tombstone?.subject) continue
    found.push(await engine.vault.open(sealed as never, { stream, event: id, field: 'text' }))
  }
  return found
}
