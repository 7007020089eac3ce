import { openVault } from '@linli/vault'
import { type Event, fold, hasEnded, isSealed, type Policy, stateOf } from '@linli/workflow'
import t from 'tap'
import { workflows } from '../../../workflows/index.ts'
import { viewInstance } from '../src/as-of.ts'
import { openCalendars } from '../src/calendars.ts'
import { chosenLimits } from '../src/chosen-limits.ts'
import { Instances } from '../src/instances.ts'
import { SYSTEM } from '../src/permission.ts'
import { followErasures, reconcileErasures, recoverVault } from '../src/recover.ts'
import { Replay } from '../src/replay.ts'
import { compareClocks } from '../src/what-if-clocks.ts'
import {
  coordinate,
  type EngineScene,
  eventsOf,
  foundTown,
  HOUR,
  MONDAY,
  openEngineScene,
  report,
  settled,
  type Town,
  take,
  workerOf,
} from './engine-scene.ts'

const NEVER_MS = 2 ** 30

let scene: EngineScene
let town: Town

t.beforeEach(async () => {
  scene = await openEngineScene({ writeDelayMs: NEVER_MS })
  town = await foundTown(scene.engine)
})
t.afterEach(() => scene.close())

/** Lets all effects run. */
async function runEffects(): Promise<void> {
  const { worker } = workerOf(scene)
  await worker.start()
  await settled(scene, worker)
  await worker.stop()
}

t.test('a vault that never wrote its bindings takes them from the log', async (t) => {
  const text = '楼道积水'
  const { event, instance } = await report(scene.engine, town, { text, phone: '13905370055' })
  await runEffects()
  const lost = await openVault({ db: scene.keys, keyFile: scene.keyFile })
  const hash = lost.hashPhone('139 0537 0055') ?? ''
  t.equal(await lost.identify(hash), undefined, 'nothing was written')
  const { added, unknownKeys } = await recoverVault({
    reader: scene.store,
    vault: lost,
    workflows,
  })
  t.ok(added > 0)
  t.equal(unknownKeys, 0)
  t.equal(await lost.identify(hash), event.data.reporter, 'the phone finds its person again')
  const sealed = event.data.text
  if (!isSealed(sealed) || sealed.$sealed === null) throw new Error('the text is not sealed')
  const { $sealed, subject = '', key = '' } = sealed
  const binding = { stream: instance, event: event.id, field: 'text' }
  t.equal(await lost.open({ $sealed, subject, key }, binding), text)
  const engine = { ...scene.engine, vault: lost, instances: new Instances(scene.store, workflows) }
  const next = await report(engine, town, { phone: '13905370055' })
  t.equal(next.event.data.reporter, event.data.reporter)
  const again = next.event.data.text
  t.equal(isSealed(again) && again.key, key, 'and goes on with the same key')
  await lost.close()
})

t.test('log and vault are brought together, whichever knows of an erasure', async (t) => {
  const persons: string[] = []
  for (const phone of ['13905370001', '13905370002', '13905370003']) {
    const { event } = await report(scene.engine, town, { phone })
    persons.push(String(event.data.reporter))
  }
  await runEffects()
  const [inLog = '', inVault = '', nowhere = ''] = persons
  await take(scene.engine, { workflow: 'person', command: 'erase', instance: inLog, data: {} })
  await scene.vault.erase(inVault, { at: MONDAY })
  t.notOk(scene.vault.isErased(inLog), 'a crash came between')
  t.equal(await reconcileErasures(scene.engine), 2)
  t.ok(scene.vault.isErased(inLog))
  t.match((await eventsOf(scene.store, inVault)).at(-1), {
    type: 'person.erased',
    by: { role: 'system' },
  })
  t.notOk(scene.vault.isErased(nowhere))
  t.equal(await reconcileErasures(scene.engine), 0, 'and again there is nothing to do')
})

/** An engine on the same parts that notes from where its log was read page by page. */
function reading(): { engine: EngineScene['engine']; from: (number | undefined)[] } {
  const from: (number | undefined)[] = []
  const readAll: typeof scene.store.readAll = (options) => {
    from.push(options?.after)
    return scene.store.readAll(options)
  }
  return { engine: { ...scene.beside(), store: { ...scene.store, readAll } }, from }
}

t.test('only what came behind the vault’s own mark is read again', async (t) => {
  const { event } = await report(scene.engine, town, { phone: '13905370001' })
  const person = String(event.data.reporter)
  await runEffects()
  await reconcileErasures(scene.engine)
  const marked = await scene.store.head()
  t.same(await scene.vault.reconciled(), { through: marked, tombstones: 0 })
  const erase = { workflow: 'person', command: 'erase', instance: person, data: {} }
  await take(scene.engine, erase)
  const head = await scene.store.head()
  const { engine, from } = reading()
  await followErasures(engine, marked)
  t.same(from, [], 'nothing that is old enough is unread')
  t.notOk(scene.vault.isErased(person))
  await followErasures(engine, head)
  t.same(from, [marked])
  t.ok(scene.vault.isErased(person), 'the running server mends it too')
  t.same(await scene.vault.reconciled(), { through: head, tombstones: 0 })
  t.equal(await reconcileErasures(engine), 0)
  t.same(await scene.vault.reconciled(), { through: head, tombstones: 1 }, 'it stands in the log')
  t.same(from, [marked], 'a start without news reads nothing')
})

t.test('an older log beside newer keys is told of every erasure', async (t) => {
  const { event } = await report(scene.engine, town, { phone: '13905370001' })
  const person = String(event.data.reporter)
  await runEffects()
  await scene.vault.erase(person, { at: MONDAY })
  const head = await scene.store.head()
  await scene.vault.markReconciled({ through: head, tombstones: 1 })
  t.equal(await reconcileErasures(scene.engine), 0, 'the marks are trusted')
  await scene.vault.markReconciled({ through: head + 1, tombstones: 1 })
  t.equal(await reconcileErasures(scene.engine), 1, 'the log ends before what the keys know')
  t.equal((await eventsOf(scene.store, person)).at(-1)?.type, 'person.erased')
  t.same(await scene.vault.reconciled(), { through: head, tombstones: 1 })
  await scene.vault.erase('person-0', { at: MONDAY })
  t.equal(await reconcileErasures(scene.engine), 0, 'this log has no such person')
  const asked = { through: head + 1, tombstones: 0 }
  t.same(await scene.vault.reconciled(), asked, 'and may open one: the next start asks again')
})

t.test('instances in memory are bounded by weight, and never older than they were', async (t) => {
  const ids: string[] = []
  for (let made = 0; made < 40; made += 1) ids.push((await report(scene.engine, town)).instance)
  const instances = new Instances(scene.store, workflows, { keptWeight: 60 })
  const [first = ''] = ids
  for (const id of ids) {
    t.equal((await instances.get(id))?.stream, id)
    await instances.get(first)
    if (instances.size > 20) t.fail(`${instances.size} are kept`)
  }
  t.notOk(instances.get(first) instanceof Promise, 'what is in use stays')
  t.ok(instances.get(ids[1] ?? '') instanceof Promise, 'what is not is read again')
  const [second = ''] = ids.slice(1)
  const gate = Promise.withResolvers<void>()
  const read: typeof scene.store.read = async (...asked) => {
    const events = await scene.store.read(...asked)
    await gate.promise
    return events
  }
  const slow = new Instances({ ...scene.store, read }, workflows)
  const before = slow.get(second)
  await coordinate(scene.engine, town, { appeal: second, command: 'verify' })
  const newest = await scene.engine.instances.get(second)
  if (newest !== undefined) slow.put(newest)
  gate.resolve()
  t.equal((await before)?.revision, 1, 'a slow reader does not undo what a command did')
  t.equal(await slow.get(second), newest)
})

/** An appeal whose contact was claimed for 10:00 and recorded after the expiry at 12:00. */
async function lateAppeal(): Promise<{ instance: string; due: number }> {
  const { instance } = await report(scene.engine, town)
  const due = MONDAY + 24 * HOUR
  scene.clock.now = due
  await take(scene.engine, {
    ...{ workflow: 'appeal', command: 'clock.expired', instance, caller: SYSTEM, at: due },
    ...{ data: { clock: 'contact', round: 1, generation: 1 } },
  })
  scene.clock.now = due + HOUR
  await coordinate(scene.engine, town, {
    ...{ appeal: instance, command: 'contact', data: { by: 'phone' }, at: due - 2 * HOUR },
  })
  scene.clock.now = due + 3 * HOUR
  await coordinate(scene.engine, town, { appeal: instance, command: 'verify' })
  return { instance, due }
}

t.test('a case as of a revision, a time, and what was known', async (t) => {
  const { instance, due } = await lateAppeal()
  const from = { reader: scene.store, instances: scene.engine.instances }
  const events = await eventsOf(scene.store, instance)
  const stored = await scene.store.read(instance)
  for (const [revision] of events.entries()) {
    const view = await viewInstance(from, instance, { revision })
    const folded = fold(
      scene.engine.instances.workflowOf(instance) ?? never(),
      events.slice(0, revision + 1),
    )
    t.same(view?.instance.snapshot.context, folded?.snapshot.context)
    t.match(view, { lastRevision: events.length - 1, instance: { revision } })
    const known = stored[revision]?.position ?? 0
    t.equal((await viewInstance(from, instance, { known }))?.instance.revision, revision)
  }
  const revisionAt = async (at: number, known?: number) => {
    const asOf = known === undefined ? { at } : { at, known }
    return (await viewInstance(from, instance, asOf))?.instance.revision
  }
  t.equal(await revisionAt(MONDAY - 1), undefined, 'it did not exist yet')
  t.equal(await revisionAt(due - 1), 0, 'what it claims for 10:00 shows from 12:00 on')
  t.equal(await revisionAt(due), 2, 'with the expiry that it withdrew')
  t.equal(await revisionAt(due, stored[1]?.position), 1, 'not known then')
  const overdue = await viewInstance(from, instance, { revision: 1 })
  t.match(overdue?.instance.clocks.contact, { status: 'expired', expired: true })
  const mended = await viewInstance(from, instance)
  t.match(mended?.instance.clocks.contact, { status: 'stopped', expired: false })
  t.equal(mended?.events.length, 4)
  t.equal(await viewInstance(from, 'appeal-none'), undefined)
  t.equal(await viewInstance(from, 'nothing-none'), undefined)
})

const never = (): never => {
  throw new Error('no workflow')
}

t.test('a replay reaches the same states, and names the event that does not fit', async (t) => {
  const { instance } = await lateAppeal()
  await runEffects()
  const events = await eventsOf(scene.store)
  const replay = new Replay(workflows)
  for (const event of events) replay.take(event)
  t.match(replay.report(), { events: events.length, faults: [], byWorkflow: { appeal: 1 } })
  for (const [stream, state] of replay.states) {
    const live = await scene.engine.instances.get(stream)
    t.same(stateOf(state), live && stateOf(live))
    t.equal(hasEnded(state), live && hasEnded(live))
  }
  const damaged = new Replay(workflows)
  for (const event of events) {
    const isIt = event.stream === instance && event.revision === 3
    damaged.take(isIt ? { ...event, to: { open: 'referral' } } : event)
  }
  t.match(damaged.report().faults, [{ stream: instance, revision: 3 }])
  damaged.take({ ...(events[0] as Event), stream: 'unknown-1' })
  t.equal(damaged.report().faults.length, 2, 'an unknown workflow is told, not skipped')
})

t.test('the path taken under another city: working days against calendar days', async (t) => {
  scene.clock.now = Date.parse('2026-09-28T01:00:00.000Z')
  const { instance } = await report(scene.engine, town)
  await coordinate(scene.engine, town, { appeal: instance, command: 'verify' })
  const units = [{ unit: town.property, lead: true }]
  await coordinate(scene.engine, town, { appeal: instance, command: 'refer', data: { units } })
  await runEffects()
  const appeal = await scene.engine.instances.get(instance)
  const [referral] = appeal?.workflow.summary(appeal).links ?? []
  const asUnit = { workflow: 'referral', instance: referral?.id ?? '', caller: town.caretaker }
  await take(scene.engine, { ...asUnit, command: 'accept', data: {} })
  scene.clock.now = Date.parse('2026-10-08T02:00:00.000Z')
  await take(scene.engine, {
    ...{ ...asUnit, command: 'answer', data: { outcome: 'solved', answer: '节后已修好' } },
  })
  const events = await eventsOf(scene.store, referral?.id)
  const workflow = workflows.get('referral') ?? never()
  const judged = (policy: Policy) =>
    events.map((event, revision) => {
      const before = fold(workflow, events.slice(0, revision))
      return { event, limits: chosenLimits(workflow, before, { event, policy }) }
    })
  const beijing: Policy | undefined = workflow.policies.get('beijing@1')
  if (beijing === undefined) throw new Error('no policy')
  const calendar = openCalendars()(beijing.calendar)
  const rules = { policy: beijing, calendar, until: scene.clock.now }
  const answer = compareClocks(judged(beijing), rules).find(({ clock }) => clock === 'answer')
  t.match(answer, { was: { expired: false }, wouldBe: { expired: true, warned: true } })
  t.equal(answer?.wouldBe.dueAt, Date.parse('2026-10-05T01:00:00.000Z'), 'seven days, holidays too')
  t.ok((answer?.was.dueAt ?? 0) > scene.clock.now, 'five working days, holidays left out')
  const silent = { ...rules, policy: { ...beijing, limits: {} } }
  t.match(
    compareClocks(judged(silent.policy), silent).find(({ clock }) => clock === 'answer'),
    { unlimited: true, wouldBe: { expired: false } },
  )
  const own = workflow.policies.get('jining@1') ?? beijing
  const same = compareClocks(judged(own), { ...rules, policy: own })
  t.ok(same.length >= 2)
  for (const { was, wouldBe } of same) t.same(wouldBe, was, 'its own policy changes nothing')
})
