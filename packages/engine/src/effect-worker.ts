// The worker: follows the log and runs each event's effects, at least once, an instance's in
// order. What fails waits with back-off and is parked after the last try; other instances do not
// wait for it. Progress is kept per slot of the stream's hash, and only the slots that are held
// are worked: where several processes share the work, each slot is held by one of them.
import { hash } from 'node:crypto'
import { setTimeout as rest } from 'node:timers/promises'
import type { StoredEvent } from '@linli/event-store'
import type { Effect, Event } from '@linli/workflow'
import { isIdOf } from './command-id.ts'
import { type Notice, noticeRow, type Outlets, runEffect } from './effect-run.ts'
import type { Engine } from './engine.ts'
import { parseEvent } from './instances.ts'
import { Lanes } from './lanes.ts'
import type { KeptNotice } from './notice-courier.ts'
import { BACK_OFF_MS, type Work, type WorkTables } from './work.ts'

/** How many slots the streams are spread over; progress is kept for each. */
export const SLOTS = 64
/** How long following rests after a fault of the store (ms), doubled each time. */
const REST_MS = 500
const REST_MS_MAX = 30_000
/** How often progress is written at most (ms). */
const PROGRESS_MS = 100
/** Events whose effects run side by side; progress is known after each such step. */
const STEP = 64

const EVERY_SLOT: readonly number[] = Array.from({ length: SLOTS }, (_, slot) => slot)

/** The slot of a stream. */
export const slotOf = (stream: string): number =>
  Number.parseInt(hash('sha256', stream, 'hex').slice(0, 4), 16) % SLOTS

/** What the worker needs. `isClaimed` names instances that an import or the demo moves itself. */
export type EffectWorkerOptions = {
  engine: Engine
  work: Work
  send: Outlets['send']
  /** Hears of notices once they are kept, and is heard out before their effects count as run. */
  noticed?: ((notices: readonly KeptNotice[]) => Promise<void>) | undefined
  isClaimed: (stream: string) => boolean
  now: () => number
  /** Runs each effect: who traces effects stands here. */
  around?: (event: Event, effect: Effect, run: () => Promise<unknown>) => Promise<unknown>
  onFault: (fault: unknown, effect?: Effect) => void
}

/** Runs effects until it is stopped. */
export class EffectWorker {
  readonly #options: EffectWorkerOptions
  readonly #lanes = new Lanes()
  readonly #blocked = new Set<string>()
  /** How far each slot is that is held. */
  readonly #slots = new Map<number, number>()
  #stop = new AbortController()
  #isLost = false
  /** Counts changes of the slots: only the newest is carried out to its end. */
  #turn = 0
  #changing: Promise<void> = Promise.resolve()
  #notices: Notice[] = []
  #done: Promise<void> = Promise.resolve()
  #position = 0
  #savedAt = 0
  #waiters: { position: number; resolve: () => void }[] = []

  constructor(options: EffectWorkerOptions) {
    this.#options = options
  }

  /** The position up to which every effect has been run, parked or set to wait. */
  get position(): number {
    return this.#position
  }

  /** Begins to follow the log where the last run ended, with all slots. */
  start(): Promise<void> {
    return this.hold(EVERY_SLOT)
  }

  /** Goes on with these slots alone, after the batch in hand; progress of the others is written. */
  hold(slots: Iterable<number>): Promise<void> {
    const wanted = new Set(slots)
    this.#turn += 1
    const turn = this.#turn
    this.#stop.abort()
    const changed = this.#changing.then(() => this.#change(wanted, turn))
    this.#changing = changed.catch(() => {})
    return changed
  }

  /** Another process may hold the slots already: nothing new is begun from here on. */
  lose(): Promise<void> {
    this.#isLost = true
    return this.hold([])
  }

  /** Ends after the batch in hand; nothing is lost, progress is written. */
  stop(): Promise<void> {
    return this.hold([])
  }

  async #change(wanted: ReadonlySet<number>, turn: number): Promise<void> {
    await this.#done
    // What cannot be written is run again: effects run at least once.
    await this.#save().catch((fault: unknown) => this.#options.onFault(fault))
    this.#slots.clear()
    this.#blocked.clear()
    if (wanted.size === 0 || turn !== this.#turn) {
      this.#isLost &&= turn !== this.#turn
      return
    }
    const { work } = this.#options
    const rows = await work.selectFrom('progress').selectAll().execute()
    const known = new Map(rows.map(({ slot, position }) => [slot, position]))
    for (const slot of wanted) this.#slots.set(slot, known.get(slot) ?? 0)
    for (const stream of await this.#waitingStreams()) this.#blocked.add(stream)
    if (turn !== this.#turn) return
    this.#isLost = false
    this.#stop = new AbortController()
    this.#position = Math.min(...this.#slots.values())
    this.#done = this.#keepFollowing(this.#stop.signal)
  }

  /** Instances of the held slots of which something waits, the longest due first. */
  async #waitingStreams(dueAt = Number.MAX_SAFE_INTEGER): Promise<string[]> {
    const rows = await this.#options.work
      .selectFrom('waiting_effect')
      .select((known) => ['stream', known.fn.min('nextAt').as('first')])
      .where('parked', '=', 0)
      .where('nextAt', '<=', dueAt)
      .groupBy('stream')
      .orderBy('first')
      .execute()
    return rows.map((row) => row.stream).filter((stream) => this.#slots.has(slotOf(stream)))
  }

  /** Resolves when the effects of every event up to `position` have had their turn. */
  caughtUp(position: number): Promise<void> {
    if (this.#position >= position) return Promise.resolve()
    return new Promise((resolve) => this.#waiters.push({ position, resolve }))
  }

  /** Runs what waits and is due, each instance's in order. Called by the timer service. */
  async retryDue(now: number): Promise<number> {
    const { work } = this.#options
    const streams = (await this.#waitingStreams(now)).slice(0, RETRY_BATCH)
    if (streams.length === 0) return 0
    const due = await work
      .selectFrom('waiting_effect')
      .selectAll()
      .where('parked', '=', 0)
      .where('stream', 'in', streams)
      .orderBy('position')
      .orderBy('ordinal')
      .limit(RETRY_BATCH)
      .execute()
    const byStream = Map.groupBy(due, (row) => row.stream)
    const tried = await Promise.all(
      [...byStream].map(([stream, rows]) =>
        this.#lanes.run(stream, () => this.#retryInOrder(rows, now)),
      ),
    )
    await this.#flushNotices()
    return tried.reduce((sum, count) => sum + count, 0)
  }

  /** Goes on while each succeeds, or is given up: the next may not overtake one that waits. */
  async #retryInOrder(rows: readonly WaitingEffect[], now: number): Promise<number> {
    let tried = 0
    for (const row of rows) {
      if (this.#isLost || (tried === 0 && row.nextAt > now)) return tried
      tried += 1
      if ((await this.#retry(row)) === 'waits') return tried
    }
    return tried
  }

  /** Sets a parked effect to be tried again now. False: there is none with this id. */
  async release(id: string): Promise<boolean> {
    const { work, now } = this.#options
    const result = await work
      .updateTable('waiting_effect')
      .set({ parked: 0, tries: 0, nextAt: now() })
      .where('id', '=', id)
      .executeTakeFirst()
    return result.numUpdatedRows > 0n
  }

  /** A fault of the store or of work.db is told and tried again: effects run at least once. */
  async #keepFollowing(signal: AbortSignal): Promise<void> {
    let restMs = REST_MS
    while (!signal.aborted) {
      const before = this.#position
      try {
        await this.#follow(before, signal)
        return
      } catch (fault) {
        this.#options.onFault(fault)
        restMs = this.#position > before ? REST_MS : Math.min(restMs * 2, REST_MS_MAX)
        await rest(restMs, undefined, { signal, ref: false }).catch(() => {})
      }
    }
  }

  async #follow(after: number, signal: AbortSignal): Promise<void> {
    const { engine } = this.#options
    const batches = engine.store.subscribe({ after, signal })
    let ran = after
    for await (const batch of batches) {
      for (let from = 0; from < batch.length && !signal.aborted; from += STEP) {
        const step = batch.slice(from, from + STEP)
        const ours = step.filter((stored) => hasEffects(stored) && this.#isOurs(stored))
        await Promise.all(ours.map((stored) => this.#runAll(stored)))
        if (this.#isLost) return
        ran = step.at(-1)?.position ?? ran
        const isLast = from + STEP >= batch.length
        if (await this.#gathers(isLast ? ran : undefined)) continue
        await this.#flushNotices()
        this.#reached(ran)
        if (this.#isSaveDue()) await this.#save()
      }
    }
    await this.#flushNotices()
    this.#reached(ran)
  }

  /**
   * While more is on its way, notices gather to share a commit; until then none has been run. Not
   * beyond the time of a save: what was run since is run again when this process is killed.
   */
  async #gathers(ran: number | undefined): Promise<boolean> {
    const waiting = this.#notices.length
    if (waiting === 0 || waiting >= NOTICE_BATCH || this.#isSaveDue()) return false
    return ran === undefined || ran < (await this.#options.engine.store.head())
  }

  #isSaveDue(): boolean {
    return this.#options.now() - this.#savedAt > PROGRESS_MS
  }

  /** Of a slot that is held, and not run before. */
  #isOurs({ stream, position }: StoredEvent): boolean {
    const done = this.#slots.get(slotOf(stream))
    return done !== undefined && position > done
  }

  #runAll(stored: StoredEvent): Promise<void> {
    const event = parseEvent(stored)
    // A run draws the ids of its events from their commands; a live one beside it is ours.
    const isOfRun = this.#options.isClaimed(stored.stream) && isIdOf(event.id, event.command)
    if (isOfRun) return Promise.resolve()
    return this.#lanes.run(stored.stream, async () => {
      for (const [ordinal, effect] of (event.effects ?? []).entries()) {
        if (this.#isLost) return
        if (this.#blocked.has(stored.stream)) {
          await this.#wait(stored, { effect, ordinal, error: 'an earlier effect waits' })
        } else await this.#run(stored, { event, effect, ordinal })
      }
    })
  }

  async #run(
    stored: StoredEvent,
    given: { event: Event; effect: Effect; ordinal: number },
  ): Promise<void> {
    try {
      await this.#runOne(given)
    } catch (fault) {
      this.#options.onFault(fault, given.effect)
      await this.#wait(stored, { ...given, error: messageOf(fault) })
    }
  }

  async #runOne(given: { event: Event; effect: Effect }): Promise<void> {
    const { engine, around } = this.#options
    const run = () => runEffect(engine, given, this.#outlets())
    await (around === undefined ? run() : around(given.event, given.effect, run))
  }

  #outlets(): Outlets {
    return { notice: (notice) => this.#notices.push(notice), send: this.#options.send }
  }

  async #wait(
    stored: StoredEvent,
    what: { effect: Effect; ordinal: number; error: string },
  ): Promise<void> {
    this.#blocked.add(stored.stream)
    await this.#options.work
      .insertInto('waiting_effect')
      .values({
        id: what.effect.id,
        stream: stored.stream,
        position: stored.position,
        ordinal: what.ordinal,
        tries: 1,
        nextAt: this.#options.now() + BACK_OFF_MS[0],
        parked: 0,
        error: what.error,
      })
      .onConflict((conflict) => conflict.column('id').doNothing())
      .execute()
  }

  async #retry(row: WaitingEffect): Promise<'done' | 'waits' | 'parked'> {
    const [stream, revision, ordinal] = splitId(row.id)
    const { engine, work, now } = this.#options
    const [stored] = await engine.store.read(stream, { from: revision, limit: 1 })
    const event = stored === undefined ? undefined : parseEvent(stored)
    const effect = event?.effects?.[ordinal]
    try {
      if (event !== undefined && effect !== undefined) {
        await this.#runOne({ event, effect })
      }
      await work.deleteFrom('waiting_effect').where('id', '=', row.id).execute()
      await this.#unblock(row.stream)
      return 'done'
    } catch (fault) {
      const wait = BACK_OFF_MS[row.tries]
      await work
        .updateTable('waiting_effect')
        .set({
          tries: row.tries + 1,
          parked: wait === undefined ? 1 : 0,
          nextAt: now() + (wait ?? 0),
          error: messageOf(fault),
        })
        .where('id', '=', row.id)
        .execute()
      if (wait !== undefined) return 'waits'
      await this.#unblock(row.stream)
      return 'parked'
    }
  }

  async #unblock(stream: string): Promise<void> {
    const left = await this.#options.work
      .selectFrom('waiting_effect')
      .select('id')
      .where('stream', '=', stream)
      .where('parked', '=', 0)
      .executeTakeFirst()
    if (left === undefined) this.#blocked.delete(stream)
  }

  async #flushNotices(): Promise<void> {
    const rows = this.#notices.map(noticeRow)
    this.#notices = []
    for (let from = 0; from < rows.length; from += NOTICE_BATCH) {
      await this.#options.work
        .insertInto('notice')
        .values(rows.slice(from, from + NOTICE_BATCH))
        .onConflict((conflict) => conflict.column('id').doNothing())
        .execute()
    }
    if (rows.length > 0) await this.#options.noticed?.(rows)
  }

  #reached(position: number): void {
    this.#position = position
    for (const [slot, done] of this.#slots) if (done < position) this.#slots.set(slot, position)
    const ready = this.#waiters.filter((waiter) => waiter.position <= position)
    this.#waiters = this.#waiters.filter((waiter) => waiter.position > position)
    for (const waiter of ready) waiter.resolve()
  }

  async #save(): Promise<void> {
    this.#savedAt = this.#options.now()
    const rows = [...this.#slots].map(([slot, position]) => ({ slot, position }))
    if (rows.length === 0) return
    // Who was frozen while another held the slot must not take its progress back.
    await this.#options.work
      .insertInto('progress')
      .values(rows)
      .onConflict((conflict) =>
        conflict
          .column('slot')
          .doUpdateSet((given) => ({ position: given.ref('excluded.position') }))
          .whereRef('excluded.position', '>', 'progress.position'),
      )
      .execute()
  }
}

type WaitingEffect = WorkTables['waiting_effect']

const RETRY_BATCH = 100
const NOTICE_BATCH = 500

const hasEffects = (stored: StoredEvent): boolean => stored.text.includes('"effects":[')

function splitId(id: string): [stream: string, revision: number, ordinal: number] {
  const parts = id.split(':')
  const ordinal = Number(parts.pop())
  const revision = Number(parts.pop())
  return [parts.join(':'), revision, ordinal]
}

const messageOf = (fault: unknown): string =>
  fault instanceof Error ? fault.message : 'an unknown fault'
