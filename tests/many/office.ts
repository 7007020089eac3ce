// The office over several api processes: every command goes to the next of them, and one that was
// not answered is given again under its key to another. Keeps what was acknowledged.
import { randomUUIDv7 } from 'node:crypto'
import { setTimeout as rest } from 'node:timers/promises'
import { ANSWER, GOOD_FOLLOW_UP, phoneOf, referTo, reportOf } from '../load/case-script.ts'
import type { Neighbourhood, Tokens } from '../load/neighbourhood.ts'

/** An answer that was received: the event at this revision must never be lost. */
export type Acknowledged = { stream: string; revision: number }

/** Whatever JSON holds. */
type Body = ReturnType<typeof JSON.parse>
type Answer = { status: number; body: Body }
type Asked = { path: string; by: keyof Tokens; body?: unknown; key?: string }

/** How long one command is given again before the town is called dead (ms). */
const PATIENCE_MS = 20_000
const AGAIN_MS = 50

/** Plays cases from report to closed. */
export class Office {
  readonly acknowledged: Acknowledged[] = []
  /** The longest that any one command, with all its repeats, waited for its answer (ms). */
  longestMs = 0
  readonly #urls: () => readonly string[]
  readonly #neighbourhood: Neighbourhood
  #turn = 0

  constructor(urls: () => readonly string[], neighbourhood: Neighbourhood) {
    this.#urls = urls
    this.#neighbourhood = neighbourhood
  }

  /** A whole case with a referral; `midway` runs between the referral and what comes of it. */
  async playCase(resident: number, midway: () => Promise<void> = async () => {}): Promise<string> {
    const { place, unit } = this.#neighbourhood
    const phone = phoneOf(resident)
    const appeal = await this.#give('appeal/report', 'gridWorker', reportOf(place, phone))
    const to = (command: string) => `appeal/${appeal}/${command}`
    await this.#give(to('verify'), 'gridWorker', { note: '去看过了' })
    await this.#give(to('refer'), 'coordinator', referTo(unit))
    await midway()
    const referral = await this.#referralOf(appeal)
    await this.#give(`referral/${referral}/accept`, 'handler', {})
    await this.#give(`referral/${referral}/answer`, 'handler', ANSWER)
    await this.#give(to('followUp'), 'coordinator', GOOD_FOLLOW_UP)
    return appeal
  }

  /** Reads as the coordinator, through the next process. */
  async read(path: string): Promise<Body> {
    return (await this.#answered({ path, by: 'coordinator' }, (status) => status === 200)).body
  }

  /** A command; until effects have done their part it may be refused, and is given again. */
  async #give(path: string, by: keyof Tokens, body: unknown): Promise<string> {
    const asked = { path, by, body, key: randomUUIDv7() }
    const { body: told } = await this.#answered(asked, (status) => status < 300)
    this.acknowledged.push({ stream: told.id, revision: told.revision })
    return told.id
  }

  async #referralOf(appeal: string): Promise<string> {
    const { events } = await this.read(`appeal/${appeal}/events`)
    const effects: Body[] = events.flatMap((event: Body) => event.raw.effects ?? [])
    return effects.find(({ kind }) => kind === 'open')?.instance
  }

  async #answered(asked: Asked, isDone: (status: number) => boolean): Promise<Answer> {
    const begun = performance.now()
    let last: Answer | undefined
    while (performance.now() - begun < PATIENCE_MS) {
      last = await this.#ask(asked)
      if (last !== undefined && isDone(last.status)) {
        this.longestMs = Math.max(this.longestMs, performance.now() - begun)
        return last
      }
      await rest(AGAIN_MS)
    }
    throw new Error(`${asked.path} was not answered: ${JSON.stringify(last)}`)
  }

  /** Undefined when no process answered. */
  async #ask({ path, by, body, key }: Asked): Promise<Answer | undefined> {
    const urls = this.#urls()
    this.#turn += 1
    const url = urls[this.#turn % urls.length]
    const headers = {
      authorization: `Bearer ${this.#neighbourhood.tokens[by]}`,
      ...(key === undefined ? {} : { 'idempotency-key': key, 'content-type': 'application/json' }),
    }
    const method = key === undefined ? 'GET' : 'POST'
    const sent = body === undefined ? {} : { body: JSON.stringify(body) }
    try {
      const answer = await fetch(`${url}/api/${path}`, { method, headers, ...sent })
      return { status: answer.status, body: await answer.json() }
    } catch {
      return undefined
    }
  }
}
