// The composition root: opens every part of one installation in its data folder, in the order in
// which they need each other, and closes them the other way round.
import { chmodSync, existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import {
  EffectWorker,
  type Engine,
  Files,
  Instances,
  Lanes,
  makeWorkTables,
  reconcileErasures,
  recoverVault,
  Timers,
  type Work,
  type WorkTables,
} from '@linli/engine'
import { openSqliteStore, type SqliteStore } from '@linli/event-store'
import { sqliteDialect } from '@linli/projections'
import { type KeyFile, loadKeyFile, openVault, type Vault, type VaultTables } from '@linli/vault'
import type { Workflow } from '@linli/workflow'
import { workflows as ours } from '@linli/workflows'
import { Kysely } from 'kysely'
import { calendarsOf, followCalendar } from './calendar-years.ts'
import { openReadModels, type ReadModels } from './read-models.ts'
import { keepProcessSmall } from './small-process.ts'
import { keepVault } from './vault-keeper.ts'

/** What an installation is opened with. */
export type CommunityOptions = {
  folder: string
  keyFile?: string
  workflows?: ReadonlyMap<string, Workflow>
  /** City whose policies new instances begin with; `default` where a workflow has none. */
  city?: string
  /** Adds so many ms to each commit, as a slow disk would. */
  commitDelayMs?: number
  /** The time to live by, epoch ms; the machine's own where none is given. */
  clock?: () => number
  /** Faults of the background: effects, timers, read models. */
  onFault?: (what: string, fault: unknown) => void
  /** What opening did of itself and its operator should know. */
  onNews?: (line: string) => void
}

/** One installation, open. */
export type Community = {
  folder: string
  engine: Engine
  store: SqliteStore
  vault: Vault
  keyFile: KeyFile
  keyPath: string
  work: Work
  read: ReadModels
  effects: EffectWorker
  /** Attachments, sealed. */
  files: Files
  timers: Timers
  /** Instances that an import or the demo moves on its own clock. */
  claimed: Set<string>
  /** Resolves when read models and effects have caught up with the log. */
  settled: () => Promise<number>
  close: () => Promise<void>
}

/** Opens an installation; on a first start its files are made. Faults name what to mend. */
export async function openCommunity(options: CommunityOptions): Promise<Community> {
  const { folder } = options
  keepProcessSmall()
  makeFolder(folder)
  const store = await openSqliteStore({
    folder,
    ...(options.commitDelayMs === undefined ? {} : { commitDelayMs: options.commitDelayMs }),
  })
  const closing: (() => Promise<unknown>)[] = [() => store.close()]
  try {
    return await assemble(options, store, closing)
  } catch (fault) {
    await closeAll(closing, () => {})
    throw fault
  }
}

function makeFolder(folder: string): void {
  if (existsSync(folder)) return
  mkdirSync(folder, { recursive: true })
  chmodSync(folder, 0o700)
}

async function assemble(
  options: CommunityOptions,
  store: SqliteStore,
  closing: (() => Promise<unknown>)[],
): Promise<Community> {
  const { folder, onFault = () => {} } = options
  const workflows = options.workflows ?? ours
  const vaultFile = join(folder, 'vault.db')
  const keyPath = options.keyFile ?? join(folder, 'key')
  const keyFile = loadKeyFile(keyPath, {
    vaultExists: existsSync(vaultFile),
  })
  const vaultDb = new Kysely<VaultTables>({ dialect: sqliteDialect(vaultFile) })
  closing.push(() => vaultDb.destroy())
  const vault = await openVault({ db: vaultDb, keyFile })
  closing.push(() => vault.close())
  // The thread takes a while to begin: meanwhile the rest is brought in order.
  const opening = openReadModels({ folder, keyPath, store, onFault })
  closing.push(async () => (await opening).close())
  const ordering = inOrder({ ...options, workflows }, { store, vault, keyFile }, closing)
  // Where one fails, the other is waited for: what it opened is then closed too.
  await Promise.allSettled([opening, ordering])
  const [read, { work, engine }] = await Promise.all([opening, ordering])
  await followCalendar({ engine, work, read, store }, options.onNews ?? (() => {}))
  return begin({ folder, store, vault, keyFile, keyPath, work, engine, read, onFault, closing })
}

/** Keys and log brought together, and what commands need. */
async function inOrder(
  options: CommunityOptions & { workflows: ReadonlyMap<string, Workflow> },
  { store, vault, keyFile }: Pick<Community, 'store' | 'vault' | 'keyFile'>,
  closing: (() => Promise<unknown>)[],
): Promise<Pick<Community, 'work' | 'engine'>> {
  const { folder, workflows } = options
  await recoverVault({ reader: store, vault, workflows })
  const work = new Kysely<WorkTables>({ dialect: sqliteDialect(join(folder, 'work.db')) })
  closing.push(() => work.destroy())
  await makeWorkTables(work)
  const engine: Engine = {
    workflows,
    store,
    vault,
    keyFile,
    calendars: calendarsOf(folder),
    instances: new Instances(store, workflows),
    lanes: new Lanes(),
    policyId: policyChooser(workflows, options.city),
    now: await serverTime(store, options.clock),
    onEvent: [],
  }
  await reconcileErasures(engine)
  return { work, engine }
}

type Parts = Pick<
  Community,
  'folder' | 'store' | 'vault' | 'keyFile' | 'keyPath' | 'work' | 'engine' | 'read'
> & {
  onFault: (what: string, fault: unknown) => void
  closing: (() => Promise<unknown>)[]
}

async function begin(parts: Parts): Promise<Community> {
  const { engine, work, read, store, onFault, closing } = parts
  const claimed = new Set<string>()
  const isClaimed = (stream: string) => claimed.has(stream)
  const effects = new EffectWorker({
    engine,
    work,
    isClaimed,
    now: engine.now,
    send: (effect) => Promise.reject(new Error(`no adapter for ${effect.system}`)),
    onFault: (fault, effect) => onFault(effect === undefined ? 'effects' : effect.id, fault),
  })
  const files = new Files(join(parts.folder, 'files'), engine, work)
  const timers = new Timers({
    engine,
    due: read.dueClocks,
    isClaimed,
    also: async (now) => {
      await files.removeUnattached(now).catch((fault) => onFault('files', fault))
      await effects.retryDue(now)
    },
    onFault: (fault) => onFault('timers', fault),
  })
  await effects.start()
  timers.start()
  closing.push(await keepVault({ engine, onFault }))
  closing.push(() => effects.stop())
  closing.push(() => timers.stop())
  return {
    ...parts,
    effects,
    files,
    timers,
    claimed,
    settled: () => settled({ store, effects, read }),
    close: () => closeAll(closing, onFault),
  }
}

/** Closes every part, the last opened first; one that cannot be closed keeps no other open. */
async function closeAll(
  closing: readonly (() => Promise<unknown>)[],
  onFault: (what: string, fault: unknown) => void,
): Promise<void> {
  for (const close of closing.toReversed()) {
    await close().catch((fault: unknown) => onFault('closing', fault))
  }
}

const SETTLE_MS = 600_000

/** Effects append events in their turn: done when the head no longer moves. */
async function settled(parts: Pick<Community, 'store' | 'effects' | 'read'>): Promise<number> {
  for (;;) {
    const head = await parts.store.head()
    await parts.effects.caughtUp(head)
    await parts.read.waitFor(head, SETTLE_MS)
    if ((await parts.store.head()) === head) return head
  }
}

function policyChooser(workflows: ReadonlyMap<string, Workflow>, city = 'default') {
  const chosen = new Map<string, string>()
  for (const workflow of workflows.values()) {
    const ids = [...workflow.policies.keys()]
    const newest = (name: string) =>
      ids
        .filter((id) => id.startsWith(`${name}@`))
        .sort((a, b) => Number(b.split('@')[1]) - Number(a.split('@')[1]))[0]
    chosen.set(workflow.id, newest(city) ?? newest('default') ?? ids[0] ?? 'default@1')
  }
  return (workflow: string) => chosen.get(workflow) ?? 'default@1'
}

/** The server's time, never behind the newest event it wrote. */
async function serverTime(store: SqliteStore, clock = Date.now): Promise<() => number> {
  let last = await newestRecordedAt(store)
  return () => {
    last = Math.max(last, clock())
    return last
  }
}

async function newestRecordedAt(store: SqliteStore): Promise<number> {
  const head = await store.head()
  const { events } = await store.readAll({ after: head - 1, limit: 1 })
  const text = events[0]?.text
  if (text === undefined) return 0
  const event = JSON.parse(text) as { recordedAt: string }
  return Date.parse(event.recordedAt)
}
