// Who looked at whose personal data. An opening is answered only when its line is durable; lines
// of one turn of the event loop share a commit.
import type { Work } from './work.ts'

/** One opening: who, as what, which instance, and why (`case`, `history`, `own` …). */
export type Opening = { at: number; person: string; role: string; instance: string; why: string }

/** Writes and reads the access log. */
export class AccessLog {
  readonly #work: Work
  #pending: Opening[] = []
  #writing: Promise<void> | undefined

  constructor(work: Work) {
    this.#work = work
  }

  /** Resolves when the opening is on disk. */
  record(opening: Opening): Promise<void> {
    this.#pending.push(opening)
    this.#writing ??= new Promise<void>((resolve) => setImmediate(resolve)).then(() =>
      this.#write(),
    )
    return this.#writing
  }

  /** The openings of an instance, newest first; `before` is the id of the last one seen. */
  async list(
    instance: string,
    page: { before?: number; limit?: number } = {},
  ): Promise<(Opening & { id: number })[]> {
    const { before = Number.MAX_SAFE_INTEGER, limit = PAGE } = page
    return this.#work
      .selectFrom('access')
      .selectAll()
      .where('instance', '=', instance)
      .where('id', '<', before)
      .orderBy('id', 'desc')
      .limit(Math.min(limit, PAGE))
      .execute()
  }

  async #write(): Promise<void> {
    const rows = this.#pending
    this.#pending = []
    this.#writing = undefined
    for (let from = 0; from < rows.length; from += BATCH) {
      await this.#work
        .insertInto('access')
        .values(rows.slice(from, from + BATCH))
        .execute()
    }
  }
}

const PAGE = 200
const BATCH = 500
