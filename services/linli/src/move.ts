// `move`: takes an installation to other stores. The log is copied while the source serves; then
// every process gives it up, the rest is copied and all of it compared, vault and work follow with
// their positions translated, and the new place is opened for use. Interrupted anywhere, the same
// command goes on; until the switch the source can also go on serving.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { type LogCopy, type LogProof, movedFault, openLogCopy } from '@linli/event-store'
import { readWorkMark, writeWorkMark } from '@linli/runtime'
import { CommandFault } from './command-fault.ts'
import type { Asker } from './installation.ts'
import {
  type Bases,
  copyBases,
  copyFiles,
  dropReadModels,
  openBases,
  settingsAfter,
} from './move-base.ts'
import { openSource, openTarget, type SourceLog, type TargetLog } from './move-log.ts'
import { folderOf, type MovePlaces, nameOf } from './move-place.ts'
import { translateVault, translateWork } from './move-tables.ts'

/** What `move` answers; `stopped` when a signal ended it, and the source serves as before. */
export type Moved = {
  from: string
  to: string
  events: number
  sha256: { source: string; target: string }
  /** Events copied while the source served, and the milliseconds that nobody served. */
  servedEvents: number
  awayMs: number
  rows: number
  files: number
  seconds: number
  settings: Record<string, string>
  stopped: boolean
}

type Scene = Asker & {
  places: MovePlaces
  bases: Bases
  source: SourceLog
  target: TargetLog
  copy: LogCopy
}

/** Moves. @throws CommandFault, StoreFault, VaultFault, DatabaseFault: the source serves on */
export async function move(places: MovePlaces, asker: Asker): Promise<Moved> {
  return withEnds(places, asker, async (ends) => {
    const began = performance.now()
    await checkEnds(ends)
    const copy = openLogCopy({
      source: ends.source.reader,
      target: ends.target.store,
      atOnce: AT_ONCE,
      signal: asker.signal,
      onProgress: await progress(ends, asker.tell),
    })
    const scene: Scene = { ...ends, ...asker, copy }
    const done = await run(scene)
    const { events, source, target } = copy.proof()
    return {
      from: nameOf(places.from.log),
      to: nameOf(places.to.log),
      events,
      sha256: { source, target },
      ...done,
      seconds: Math.round((performance.now() - began) / 100) / 10,
      settings: settingsAfter(places),
    }
  })
}

/** Gives a move up: the source serves again. @throws CommandFault `moved-already` */
export async function abandonMove(places: MovePlaces, asker: Asker): Promise<void> {
  await withEnds(places, asker, async ({ source }) => {
    const mark = await source.mark()
    if (mark?.state === 'moved') throw movedAlready(places)
    await source.setMark(undefined)
  })
}

const AT_ONCE = 64

type Ends = Pick<Scene, 'places' | 'bases' | 'source' | 'target'>

async function withEnds<Done>(
  places: MovePlaces,
  asker: Asker,
  work: (ends: Ends) => Promise<Done>,
): Promise<Done> {
  const { from, to } = places
  if (from.log.kind === 'sqlite' && !existsSync(join(from.log.folder, 'log.db'))) {
    throw new CommandFault('no-installation', `${from.log.folder} holds no installation.`)
  }
  const closing: (() => Promise<void>)[] = []
  try {
    const bases = await openBases(places)
    closing.push(bases.close)
    const folder = folderOf(from)
    const isShared = to.log.kind === 'sqlite' && to.log.folder === folder
    const ends = { ...asker, folder, isShared, read: from.read }
    const leaving = { ...ends, other: nameOf(to.log), work: bases.from.work }
    const source = await openSource(from.log, leaving)
    closing.push(source.close)
    const arriving = { other: nameOf(from.log), work: bases.to.work }
    const target = await openTarget(to.log, arriving)
    closing.push(target.close)
    return await work({ places, bases, source, target })
  } finally {
    for (const close of closing.toReversed()) await close()
  }
}

async function checkEnds({ places, source, target }: Ends): Promise<void> {
  const [from, to] = [nameOf(places.from.log), nameOf(places.to.log)]
  const leaving = await source.mark()
  if (leaving !== undefined && (leaving.other !== to || leaving.state === 'arriving')) {
    throw movedFault(from, leaving)
  }
  const arriving = await target.mark()
  const isOurs = arriving?.state === 'arriving' && arriving.other === from
  if (leaving?.state === 'moved' && !isOurs) throw movedAlready(places)
  // A log that moved away may come back: what it holds has to be a beginning of what it is now.
  if (isOurs || arriving?.state === 'moved') return
  if (arriving !== undefined) throw movedFault(to, arriving)
  if ((await target.store.head()) === 0) return
  throw new CommandFault('target-not-empty', `${to} holds data of linli already: give another.`)
}

function movedAlready({ from, to }: MovePlaces): CommandFault {
  const message = `${nameOf(from.log)} was moved to ${nameOf(to.log)} before, and is used there.`
  return new CommandFault('moved-already', message)
}

type Done = Pick<Moved, 'servedEvents' | 'awayMs' | 'rows' | 'files' | 'stopped'>

async function run(scene: Scene): Promise<Done> {
  const { copy, source, target, tell } = scene
  const isFenced = (await source.mark())?.state === 'moved'
  await target.begin()
  await beginBase(scene)
  tell(`Copying the log to ${nameOf(scene.places.to.log)} while it is served.`)
  let files = copyFiles(scene.places)
  const isWhole = await copy.catchUp()
  const servedEvents = copy.proof().events
  const so = { servedEvents, awayMs: 0, rows: 0, files }
  if (!isWhole || scene.signal.aborted) return { ...so, stopped: true }
  const awayFrom = performance.now()
  try {
    await fence(scene)
    if (!(await copy.catchUp())) {
      if (!isFenced) await source.setMark(undefined)
      return { ...so, stopped: true }
    }
    await prove(scene)
    files += copyFiles(scene.places)
    tell('Copying vault and work.')
    const rows = await copyBases(scene.bases)
    if (!scene.bases.isStaying) await translate(scene)
    await settle(scene)
    return {
      servedEvents,
      awayMs: Math.round(performance.now() - awayFrom),
      rows,
      files,
      stopped: false,
    }
  } catch (fault) {
    const mark = await source.mark()
    if (mark?.state === 'leaving') await source.setMark(undefined)
    throw fault
  }
}

/** Nobody appends to the source from here on. */
async function fence({ source, tell }: Scene): Promise<void> {
  if ((await source.mark())?.state === 'moved') return
  tell('Everything so far is copied: the source is asked to give up.')
  await source.take()
  if ((await source.mark())?.state !== 'leaving') await source.setMark('leaving')
}

/** @throws CommandFault `log-grew` */
async function prove({ copy, source, tell }: Scene): Promise<LogProof> {
  const proof = copy.proof()
  if (proof.source !== proof.target) throw new CommandFault('hashes-differ', 'The logs differ.')
  const grown = await copy.catchUp()
  if (!grown || copy.proof().events !== proof.events) {
    const mark = (await source.mark())?.state
    throw new CommandFault('log-grew', `Somebody still appends to the source (it is ${mark}).`)
  }
  tell(`${proof.events} events are equal on both sides: SHA-256 ${proof.source}.`)
  return proof
}

/** From here on the positions in the target's work are to be translated. */
async function beginBase({ places, bases, source }: Scene): Promise<void> {
  if (bases.isStaying && (await source.mark())?.state === 'moved') return
  const mark = { state: 'arriving', other: nameOf(places.from.log), at: Date.now() } as const
  await writeWorkMark(bases.to.work, positionsOf(places), mark)
}

/** The name of the mark that says: positions in this work are still those of the source. */
const positionsOf = ({ to }: MovePlaces): string => `positions:${nameOf(to.log)}`

/** Positions in vault and work become those of the new log, once. */
async function translate({ places, bases, copy }: Scene): Promise<void> {
  const log = nameOf(places.to.log)
  const placeOf = (position: number) => copy.placeOf(position)
  await translateVault(bases.to.vault, log, placeOf)
  await translateWork(bases.to.work, placeOf, {
    isDone: async (work) => (await readWorkMark(work, positionsOf(places))) === undefined,
    done: (work) => writeWorkMark(work, positionsOf(places), undefined),
  })
}

/** The switch: from its first line on there is no way back but another move. */
async function settle(scene: Scene): Promise<void> {
  const { source, target, bases, places } = scene
  await source.setMark('moved')
  if (bases.isStaying) await translate(scene)
  await dropReadModels(places)
  await target.end()
}

const TELL_MS = 1_000

async function progress(
  { source }: Ends,
  tell: Asker['tell'],
): Promise<(events: number, position: number) => void> {
  const began = performance.now()
  let [told, head] = [began, await source.reader.head()]
  return (events, position) => {
    const now = performance.now()
    if (now - told < TELL_MS) return
    told = now
    const rate = Math.round((events * 1_000) / (now - began))
    head = Math.max(head, position)
    const left = position === 0 ? 0 : Math.round((events * (head - position)) / position)
    tell(`${events} events, ${rate}/s, about ${left} left`)
  }
}
