// Files that were brought to a case and that no command named: how long they are kept, and their
// end. What an event of the case names is never removed, and neither is what may be named just
// now. One process owns the folder: what is told here is told to everybody.
import { existsSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Instance } from '@linli/workflow'
import type { Engine } from './engine.ts'
import type { Work, WorkTables } from './work.ts'

/** The limit of a policy that says how long; without one it is a day. */
const LIMIT = 'unattached'
const KEPT_MS = 24 * 3_600_000
/** How long an `attach` may take from the moment its file was looked for. */
const HELD_MS = 10 * 60_000
const BATCH = 500

/** The files of one installation that wait to be named. */
export class UnattachedFiles {
  readonly #folder: string
  readonly #engine: Engine
  readonly #work: Work
  /** When somebody last learned that a file is there, the longest ago first. */
  readonly #told = new Map<string, number>()

  constructor(folder: string, engine: Engine, work: Work) {
    this.#folder = folder
    this.#engine = engine
    this.#work = work
  }

  /** Call it before the file is written: one that is never finished goes as well. */
  async brought({ stream, workflow, policy: id }: Instance, file: string): Promise<void> {
    this.told(stream, file)
    const now = this.#engine.now()
    const policy = workflow.policies.get(id)
    const limit = policy?.limits[LIMIT]
    const until =
      policy === undefined || limit === undefined
        ? now + KEPT_MS
        : this.#engine.calendars(policy.calendar).after(now, limit).at
    await this.#work
      .insertInto('unattached_file')
      .values({ instance: stream, file, until })
      .onConflict((conflict) => conflict.columns(['instance', 'file']).doUpdateSet({ until }))
      .execute()
  }

  /** Call it before saying that the file is there: it then stays long enough to be named. */
  told(stream: string, file: string): void {
    const name = join(stream, file)
    this.#told.delete(name)
    this.#told.set(name, this.#engine.now())
  }

  /** Removes what was kept long enough (epoch ms) and is named by no event. Gives how many. */
  async remove(now: number): Promise<number> {
    for (const [name, at] of this.#told) {
      if (at + HELD_MS > now) break
      this.#told.delete(name)
    }
    for (let removed = 0; ; ) {
      const due = await this.#work
        .selectFrom('unattached_file')
        .selectAll()
        .where('until', '<=', now)
        .orderBy('until')
        .limit(BATCH)
        .execute()
      for (const one of due) {
        const settle = () => this.#settle(one)
        // In the lane of the case no command can name the file meanwhile.
        if (await this.#engine.lanes.run(one.instance, settle)) removed += 1
      }
      if (due.length < BATCH) return removed
    }
  }

  /** Whether it was removed. A file that was brought again meanwhile has another `until`. */
  async #settle({ instance, file, until }: Waiting): Promise<boolean> {
    const named = await this.#isNamed(instance, file)
    const told = this.#told.get(join(instance, file))
    if (!named && told !== undefined) {
      await this.#work
        .updateTable('unattached_file')
        .set({ until: told + HELD_MS })
        .where('instance', '=', instance)
        .where('file', '=', file)
        .execute()
      return false
    }
    // Nothing is awaited between the look above and this.
    if (!named) removeWithDrafts(join(this.#folder, instance), file)
    await this.#work
      .deleteFrom('unattached_file')
      .where('instance', '=', instance)
      .where('file', '=', file)
      .where('until', '=', until)
      .execute()
    return !named
  }

  /** Any mention counts: what a later version calls the field cannot cost a file. */
  async #isNamed(instance: string, file: string): Promise<boolean> {
    const stored = await this.#engine.store.read(instance)
    return stored.some(({ text }) => text.includes(file))
  }
}

type Waiting = WorkTables['unattached_file']

/** The file, and what a writing of it that broke off left beside it. */
function removeWithDrafts(folder: string, file: string): void {
  if (!existsSync(folder)) return
  for (const name of readdirSync(folder)) {
    if (name.startsWith(file)) rmSync(join(folder, name), { force: true })
  }
}
