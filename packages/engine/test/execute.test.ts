import { hasEnded, type Instance, isRefusal, isSealed, type Refusal } from '@linli/workflow'
import t from 'tap'
import { freshId } from '../src/command-id.ts'
import type { Engine, Reply, Request } from '../src/engine.ts'
import { execute } from '../src/execute.ts'
import { type Caller, SYSTEM } from '../src/permission.ts'
import { erasePerson } from '../src/recover.ts'
import {
  coordinate,
  type EngineScene,
  eventsOf,
  foundTown,
  freshKey,
  HOUR,
  MINUTE,
  MONDAY,
  openEngineScene,
  report,
  settled,
  type Town,
  workerOf,
} from './engine-scene.ts'

let scene: EngineScene
let town: Town
let engine: Engine

t.beforeEach(async () => {
  scene = await openEngineScene()
  engine = scene.engine
  town = await foundTown(engine)
})
t.afterEach(() => scene.close())

const asked = (request: Partial<Request>): Request => ({
  workflow: 'appeal',
  command: 'verify',
  key: freshKey(),
  caller: town.coordinator,
  data: {},
  ...request,
})

const refused = async (request: Partial<Request>): Promise<Refusal> => {
  const before = await scene.store.head()
  const answer = await execute(engine, asked(request))
  if (!isRefusal(answer)) throw new Error('was taken')
  t.equal(await scene.store.head(), before, 'a refused command records nothing')
  return answer
}

function accepted(answer: Reply | Refusal): Reply {
  if (isRefusal(answer)) throw new Error(JSON.stringify(answer))
  return answer
}

t.test('each refusal has its code and says what helps', async (t) => {
  const { instance } = await report(engine, town)
  const other = (await report(engine, town)).instance
  t.match(await refused({ workflow: 'nothing' }), { refused: 'not-found' })
  t.match(await refused({ command: 'nothing', instance }), { refused: 'not-found' })
  t.match(await refused({ instance: 'appeal-0198c000' }), { refused: 'not-found' })
  t.match(await refused({ instance: town.home }), { refused: 'not-found' }, 'of another workflow')
  t.match(await refused({ instance, data: { urgent: 'yes' } }), {
    refused: 'invalid',
    issues: [{ path: 'urgent' }],
  })
  t.match(await refused({ instance, command: 'solve', data: { answer: '好' } }), {
    refused: 'not-in-this-state',
    offered: /verify/,
  })
  t.match(await refused({ instance, command: 'goOn' }), {
    refused: 'condition-not-met',
    guard: 'isWaiting',
  })
  t.match(await refused({ instance, caller: town.heater }), { refused: 'forbidden' })
  t.match(await refused({ instance, caller: { id: 'nobody', grants: [] } }), {
    refused: 'forbidden',
  })
  const missing = { place: `${town.home}0`, channel: 'desk', text: '灯' }
  t.match(await refused({ command: 'report', data: missing }), {
    refused: 'not-found',
    issues: [{ path: 'place' }],
  })
  t.match(await refused({ instance, ifMatch: 7 }), { refused: 'stale-revision' })
  t.match(
    await refused({
      instance,
      command: 'clock.expired',
      caller: SYSTEM,
      data: { clock: 'verify', round: 1, generation: 9 },
    }),
    { refused: 'stale-clock' },
  )
  t.match(
    await refused({ instance, command: 'clock.expired', data: {} }),
    { refused: 'forbidden' },
    'only linli itself turns clocks',
  )
  const key = freshKey()
  accepted(await execute(engine, asked({ instance: other, key, data: { urgent: true } })))
  t.match(await refused({ instance: other, key, data: { urgent: false } }), {
    refused: 'key-reused',
  })
})

t.test(
  'facts that a command needs stand in its event, and fold without other streams',
  async (t) => {
    const { event, after } = await report(engine, town)
    t.match(event.data.facts, { place: { id: town.home, kind: 'household', areaM2: 90 } })
    t.equal(after.workflow.summary(after).place.at(-1), town.home)
    const again = await scene.beside().instances.get(event.stream)
    t.same(again?.snapshot.context, after.snapshot.context)
  },
)

t.test('a repeated command gets its first answer, in memory and from the log', async (t) => {
  const key = freshId()
  const data = { place: town.home, channel: 'phone', text: '水管漏水', phone: '13905370001' }
  const start = asked({ command: 'report', key, data })
  const first = accepted(await execute(engine, start))
  t.equal(first.instance.slice(7, 20), key.slice(0, 13), 'the time of the key')
  t.equal(first.instance[21], '7', 'a UUIDv7')
  const hashed = accepted(await execute(engine, { ...start, key: 'any words' }))
  t.equal(hashed.instance[21], '8', 'a UUIDv8 from the hash')
  const verify = asked({ instance: first.instance, data: { note: '属实' } })
  const verified = accepted(await execute(engine, verify))
  await coordinate(engine, town, { appeal: first.instance, command: 'take' })
  const head = await scene.store.head()
  for (const any of [engine, scene.beside()]) {
    const begun = accepted(await execute(any, start))
    t.match(begun, { instance: first.instance, revision: 0, repeated: true, state: first.state })
    const again = accepted(await execute(any, { ...verify, ifMatch: 0 }))
    t.match(again, { revision: 1, repeated: true, position: verified.position })
    t.strictSame(again.event, JSON.parse(JSON.stringify(verified.event)))
    const reused = await execute(any, { ...verify, data: { note: '不属实' } })
    t.match(reused, { refused: 'key-reused' })
    const other = await execute(any, { ...start, data: { ...data, text: '另一件事' } })
    t.match(other, { refused: 'key-reused' })
  }
  t.equal(await scene.store.head(), head, 'nothing was recorded again')
})

t.test('two engines on one log: the loser loads again, and both are taken', async (t) => {
  const { instance } = await report(engine, town)
  const second = scene.beside()
  await second.instances.get(instance)
  await coordinate(engine, town, { appeal: instance, command: 'take' })
  const late = accepted(await execute(second, asked({ instance })))
  t.equal(late.revision, 2)
  const race = await Promise.all(
    Array.from({ length: 6 }, (_, index) =>
      execute(index % 2 === 0 ? engine : second, asked({ instance, command: 'urge' })),
    ),
  )
  t.same(race.filter(isRefusal), [], 'three tries were enough')
  const revisions = (await eventsOf(scene.store, instance)).map(({ revision }) => revision)
  t.same(
    revisions,
    Array.from({ length: 9 }, (_, index) => index),
  )
})

t.test('whoever was first counts: the loser is judged by what stands now', async (t) => {
  const { instance } = await report(engine, town)
  const { append } = scene.store
  scene.store.append = async (...given) => {
    scene.store.append = append
    await execute(scene.beside(), asked({ instance }))
    return append(...given)
  }
  t.match(await execute(engine, asked({ instance })), { refused: 'not-in-this-state' })
  let tries = 0
  scene.store.append = () => {
    tries += 1
    return Promise.resolve({ ok: false, actual: 99 })
  }
  const answer = await execute(engine, asked({ instance, command: 'urge' }))
  t.match(answer, { refused: 'conflict' }, 'a value, after the last try')
  t.equal(tries, 3)
})

t.test(
  'an answer that was lost: trying again finds it, whatever became of the append',
  async (t) => {
    for (const fault of ['before', 'after'] as const) {
      const start = asked({
        command: 'report',
        data: {
          place: town.home,
          channel: 'phone',
          text: '停水',
          phone: `1390537100${fault.length}`,
        },
      })
      scene.store.failing = () => fault
      await t.rejects(execute(engine, start), { name: 'StoreFault' })
      scene.store.failing = () => undefined
      const answer = accepted(await execute(engine, start))
      t.equal(answer.repeated, fault === 'after')
      t.equal((await eventsOf(scene.store, answer.instance)).length, 1)
      const next = accepted(await execute(engine, { ...start, key: freshKey() }))
      t.equal(next.event.data.reporter, answer.event.data.reporter, 'the phone leads to one person')
    }
  },
)

t.test('one person for one phone, however it is spelt and however many ask at once', async (t) => {
  const spelt = ['13905371234', '139 0537 1234', '+86 139-0537-1234', '008613905371234']
  const many = await Promise.all(
    spelt.flatMap((phone) => [report(engine, town, { phone }), report(engine, town, { phone })]),
  )
  const persons = new Set(many.map(({ event }) => event.data.reporter))
  t.equal(persons.size, 1)
  const opens = many
    .flatMap(({ event }) => event.effects ?? [])
    .filter(({ kind }) => kind === 'open')
  t.equal(opens.length, 1, 'only the first report opens the person')
  const { worker } = workerOf(scene)
  await worker.start()
  await settled(scene, worker)
  await worker.stop()
  const [person = ''] = [...persons].map(String)
  const opened = await engine.instances.get(person)
  t.equal(opened?.workflow.id, 'person')
  await erasePerson(engine, person, { caller: SYSTEM, key: freshKey() })
  const after = await report(engine, town, { phone: '13905371234' })
  t.not(after.event.data.reporter, person, 'after an erasure a new person')
})

t.test('a resident who is known reports for themselves, and for nobody else', async (t) => {
  const grants = [{ role: 'resident' as const }]
  const resident: Caller = {
    id: String(town.worker.person),
    person: town.worker.person ?? '',
    grants,
  }
  const data = { place: town.home, channel: 'link', text: '门禁坏了' }
  const own = accepted(await execute(engine, asked({ command: 'report', caller: resident, data })))
  t.equal(own.event.data.reporter, resident.person, 'and finds the case again')
  t.ok(own.after.workflow.summary(own.after).persons.includes(resident.person ?? ''))
  const reporter = String(town.coordinator.person)
  for (const caller of [resident, { id: 'link', grants }]) {
    const answer = await execute(
      engine,
      asked({ command: 'report', caller, data: { ...data, reporter } }),
    )
    t.match(answer, { refused: 'forbidden' })
  }
})

t.test('no personal text is stored in clear; an erased one opens as nothing', async (t) => {
  const canary = 'canary-金丝雀'
  const { instance, event } = await report(engine, town, {
    text: canary,
    phone: '13905379999',
    name: `${canary} 住户`,
  })
  await coordinate(engine, town, { appeal: instance, command: 'verify', data: { note: canary } })
  const { worker } = workerOf(scene)
  await worker.start()
  await settled(scene, worker)
  await worker.stop()
  const page = await scene.store.readAll({ limit: 1000 })
  const stored = page.events.map(({ text }) => text).join('\n')
  t.notOk(stored.includes('canary') || stored.includes('金丝雀') || stored.includes('13905379999'))
  const sealed = event.data.text
  if (!isSealed(sealed) || sealed.$sealed === null) throw new Error('the text is not sealed')
  const { $sealed, subject = '', key = '' } = sealed
  const binding = { stream: instance, event: event.id, field: 'text' }
  const open = () => scene.vault.open({ $sealed, subject, key }, binding)
  t.equal(await open(), canary)
  const person = String(event.data.reporter)
  t.equal(subject, person, 'sealed with the key of whoever reported')
  await erasePerson(engine, person, { caller: SYSTEM, key: freshKey() })
  t.equal(await open(), undefined)
  const done = await coordinate(engine, town, {
    appeal: instance,
    command: 'solve',
    data: { answer: '已处理' },
  })
  t.ok(isSealed(done.event.data.answer), 'the case goes on to its end')
  t.equal(isSealed(done.event.data.answer) && done.event.data.answer.subject, instance)
  const renamed = await execute(
    engine,
    asked({
      workflow: 'person',
      command: 'correct',
      caller: SYSTEM,
      instance: person,
      data: { name: '新名' },
    }),
  )
  t.match(renamed, { refused: 'erased' })
})

const clockOf = (instance: Instance | undefined, clock: string) => instance?.clocks[clock]

t.test('a late entry stops its clock at the claimed time, and withdraws the expiry', async (t) => {
  const { instance } = await report(engine, town)
  const due = clockOf(await engine.instances.get(instance), 'contact')?.dueAt ?? 0
  t.equal(due, MONDAY + 24 * HOUR, 'contact within 24 hours')
  scene.clock.now = due + MINUTE
  accepted(
    await execute(engine, {
      ...asked({ instance, command: 'clock.expired', caller: SYSTEM, at: due }),
      data: { clock: 'contact', round: 1, generation: 1 },
    }),
  )
  scene.clock.now = due + 2 * HOUR
  const late = await coordinate(engine, town, {
    appeal: instance,
    command: 'contact',
    data: { by: 'phone' },
    at: due - 2 * HOUR,
  })
  t.equal(Date.parse(late.event.at), due - 2 * HOUR)
  t.equal(Date.parse(late.event.recordedAt), due + 2 * HOUR)
  t.same(
    late.event.clocks?.map(({ clock, is }) => `${clock} ${is}`),
    ['contact withdrawn', 'contact stopped'],
  )
  t.match(clockOf(late.after, 'contact'), { status: 'stopped', expired: false, late: false })
  t.equal(late.after.effectiveAt, due, 'the effective time does not run backwards')
})

t.test(
  'a claimed time: a little ahead is now, more is refused, and so is too far back',
  async (t) => {
    const { instance } = await report(engine, town)
    const { now } = scene.clock
    const urged = await coordinate(engine, town, {
      appeal: instance,
      command: 'urge',
      at: now + 5 * MINUTE,
    })
    t.equal(Date.parse(urged.event.at), now, 'five minutes ahead is taken as now')
    const urge = { instance, command: 'urge' }
    t.match(await refused({ ...urge, at: now + 5 * MINUTE + 1 }), { refused: 'time-out-of-range' })
    t.match(await refused({ ...urge, at: now - 24 * HOUR - 1 }), { refused: 'time-out-of-range' })
    const back = await coordinate(engine, town, {
      appeal: instance,
      command: 'urge',
      at: now - 24 * HOUR,
    })
    t.equal(Date.parse(back.event.at), now - 24 * HOUR, 'the policy allows 24 hours')
  },
)

t.test('what is offered is what the machine takes from this caller now', async (t) => {
  const { instance, offered } = await report(engine, town)
  t.ok(offered.includes('verify') && !offered.includes('reject'), 'a grid worker cannot reject')
  const taken = await coordinate(engine, town, { appeal: instance, command: 'take' })
  t.ok(taken.offered.includes('reject') && !taken.offered.includes('refer'))
  t.equal(hasEnded(taken.after), false)
})
