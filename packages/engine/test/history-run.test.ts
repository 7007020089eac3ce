import { cardOf, isRefusal, stateOf } from '@linli/workflow'
import t from 'tap'
import { idAt } from '../src/command-id.ts'
import type { Reply } from '../src/engine.ts'
import { HistoryRun, type RunRequest } from '../src/history-run.ts'
import { SYSTEM } from '../src/permission.ts'
import { Timers } from '../src/timers.ts'
import {
  coordinate,
  dueOf,
  type EngineScene,
  eventsOf,
  foundTown,
  HOUR,
  MINUTE,
  MONDAY,
  openEngineScene,
  report,
  settled,
  type Town,
  workerOf,
} from './engine-scene.ts'

const DAY = 24 * HOUR
/** A Monday two months before the scene's own. */
const PAST = Date.parse('2026-09-14T01:00:00.000Z')

let scene: EngineScene
let town: Town

t.beforeEach(async () => {
  scene = await openEngineScene()
  town = await foundTown(scene.engine)
})
t.afterEach(() => scene.close())

async function give(run: HistoryRun, request: Omit<RunRequest, 'caller'>): Promise<Reply> {
  const answer = await run.give({ caller: SYSTEM, ...request })
  if (isRefusal(answer)) throw new Error(`${request.command}: ${JSON.stringify(answer)}`)
  return answer
}

/** A case from its report on, as the past of two months ago. */
async function playCase(run: HistoryRun, key: string): Promise<string> {
  const asWorker = { workflow: 'appeal', caller: town.worker }
  const data = { place: town.home, channel: 'grid', text: '路灯不亮', urgent: true }
  const begun = await run.give({
    ...{ ...asWorker, command: 'report', at: PAST, data },
    key: idAt(PAST, key),
  })
  if (isRefusal(begun)) throw new Error(begun.refused)
  const { instance } = begun
  const next = async (at: number, command: string, given: unknown, caller = town.coordinator) => {
    const request = { workflow: 'appeal', instance, at, command, caller, data: given }
    const answer = await run.give({ ...request, key: `${key}:${at}` })
    if (isRefusal(answer)) throw new Error(`${command}: ${JSON.stringify(answer)}`)
  }
  await next(PAST + HOUR, 'verify', {})
  const units = [{ unit: town.property, lead: true }]
  await next(PAST + 2 * HOUR, 'refer', { units })
  const folded = await scene.engine.instances.get(instance)
  const [referral] = folded?.workflow.summary(folded).links ?? []
  const answered = await run.give({
    ...{ workflow: 'referral', instance: referral?.id ?? '', at: PAST + 14 * DAY },
    ...{ command: 'accept', caller: town.caretaker, key: `${key}:accept`, data: {} },
  })
  if (isRefusal(answered)) throw new Error(JSON.stringify(answered))
  await run.until(PAST + 15 * DAY)
  return instance
}

t.test('between two commands everything due runs, at its own time', async (t) => {
  const claimed = new Set<string>()
  const run = new HistoryRun({ engine: scene.engine, claimed, recordedAt: 'own' })
  const before = await scene.store.head()
  const instance = await playCase(run, 'own')
  const log = (await eventsOf(scene.store)).slice(before)
  t.same(
    log.map(({ at }) => at),
    log.map(({ recordedAt }) => recordedAt),
    'recorded when it happened',
  )
  t.same(
    log.map(({ at }) => at),
    log.map(({ at }) => at).toSorted(),
    'in order of time, over all streams of the run',
  )
  const turned = log.filter(({ type }) => type.startsWith('clock.'))
  t.ok(turned.length >= 4)
  for (const { type, data, at, stream } of turned) {
    const started = log.find(
      (event) => event.stream === stream && event.clocks?.some((one) => one.clock === data.clock),
    )
    const { dueAt, warnAt } =
      started?.clocks?.find((one) => one.clock === data.clock && one.is === 'started') ?? {}
    t.equal(at, type === 'clock.warned' ? warnAt : dueAt, `${type} ${data.clock}`)
  }
  const folded = await scene.engine.instances.get(instance)
  t.equal(folded && cardOf(folded.clocks), 'red')
  const effects = log.flatMap(({ effects = [] }) => effects)
  const notices = effects.filter(({ kind }) => kind === 'notify')
  t.ok(notices.length > 0 && notices.every((one) => 'held' in one && one.held), 'notices are held')
  t.ok(claimed.has(instance) && claimed.size === 2, 'the run holds its case and the referral')
  run.end()
  t.equal(claimed.size, 0)
})

t.test('an import records with the real time', async (t) => {
  const run = new HistoryRun({
    engine: scene.engine,
    claimed: new Set(),
    recordedAt: 'real',
    policy: 'default@1',
  })
  const instance = await playCase(run, 'real')
  for (const { at, recordedAt, workflow } of await eventsOf(scene.store, instance)) {
    t.equal(Date.parse(recordedAt), MONDAY)
    t.ok(Date.parse(at) < MONDAY)
    t.equal(workflow.policy, 'default@1')
  }
  run.end()
})

t.test('the worker leaves a run alone, even before its first event is durable', async (t) => {
  const claimed = new Set<string>()
  const { worker } = workerOf(scene, claimed)
  await worker.start()
  const run = new HistoryRun({ engine: scene.engine, claimed, recordedAt: 'own' })
  const { append } = scene.store
  scene.store.append = async (...given) => {
    const answer = await append(...given)
    await worker.caughtUp(await scene.store.head())
    return answer
  }
  await give(run, {
    ...{ workflow: 'appeal', command: 'report', at: PAST, key: 'phone', caller: town.worker },
    data: { place: town.home, channel: 'phone', text: '停电', phone: '13905370077' },
  } as RunRequest)
  scene.store.append = append
  await settled(scene, worker)
  run.end()
  await worker.stop()
  const opened = (await eventsOf(scene.store)).filter(({ type }) => type === 'person.registered')
  t.equal(Date.parse(opened.at(-1)?.recordedAt ?? ''), PAST, 'the run opened the person itself')
  t.same(await scene.work.selectFrom('notice').selectAll().execute(), [])
})

t.test('live commands go on beside it; afterwards live timers take over', async (t) => {
  const claimed = new Set<string>()
  const run = new HistoryRun({ engine: scene.engine, claimed, recordedAt: 'real' })
  const instance = await playCase(run, 'beside')
  const live = await report(scene.engine, town)
  t.equal(Date.parse(live.event.at), MONDAY, 'the live clock did not move')
  t.notOk(claimed.has(live.instance))
  const timers = new Timers({
    engine: scene.engine,
    due: dueOf(scene.engine, () => [instance, live.instance]),
    isClaimed: (stream) => claimed.has(stream),
    also: () => Promise.resolve(),
    onFault: (fault) => t.error(fault),
  })
  const { worker } = workerOf(scene, claimed)
  await worker.start()
  const suspend = { appeal: instance, command: 'suspend' }
  const until = new Date(MONDAY + 2 * HOUR).toISOString()
  await coordinate(scene.engine, town, { ...suspend, data: { reason: 'weather', until } })
  await settled(scene, worker)
  await worker.stop()
  const paused = (await eventsOf(scene.store)).filter(({ type }) => type === 'referral.paused')
  t.equal(paused.length, 1, 'what a live command tells others is not lost')
  scene.clock.now = MONDAY + 3 * HOUR
  t.equal(await timers.tick(scene.clock.now), 0, 'claimed')
  run.end()
  t.equal(await timers.tick(scene.clock.now), 1, 'the suspension ends by itself')
  const resumed = await scene.engine.instances.get(instance)
  t.match(resumed && stateOf(resumed), { open: 'referral' })
})

t.test('a late entry of a run is judged by the time it claims', async (t) => {
  const run = new HistoryRun({ engine: scene.engine, claimed: new Set(), recordedAt: 'own' })
  const asWorker = { workflow: 'appeal', caller: town.worker }
  const { instance } = await give(run, {
    ...{ ...asWorker, command: 'report', at: PAST, key: 'late' },
    data: { place: town.home, channel: 'grid', text: '井盖松动' },
  } as RunRequest)
  const contacted = await give(run, {
    ...{ ...asWorker, command: 'contact', instance, key: 'late contact' },
    ...{ at: PAST + 26 * HOUR, happenedAt: PAST + 23 * HOUR, data: { by: 'visit' } },
  } as RunRequest)
  t.equal(Date.parse(contacted.event.at), PAST + 23 * HOUR)
  t.equal(Date.parse(contacted.event.recordedAt), PAST + 26 * HOUR)
  const ends = (await eventsOf(scene.store, instance)).map(({ type, clocks = [] }) => [
    type,
    clocks.filter(({ clock }) => clock === 'contact').map(({ is }) => is),
  ])
  t.same(
    ends.slice(1).filter(([, is]) => is?.length),
    [
      ['clock.warned', ['warned']],
      ['clock.expired', ['expired']],
      ['appeal.contacted', ['withdrawn', 'stopped']],
    ],
  )
})

t.test('the same run again adds nothing, and heals one that broke off', async (t) => {
  const whole = () =>
    new HistoryRun({ engine: scene.engine, claimed: new Set(), recordedAt: 'real' })
  scene.store.failing = (stream) => (stream.startsWith('referral-') ? 'before' : undefined)
  await t.rejects(playCase(whole(), 'again'), { name: 'StoreFault' })
  scene.store.failing = () => undefined
  const instance = await playCase(whole(), 'again')
  const head = await scene.store.head()
  scene.clock.now += MINUTE
  t.equal(await playCase(whole(), 'again'), instance)
  t.equal(await scene.store.head(), head)
  const types = (await eventsOf(scene.store)).map(({ type }) => type)
  t.equal(types.filter((type) => type === 'referral.dispatched').length, 1)
})
