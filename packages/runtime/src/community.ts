// The composition: opens every part of one installation in the order in which they need each
// other, and closes them the other way round. Which work this process then does, and which it
// leaves to others, is in duties.ts.
import { chmodSync, existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import {
  Access,
  EffectWorker,
  type Engine,
  type Event,
  Files,
  Instances,
  Lanes,
  makeWorkTables,
  NoticeCourier,
  reconcileErasures,
  recoverVault,
  Timers,
  type Work,
  type WorkTables,
} from '@linli/engine'
import { type EventStore, lockFolder } from '@linli/event-store'
import { openDatabase } from '@linli/sql'
import { type KeyFile, loadKeyFile, openVault, type Vault, type VaultTables } from '@linli/vault'
import { workflows as ours } from '@linli/workflows'
import { calendarFolder, calendarsOf } from './calendar-years.ts'
import { askCommunity } from './community-figures.ts'
import { beginDuties } from './duties.ts'
import { type EventLog, openEventLog } from './event-log.ts'
import { Figures } from './figures.ts'
import { openFolderReadModels } from './folder-read-models.ts'
import type { Closing, CommunityOptions, Opening } from './opening.ts'
import { policyChooser } from './policy-choice.ts'
import type { ReadModels } from './read-models.ts'
import { traceReading } from './read-trace.ts'
import { serverTime } from './server-time.ts'
import { takeSeat } from './serving-seats.ts'
import { hasVault, unfitness } from './shared-database.ts'
import { openSharedReadModels } from './shared-read-models.ts'
import { keepProcessSmall } from './small-process.ts'
import type { Tracing } from './tracing.ts'
import { watchedStore } from './watched-store.ts'
import { assertLogServes, logName, readWorkMark } from './work-mark.ts'

/** One installation, open. */
export type Community = {
  folder: string
  engine: Engine
  store: EventStore
  /** Copies the embedded log into a new file while it runs; a log on a server has its own means. */
  backupLog: ((file: string) => Promise<void>) | undefined
  /** The last event of the log. */
  newest: EventLog['newest']
  vault: Vault
  keyFile: KeyFile
  keyPath: string
  work: Work
  read: ReadModels
  effects: EffectWorker
  /** Notifications outside the pages. */
  courier: NoticeCourier
  figures: Figures
  /** Puts spans round what is done, where traces are wanted. */
  tracing: Tracing | undefined
  /** Attachments, sealed. */
  files: Files
  timers: Timers
  /** Instances that an import or the demo moves on its own clock. */
  claimed: Set<string>
  /** The pieces of shared work that this process holds; all of them where it is the only one. */
  held: () => readonly string[]
  /** In a word, why requests should go to other processes although the log answers. */
  unwell: (() => Promise<string | undefined>) | undefined
  /** Resolves when read models and effects have caught up with the log. */
  settled: () => Promise<number>
  close: () => Promise<void>
}

/** Opens an installation; on a first start its files are made. Faults name what to mend. */
export async function openCommunity(options: CommunityOptions): Promise<Community> {
  const { folder, onFault = () => {}, onNews = () => {} } = options
  keepProcessSmall()
  makeFolder(folder)
  const keyPath = options.keyFile ?? join(folder, 'key')
  const workflows = options.workflows ?? ours
  const closing: Closing = []
  try {
    const tracing = await tracingOf(options.trace, closing)
    const opening = { ...options, workflows, onFault, onNews, keyPath, tracing }
    // The embedded log holds this lock itself; without it vault and work need it all the same.
    if (options.events !== undefined && options.read === undefined) {
      const lock = lockFolder(folder)
      closing.push(async () => lock.release())
    }
    const log = await openEventLog(opening)
    closing.push(() => log.store.close())
    return await assemble(opening, log, closing)
  } catch (fault) {
    await closeAll(closing, () => {})
    throw fault
  }
}

/** What traces are made with is not even loaded unless they are wanted. */
async function tracingOf(
  trace: CommunityOptions['trace'],
  closing: Closing,
): Promise<Tracing | undefined> {
  if (trace === undefined) return undefined
  const { Tracing } = await import('./tracing.ts')
  const tracing = new Tracing(trace)
  closing.push(() => tracing.close())
  return tracing
}

function makeFolder(folder: string): void {
  if (existsSync(folder)) return
  mkdirSync(folder, { recursive: true })
  chmodSync(folder, 0o700)
}

async function assemble(opening: Opening, log: EventLog, closing: Closing): Promise<Community> {
  const { folder, keyPath, read: url } = opening
  const vaultFile = join(folder, 'vault.db')
  const isFile = existsSync(vaultFile)
  // Before a file is made: what is missing there must not leave a vault that looks begun.
  const fileKey = url === undefined ? loadKeyFile(keyPath, { vaultExists: isFile }) : undefined
  const vaultDb = await openDatabase<VaultTables>(url ?? vaultFile, { schema: 'linli_vault' })
  closing.push(() => vaultDb.destroy())
  const keyFile = fileKey ?? loadKeyFile(keyPath, { vaultExists: await hasVault(vaultDb) })
  const vault = await openVault({ db: vaultDb, keyFile })
  closing.push(() => vault.close())
  // The threads take a while to begin: meanwhile the rest is brought in order.
  const reading =
    url === undefined
      ? openFolderReadModels({ ...opening, log })
      : openSharedReadModels({ ...opening, log, read: url })
  closing.push(async () => (await reading).close())
  const ordering = inOrder(opening, { log, vault, keyFile }, closing)
  // Where one fails, the other is waited for: what it opened is then closed too.
  await Promise.allSettled([reading, ordering])
  const [read, ordered] = await Promise.all([reading, ordering])
  return begin(opening, { ...ordered, log, vault, keyFile, read }, closing)
}

type Ordered = Pick<Community, 'work' | 'engine' | 'figures'>

/** Keys and log brought together, and what commands need. */
async function inOrder(
  opening: Opening,
  { log, vault, keyFile }: { log: EventLog } & Pick<Community, 'vault' | 'keyFile'>,
  closing: Closing,
): Promise<Ordered> {
  const { folder, workflows, city, clock, events, read, tracing } = opening
  const where = read ?? join(folder, 'work.db')
  const work = await openDatabase<WorkTables>(where, { schema: 'linli_work' })
  closing.push(() => work.destroy())
  await makeWorkTables(work)
  if (events !== undefined) await checkServing({ ...opening, events }, work, closing)
  const { store } = log
  await recoverVault({ reader: store, vault, workflows })
  const figures = new Figures()
  const watched = watchedStore(store, figures, tracing)
  const isShared = read !== undefined
  const engine: Engine = {
    workflows,
    store: watched,
    vault,
    keyFile,
    calendars: calendarsOf(calendarFolder(opening)),
    instances: new Instances(watched, workflows, { isShared }),
    lanes: new Lanes(),
    policyId: policyChooser(workflows, city),
    now: serverTime(await log.newest(), clock),
    onEvent: [
      () => figures.appended(),
      ...(tracing === undefined ? [] : [(event: Event) => tracing.appended(event)]),
    ],
    around: (request, run) =>
      figures.command(request, tracing === undefined ? run : () => tracing.command(request, run)),
  }
  await reconcileErasures(engine)
  return { work, engine, figures }
}

/** A log on a server is served unless it is marked; among many, each process holds a seat. */
async function checkServing(
  { events, read: url, onFault, ...heard }: Opening & { events: string },
  work: Work,
  closing: Closing,
): Promise<void> {
  const log = logName(events)
  if (url !== undefined) {
    const { onMoved = () => {}, onUnfit = () => {} } = heard
    const [mark, unfit] = [() => readWorkMark(work, log), () => unfitness(work)]
    closing.push(await takeSeat({ url, mark, onMoved, unfit, onUnfit, onFault }))
  }
  await assertLogServes(work, log)
}

/** Everything that is open before any work is begun. */
type Parts = Ordered & Pick<Community, 'vault' | 'keyFile' | 'read'> & { log: EventLog }

async function begin(opening: Opening, parts: Parts, closing: Closing): Promise<Community> {
  const { engine, work, read, log } = parts
  const { folder, keyPath, onFault, tracing } = opening
  const claimed = new Set<string>()
  const isClaimed = (stream: string) => claimed.has(stream)
  const courier = courierOf(opening, parts)
  const effects = new EffectWorker({
    engine,
    work,
    isClaimed,
    now: engine.now,
    send: opening.send ?? noOutside,
    noticed: (notices) => courier.take(notices),
    ...(tracing === undefined
      ? {}
      : { around: (event, effect, run) => tracing.effect(event, effect, run) }),
    onFault: (fault, effect) => onFault(effect === undefined ? 'effects' : effect.id, fault),
  })
  const files = new Files(opening.files ?? join(folder, 'files'), engine, work)
  const timers = new Timers({
    engine,
    due: read.dueClocks,
    isClaimed,
    also: async (now) => {
      await files.removeUnattached(now).catch((fault) => onFault('files', fault))
      if (opening.read === undefined) await effects.retryDue(now)
    },
    onFault: (fault) => onFault('timers', fault),
  })
  const { vault, keyFile, figures } = parts
  const { store, embedded } = log
  const held = await beginDuties(opening, { ...parts, effects, courier, timers, store }, closing)
  if (tracing !== undefined && opening.does !== 'requests') {
    const writes = () => opening.read === undefined || held().includes('read models rows')
    closing.push(traceReading({ store, read, tracing, writes }))
  }
  const community: Community = {
    ...{ folder, engine, store, vault, keyFile, keyPath, work, read, effects, figures },
    ...{ courier, files, timers, claimed, held, tracing },
    newest: log.newest,
    backupLog: embedded === undefined ? undefined : (file) => embedded.backup(file),
    unwell: opening.read === undefined ? undefined : async () => (await unfitness(work))?.code,
    settled: () => settled({ store, effects, read }),
    close: () => closeAll(closing, onFault),
  }
  askCommunity(community)
  return community
}

/** Who may have a notification is judged by the roles of the moment, so nobody is remembered. */
function courierOf(opening: Opening, { engine, work, keyFile }: Parts): NoticeCourier {
  const { outlets = {}, publicUrl, onFault } = opening
  const { instances, now } = engine
  const access = new Access({ work, keyFile, instances, now })
  return new NoticeCourier({
    ...{ engine, work, outlets },
    callerOf: (person) => access.callerOf(person),
    ...(publicUrl === undefined ? {} : { publicUrl }),
    onFault: (fault) => onFault('notifications', fault),
  })
}

const noOutside = (effect: { system: string }) =>
  Promise.reject(new Error(`no adapter for ${effect.system}`))

/** Closes every part, the last opened first; one that cannot be closed keeps no other open. */
async function closeAll(
  closing: Readonly<Closing>,
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
