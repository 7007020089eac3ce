// The courier: puts down, for each notice, who wants it by which channel and when, and hands it
// over when it is time; tries again with the effect worker's back-off and parks it at the end.
// What was handed over is kept a while, so that an effect that runs twice sends nothing twice.
// Must not import a channel: those are given.
import { hash } from 'node:crypto'
import { workflowOf } from '@linli/workflow'
import { AccessLog } from './access-log.ts'
import type { Engine } from './engine.ts'
import { parseEvent } from './instances.ts'
import {
  type Channel,
  channelsFor,
  type KeptChoice,
  openAddress,
  readChoices,
} from './notice-choice.ts'
import { lineOf, type Message, messageOf, type NoticeRow } from './notice-message.ts'
import { type Addressed, isFor, pathOf } from './notice-receiver.ts'
import { sendingTime } from './notice-time.ts'
import { openFields } from './open-personal.ts'
import type { Caller } from './permission.ts'
import { BACK_OFF_MS, type Work, type WorkTables } from './work.ts'

/** To whom a message goes: the person, and where that person is reached. */
export type Receiver = { person: string; email?: string; phone?: string }

/** A way out. Rejects when it was not taken; that is tried again. */
export type Outlet = (message: Message, to: Receiver) => Promise<void>

/** What the courier needs. A channel without outlet is off. */
export type CourierOptions = {
  engine: Engine
  work: Work
  callerOf: (person: string) => Promise<Caller | undefined>
  outlets: Partial<Record<Channel, Outlet>>
  /** Where browsers reach linli, for links. */
  publicUrl?: string
  onFault: (fault: unknown) => void
}

/** A notice as the worker keeps it. */
export type KeptNotice = NoticeRow & Addressed
type Delivery = WorkTables['notice_delivery']

/** How often it looks, how many it takes at once, and how long it remembers what was sent (ms). */
const LOOK_MS = 1_000
const BATCH = 500
const REMEMBERED_MS = 14 * 24 * 3_600_000
const WAITS = 0
const SENT = 1
const PARKED = 2

/** Takes notices and delivers them. */
export class NoticeCourier {
  readonly #options: CourierOptions
  readonly #log: AccessLog
  #timer: NodeJS.Timeout | undefined
  #turning: Promise<unknown> = Promise.resolve()

  constructor(options: CourierOptions) {
    this.#options = options
    this.#log = new AccessLog(options.work)
  }

  /** The channels that are on. */
  get channels(): Channel[] {
    return Object.keys(this.#options.outlets) as Channel[]
  }

  /** Puts down who is to get these notices outside, and when. Again is the same as once. */
  async take(notices: readonly KeptNotice[]): Promise<void> {
    if (notices.length === 0 || this.channels.length === 0) return
    const named = notices.every(({ person }) => person !== null)
    const persons = [...new Set(notices.flatMap(({ person }) => person ?? []))]
    const choices = await readChoices(this.#options.work, named ? persons : undefined)
    if (choices.length === 0) return
    const choosers = await Promise.all(choices.map((choice) => this.#chooser(choice)))
    const rows: Delivery[] = []
    for (const notice of notices) {
      const path = await pathOf(this.#options.engine.instances, notice.place)
      for (const { choice, caller } of choosers) {
        if (caller !== undefined && isFor(notice, caller, path)) {
          rows.push(...this.#deliveries(notice, choice))
        }
      }
    }
    for (let from = 0; from < rows.length; from += BATCH) {
      await this.#options.work
        .insertInto('notice_delivery')
        .values(rows.slice(from, from + BATCH))
        .onConflict((conflict) => conflict.column('id').doNothing())
        .execute()
    }
  }

  /** Begins to look for what is due. */
  start(): void {
    if (this.channels.length === 0 || this.#timer !== undefined) return
    this.#timer = setInterval(() => {
      this.turn(this.#options.engine.now()).catch(this.#options.onFault)
    }, LOOK_MS)
    this.#timer.unref()
  }

  /** Ends after the round in hand. */
  async stop(): Promise<void> {
    clearInterval(this.#timer)
    this.#timer = undefined
    await this.#turning.catch(() => {})
  }

  /** Hands over everything due by `now`; gives how many messages were taken. One at a time. */
  turn(now: number): Promise<number> {
    const turned = this.#turning.catch(() => {}).then(() => this.#turn(now))
    this.#turning = turned
    return turned
  }

  /** Sets what was parked to be tried again; gives how many. */
  async release(): Promise<number> {
    const { work, engine } = this.#options
    const freed = await work
      .updateTable('notice_delivery')
      .set({ state: WAITS, tries: 0, nextAt: engine.now() })
      .where('state', '=', PARKED)
      .executeTakeFirst()
    return Number(freed.numUpdatedRows)
  }

  async #chooser(choice: KeptChoice) {
    return { choice, caller: await this.#options.callerOf(choice.person) }
  }

  #deliveries(notice: KeptNotice, choice: KeptChoice): Delivery[] {
    const { engine, outlets } = this.#options
    const workflow = workflowOf(notice.instance)
    const policy = engine.workflows.get(workflow)?.policies.get(engine.policyId(workflow))
    const zone = policy?.calendar.timeZone ?? 'UTC'
    const dueAt = sendingTime(choice, engine.now(), zone)
    return channelsFor(choice, { workflow, text: notice.text })
      .filter((channel) => outlets[channel] !== undefined)
      .map((channel) => ({
        id: `${notice.id}|${choice.person}|${channel}`,
        ...{ notice: notice.id, person: choice.person, channel, nextAt: dueAt },
        // Those of one day go out as one: they are due at the same moment.
        bundle: choice.digestAt === undefined ? '' : `${dueAt}`,
        ...{ tries: 0, state: WAITS, error: '' },
      }))
  }

  async #turn(now: number): Promise<number> {
    const { work } = this.#options
    await work
      .deleteFrom('notice_delivery')
      .where('state', '=', SENT)
      .where('nextAt', '<', now - REMEMBERED_MS)
      .execute()
    const due = await work
      .selectFrom('notice_delivery')
      .selectAll()
      .where('state', '=', WAITS)
      .where('nextAt', '<=', now)
      .orderBy('nextAt')
      .orderBy('id')
      .limit(BATCH)
      .execute()
    const bundles = Map.groupBy(due, ({ id, person, channel, bundle }) =>
      bundle === '' ? id : `${person}|${channel}|${bundle}`,
    )
    let taken = 0
    for (const rows of bundles.values()) if (await this.#deliver(rows, now)) taken += 1
    return taken
  }

  async #deliver(rows: readonly Delivery[], now: number): Promise<boolean> {
    const ids = rows.map(({ id }) => id)
    try {
      const isSent = await this.#send(rows)
      await this.#mark(ids, { state: SENT, nextAt: now, error: isSent ? '' : 'nobody to send to' })
      return isSent
    } catch (fault) {
      this.#options.onFault(fault)
      const tries = Math.max(...rows.map((row) => row.tries)) + 1
      const wait = BACK_OFF_MS[tries - 1]
      const error = fault instanceof Error ? fault.message : 'an unknown fault'
      const state = wait === undefined ? PARKED : WAITS
      await this.#mark(ids, { state, tries, nextAt: now + (wait ?? 0), error })
      return false
    }
  }

  async #mark(ids: readonly string[], change: Partial<Delivery>): Promise<void> {
    const { work } = this.#options
    await work.updateTable('notice_delivery').set(change).where('id', 'in', ids).execute()
  }

  /** False: the person has left, chose otherwise since, or cannot be reached this way. */
  async #send(rows: readonly Delivery[]): Promise<boolean> {
    const { engine, work, callerOf, outlets, publicUrl } = this.#options
    const [first] = rows
    if (first === undefined) return false
    const { person, channel } = first
    const outlet = outlets[channel as Channel]
    if (outlet === undefined) throw new Error(`the channel ${channel} is off`)
    const caller = await callerOf(person)
    const [choice] = await readChoices(work, [person])
    if (caller === undefined || choice === undefined) return false
    const to = await this.#receiver(choice, channel)
    if (to === undefined) return false
    const ids = rows.map(({ notice }) => notice)
    const notices = await work
      .selectFrom('notice')
      .select(['id', 'instance', 'text', 'at'])
      .where('id', 'in', ids)
      .orderBy('at')
      .execute()
    const { language } = choice
    const scene = { instances: engine.instances, publicUrl }
    const lines = await Promise.all(
      notices.map((notice) => lineOf(scene, { notice, caller, language })),
    )
    if (lines.length === 0) return false
    const id = hash('sha256', rows.map((row) => row.id).join(), 'hex').slice(0, ID_CHARS)
    await outlet(messageOf(id, language, lines), to)
    return true
  }

  /** Where the person is reached; each look at an address stands in the access log. */
  async #receiver(choice: KeptChoice, channel: string): Promise<Receiver | undefined> {
    const { engine } = this.#options
    const { person } = choice
    const opened = { at: engine.now(), person: 'system', role: 'system', instance: person }
    await this.#log.record({ ...opened, why: 'notification' })
    if (channel === 'email') {
      const email = await openAddress(engine.vault, choice)
      return email === undefined ? undefined : { person, email }
    }
    const phone = await phoneOf(engine, person)
    return { person, ...(phone === undefined ? {} : { phone }) }
  }
}

const ID_CHARS = 32
const EVENTS_MAX = 50

/** A person's own telephone number, as their newest event that has one says. */
async function phoneOf(engine: Engine, person: string): Promise<string | undefined> {
  const stored = await engine.store.read(person, { direction: 'backward', limit: EVENTS_MAX })
  for (const one of stored) {
    const event = parseEvent(one)
    if (!('phone' in event.data)) continue
    const opened = await openFields(engine.vault, event)
    return opened.find(({ field }) => field === 'phone')?.text ?? undefined
  }
  return undefined
}
