// An engine over the real workflows for tests: the log in memory behind a store that fails when
// told to, a real vault and work tables, a clock that is set by hand, and a small neighbourhood.
import { type Appended, type EventStore, openMemoryStore, StoreFault } from '@linli/event-store'
import { type KeyFile, keyFileOf, openVault, type Vault, type VaultTables } from '@linli/vault'
import { type Event, type Instance, isCounting, isRefusal } from '@linli/workflow'
import type { Kysely } from 'kysely'
import { workflows } from '../../../workflows/index.ts'
import { openCalendars } from '../src/calendars.ts'
import { EffectWorker } from '../src/effect-worker.ts'
import type { Engine, Reply, Request } from '../src/engine.ts'
import { execute } from '../src/execute.ts'
import { Instances } from '../src/instances.ts'
import { Lanes } from '../src/lanes.ts'
import { type Caller, type Grant, SYSTEM } from '../src/permission.ts'
import type { DueClock } from '../src/timers.ts'
import { makeWorkTables, type Work } from '../src/work.ts'
import { openSceneTables } from './scene-tables.ts'

export const MINUTE = 60_000
export const HOUR = 60 * MINUTE
/** A Monday, 09:00 in Jining. */
export const MONDAY = Date.parse('2026-11-16T01:00:00.000Z')

/** How an append goes wrong: before anything is written, or after it is durable. */
export type Fault = 'before' | 'after'

/** A store that fails when `failing` says so; everything else is the store in memory. */
export type FailingStore = EventStore & {
  failing: (stream: string, type: string) => Fault | undefined
}

export function failingStore(): FailingStore {
  const inner = openMemoryStore()
  const lost = () =>
    new StoreFault('storage-failed', 'the answer was lost', { retry: 'outcome-unknown' })
  const store: FailingStore = {
    failing: () => undefined,
    async append(stream, expected, events): Promise<Appended> {
      const fault = store.failing(stream, events[0]?.type ?? '')
      if (fault === 'before') throw lost()
      const answer = await inner.append(stream, expected, events)
      if (fault === 'after') throw lost()
      return answer
    },
    read: (stream, options) => inner.read(stream, options),
    readAll: (options) => inner.readAll(options),
    head: () => inner.head(),
    subscribe: (options) => inner.subscribe(options),
    close: () => inner.close(),
  }
  return store
}

/** What a test stands on. */
export type EngineScene = {
  engine: Engine
  store: FailingStore
  vault: Vault
  keys: Kysely<VaultTables>
  keyFile: KeyFile
  work: Work
  clock: { now: number }
  /** Another engine on the same log and vault, with caches of its own. */
  beside: () => Engine
  close: () => Promise<void>
}

export async function openEngineScene(
  options: { policy?: string; writeDelayMs?: number } = {},
): Promise<EngineScene> {
  const { policy = 'jining@1', ...how } = options
  const store = failingStore()
  const keyFile = keyFileOf(Buffer.alloc(32, 5))
  const { keys, work, close: closeTables } = await openSceneTables()
  const vault = await openVault({ db: keys, keyFile, ...how })
  await vault.recover([], 0)
  await makeWorkTables(work)
  const clock = { now: MONDAY }
  const calendars = openCalendars()
  const beside = (): Engine => ({
    workflows,
    store,
    vault,
    keyFile,
    calendars,
    instances: new Instances(store, workflows),
    lanes: new Lanes(),
    policyId: () => policy,
    now: () => clock.now,
    onEvent: [],
  })
  const close = async () => {
    await vault.close()
    await closeTables()
    await store.close()
  }
  return { engine: beside(), store, vault, keys, keyFile, work, clock, beside, close }
}

let given = 0
/** A key that no other command of the test has. */
export function freshKey(): string {
  given += 1
  return `key-${given}`
}

/** A command that must be taken. */
export async function take(
  engine: Engine,
  request: Partial<Request> & Pick<Request, 'workflow' | 'command' | 'data'>,
): Promise<Reply> {
  const answer = await execute(engine, { key: freshKey(), caller: SYSTEM, ...request })
  if (isRefusal(answer)) throw new Error(`${request.command}: ${JSON.stringify(answer)}`)
  return answer
}

/** Ids and callers of a small neighbourhood. */
export type Town = Record<'place' | 'home' | 'heating' | 'property', string> &
  Record<'coordinator' | 'worker' | 'supervisor' | 'heater' | 'caretaker', Caller>

export async function foundTown(engine: Engine): Promise<Town> {
  const register = async (workflow: string, data: Record<string, unknown>) =>
    (await take(engine, { workflow, command: 'register', data })).instance
  const place = await register('place', { kind: 'community', name: '社区' })
  const building = await register('place', { kind: 'building', name: '3 号楼', parent: place })
  const home = await register('place', {
    kind: 'household',
    name: '3-2-501',
    parent: building,
    areaM2: 90,
  })
  const heating = await register('organisation', {
    kind: 'heating',
    name: '热力公司',
    handles: ['heating'],
  })
  const property = await register('organisation', { kind: 'property', name: '物业', handles: [] })
  const person = async (grant: Grant): Promise<Caller> => {
    const id = await register('person', { kind: 'staff' })
    await take(engine, { workflow: 'person', command: 'grant', instance: id, data: grant })
    return { id, person: id, grants: [grant] }
  }
  return {
    ...{ place, home, heating, property },
    coordinator: await person({ role: 'coordinator', place }),
    worker: await person({ role: 'grid-worker', place: building }),
    supervisor: await person({ role: 'supervisor', place }),
    heater: await person({ role: 'unit-handler', unit: heating }),
    caretaker: await person({ role: 'unit-handler', unit: property }),
  }
}

/** Reports a case of the home. */
export const report = (engine: Engine, town: Town, more: Record<string, unknown> = {}) =>
  take(engine, {
    workflow: 'appeal',
    command: 'report',
    caller: town.worker,
    data: { place: town.home, channel: 'phone', text: '楼道灯不亮', ...more },
  })

/** A command of an appeal by the coordinator, that must be taken. */
export const coordinate = (
  engine: Engine,
  town: Town,
  what: { appeal: string; command: string; data?: unknown; at?: number; key?: string },
) =>
  take(engine, {
    workflow: 'appeal',
    command: what.command,
    instance: what.appeal,
    caller: town.coordinator,
    data: what.data ?? {},
    ...(what.at === undefined ? {} : { at: what.at }),
    ...(what.key === undefined ? {} : { key: what.key }),
  })

/** A worker over the scene; it hears of faults in `faults`. */
export function workerOf(scene: EngineScene, claimed: ReadonlySet<string> = new Set()) {
  const faults: string[] = []
  const sent: string[] = []
  const worker = new EffectWorker({
    engine: scene.engine,
    work: scene.work,
    isClaimed: (stream) => claimed.has(stream),
    now: () => scene.clock.now,
    send: (effect) => Promise.resolve(void sent.push(effect.id)),
    onFault: (_, effect) => faults.push(effect?.id ?? 'following'),
  })
  return { worker, faults, sent }
}

/** Resolves when the worker has run everything, what comes of it included. */
export async function settled({ store }: EngineScene, worker: EffectWorker): Promise<number> {
  for (;;) {
    const head = await store.head()
    await worker.caughtUp(head)
    if ((await store.head()) === head) return head
  }
}

/** Every event of the log, or of one stream. */
export async function eventsOf(store: EventStore, stream?: string): Promise<Event[]> {
  const stored =
    stream === undefined ? (await store.readAll({ limit: 1000 })).events : await store.read(stream)
  return stored.map(({ text }) => JSON.parse(text))
}

/** The due clocks of these instances by folding, as the read model would give them. */
export const dueOf = (engine: Engine, streams: () => Iterable<string>) => {
  return async (before: number, limit: number): Promise<DueClock[]> => {
    const due: DueClock[] = []
    for (const stream of streams()) {
      const instance = await engine.instances.get(stream)
      if (instance !== undefined) due.push(...dueIn(instance, before))
    }
    return due.slice(0, limit)
  }
}

const dueIn = (instance: Instance, before: number): DueClock[] =>
  Object.values(instance.clocks)
    .filter(isCounting)
    .flatMap(({ clock, round, generation, warnAt, dueAt, status }): DueClock[] => {
      const base = { instance: instance.stream, workflow: instance.workflow.id, clock, round }
      if (status === 'expired') return []
      if (status === 'running' && warnAt !== undefined) {
        return warnAt > before ? [] : [{ ...base, generation, kind: 'warned', dueAt: warnAt }]
      }
      return dueAt > before ? [] : [{ ...base, generation, kind: 'expired', dueAt }]
    })
