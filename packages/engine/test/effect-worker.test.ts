import t from 'tap'
import { SLOTS, slotOf } from '../src/effect-worker.ts'
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
  take,
  workerOf,
} from './engine-scene.ts'

let scene: EngineScene
let town: Town

t.beforeEach(async () => {
  scene = await openEngineScene()
  town = await foundTown(scene.engine)
})
t.afterEach(() => scene.close())

/** An appeal referred to both units, heating leading; its effects have not run yet. */
async function referredAppeal(): Promise<string> {
  const { instance } = await report(scene.engine, town, { category: 'heating.fee.refund' })
  await coordinate(scene.engine, town, { appeal: instance, command: 'verify' })
  const units = [
    { unit: town.heating, lead: true },
    { unit: town.property, lead: false },
  ]
  await coordinate(scene.engine, town, { appeal: instance, command: 'refer', data: { units } })
  return instance
}

const referralsOf = async (appeal: string): Promise<string[]> => {
  const instance = await scene.engine.instances.get(appeal)
  const links = instance?.workflow.summary(instance).links ?? []
  return links.filter(({ rel }) => rel === 'referral').map(({ id }) => id)
}

const waiting = () => scene.work.selectFrom('waiting_effect').selectAll().orderBy('id').execute()
const typesOf = async (stream: string) =>
  (await eventsOf(scene.store, stream)).map(({ type }) => type)

t.test('effects open, tell and notify; running them again changes nothing', async (t) => {
  const appeal = await referredAppeal()
  const first = workerOf(scene)
  await first.worker.start()
  const head = await settled(scene, first.worker)
  const referrals = await referralsOf(appeal)
  t.equal(referrals.length, 2)
  for (const referral of referrals) {
    const [event] = await eventsOf(scene.store, referral)
    t.match(event, { type: 'referral.dispatched', by: { role: 'system' } })
    const causes = (await eventsOf(scene.store, appeal)).map(({ id }) => id)
    t.ok(causes.includes(event?.cause ?? ''), 'and it names what caused it')
  }
  const notices = await scene.work.selectFrom('notice').selectAll().execute()
  t.ok(
    notices.some(({ unit }) => unit === town.heating),
    'the unit hears of it',
  )
  await first.worker.stop()
  const saved = await scene.work.selectFrom('progress').selectAll().execute()
  t.equal(saved.length, SLOTS)
  t.ok(
    saved.every(({ position }) => position === head),
    'progress is written for each slot',
  )
  t.ok(slotOf(appeal) >= 0 && slotOf(appeal) < SLOTS)
  await scene.work.deleteFrom('progress').execute()
  const again = workerOf(scene)
  await again.worker.start()
  t.equal(await settled(scene, again.worker), head, 'at least once, and once in effect')
  await again.worker.stop()
  t.same(await scene.work.selectFrom('notice').selectAll().execute(), notices)
})

t.test('a new start goes on from the progress', async (t) => {
  const appeal = await referredAppeal()
  const before = workerOf(scene)
  await before.worker.start()
  await settled(scene, before.worker)
  await before.worker.stop()
  await coordinate(scene.engine, town, { appeal, command: 'urge' })
  const ran: string[] = []
  const { append } = scene.store
  scene.store.append = (stream, ...rest) => {
    ran.push(stream)
    return append(stream, ...rest)
  }
  const after = workerOf(scene)
  await after.worker.start()
  await settled(scene, after.worker)
  await after.worker.stop()
  t.same(ran.toSorted(), (await referralsOf(appeal)).toSorted(), 'only what came since')
})

t.test('an effect that fails waits, the ones behind it wait for it, others go on', async (t) => {
  const stuck = await referredAppeal()
  const [lead = '', second = ''] = await referralsOf(stuck)
  scene.store.failing = (stream) => (stream === lead ? 'before' : undefined)
  const { worker, faults } = workerOf(scene)
  await worker.start()
  const other = await referredAppeal()
  await settled(scene, worker)
  t.equal((await typesOf(second)).length, 0, 'the second does not overtake the first')
  t.equal((await referralsOf(other)).length, 2)
  for (const referral of await referralsOf(other)) {
    t.same(await typesOf(referral), ['referral.dispatched'], 'another appeal goes on')
  }
  t.ok(faults.length >= 1)
  t.equal(await worker.retryDue(scene.clock.now), 0, 'not before its time')
  for (const wait of [1_000, 5_000, 30_000, 120_000]) {
    scene.clock.now += wait - 1
    t.equal(await worker.retryDue(scene.clock.now), 0, `still waits ${wait} ms`)
    scene.clock.now += 1
    t.equal(await worker.retryDue(scene.clock.now), 1)
    t.equal((await typesOf(second)).length, 0, 'and the second still behind it')
  }
  scene.clock.now += 600_000
  t.ok((await worker.retryDue(scene.clock.now)) >= 1)
  const [parked, ...left] = (await waiting()).filter((row) => row.parked === 1)
  t.match(parked, { stream: stuck, error: 'the answer was lost' })
  t.same(left, [], 'only the failing one is parked')
  t.same(await typesOf(second), ['referral.dispatched'], 'given up, it holds up nobody')
  scene.store.failing = () => undefined
  t.equal(await worker.release('appeal-0:0:0'), false)
  t.equal(await worker.release(parked?.id ?? ''), true)
  await worker.retryDue(scene.clock.now)
  t.same(await typesOf(lead), ['referral.dispatched'], 'released, it ran')
  t.same(await waiting(), [])
  await worker.stop()
})

t.test('an outcome that was lost does not happen twice', async (t) => {
  const appeal = await referredAppeal()
  const [lead = ''] = await referralsOf(appeal)
  let lost = 0
  scene.store.failing = (stream) => {
    if (stream !== lead || lost > 0) return undefined
    lost += 1
    return 'after'
  }
  const { worker } = workerOf(scene)
  await worker.start()
  await settled(scene, worker)
  scene.clock.now += MINUTE
  await worker.retryDue(scene.clock.now)
  t.same(await typesOf(lead), ['referral.dispatched'])
  t.same(await waiting(), [])
  await worker.stop()
})

t.test('a restart between a failure and its retry keeps the order', async (t) => {
  const appeal = await referredAppeal()
  const [lead = '', second = ''] = await referralsOf(appeal)
  scene.store.failing = (stream) => (stream === lead ? 'before' : undefined)
  const first = workerOf(scene)
  await first.worker.start()
  await settled(scene, first.worker)
  await first.worker.stop()
  const next = workerOf(scene)
  await next.worker.start()
  await coordinate(scene.engine, town, { appeal, command: 'urge' })
  await settled(scene, next.worker)
  t.same(await typesOf(second), [], 'what came since waits behind it')
  scene.store.failing = () => undefined
  scene.clock.now += MINUTE
  await next.worker.retryDue(scene.clock.now)
  for (const referral of [lead, second]) {
    t.same(await typesOf(referral), ['referral.dispatched', 'referral.urged'])
  }
  await next.worker.stop()
})

t.test('a refused word comes back to whoever sent it', async (t) => {
  const { instance } = await report(scene.engine, town)
  await coordinate(scene.engine, town, { appeal: instance, command: 'verify' })
  const topic = 'deliberation-0198c000-0000-7000-8000-000000000001'
  await coordinate(scene.engine, town, { appeal: instance, command: 'deliberate', data: { topic } })
  const { worker, faults } = workerOf(scene)
  await worker.start()
  await settled(scene, worker)
  await worker.stop()
  const last = (await eventsOf(scene.store, instance)).at(-1)
  t.match(last, {
    type: 'effect.refused',
    data: { command: 'join', instance: topic, code: 'not-found' },
    to: { open: 'grid' },
  })
  t.same(faults, [], 'a refusal is no fault')
})

t.test('timers turn what is due at its own time, once', async (t) => {
  const { instance } = await report(scene.engine, town)
  const faults: unknown[] = []
  let also = 0
  const claimed = new Set<string>()
  const timers = new Timers({
    engine: scene.engine,
    due: dueOf(scene.engine, () => [instance]),
    isClaimed: (stream) => claimed.has(stream),
    also: async () => {
      also += 1
    },
    onFault: (fault) => faults.push(fault),
  })
  t.equal(await timers.tick(MONDAY), 0)
  claimed.add(instance)
  scene.clock.now = MONDAY + 25 * HOUR
  t.equal(await timers.tick(scene.clock.now), 0, 'a claimed instance is left alone')
  claimed.delete(instance)
  t.equal(await timers.tick(scene.clock.now), 2, 'both warn')
  t.equal(await timers.tick(scene.clock.now), 2, 'both end')
  t.equal(await timers.tick(scene.clock.now), 0, 'nothing is left')
  const turned = (await eventsOf(scene.store, instance)).filter(({ type }) =>
    type.startsWith('clock.'),
  )
  t.same(
    turned.map(({ type, data }) => `${type} ${data.clock}`).toSorted(),
    ['contact', 'verify']
      .flatMap((clock) => [`clock.expired ${clock}`, `clock.warned ${clock}`])
      .toSorted(),
  )
  const { contact } = (await scene.engine.instances.get(instance))?.clocks ?? {}
  t.match(contact, { status: 'expired', dueAt: MONDAY + 24 * HOUR })
  const end = turned.find(({ type, data }) => type === 'clock.expired' && data.clock === 'contact')
  t.equal(Date.parse(end?.at ?? ''), MONDAY + 24 * HOUR, 'at its own time')
  t.equal(Date.parse(end?.recordedAt ?? ''), scene.clock.now, 'recorded when it was seen')
  t.equal(also, 5)
  t.same(faults, [])
})

t.test('a clock that lost three conflicts is tried again', async (t) => {
  const { instance } = await report(scene.engine, town)
  const timers = new Timers({
    engine: scene.engine,
    due: dueOf(scene.engine, () => [instance]),
    isClaimed: () => false,
    also: () => Promise.resolve(),
    onFault: (fault) => t.error(fault),
  })
  scene.clock.now = MONDAY + 21 * HOUR
  const { append } = scene.store
  scene.store.append = () => Promise.resolve({ ok: false, actual: 9 })
  await timers.tick(scene.clock.now)
  scene.store.append = append
  await timers.tick(scene.clock.now)
  const types = await typesOf(instance)
  t.ok(types.includes('clock.warned'), 'the warning came in the end')
})

t.test('stopped, a worker follows no more', async (t) => {
  const { worker, sent } = workerOf(scene, new Set(['appeal-claimed']))
  await worker.start()
  await worker.caughtUp(await scene.store.head())
  t.equal(worker.position, await scene.store.head())
  t.same(sent, [])
  await worker.stop()
  await take(scene.engine, {
    workflow: 'place',
    command: 'register',
    data: { kind: 'community', name: '另一社区' },
  })
  t.not(worker.position, await scene.store.head(), 'stopped, it follows no more')
})
