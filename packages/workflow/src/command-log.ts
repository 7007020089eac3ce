// The commands that an instance has taken, by revision: what answers one that is given again.
// Instances of one stream share a list that only grows, and each sees its own beginning of it, so
// that a step costs the same after a thousand events. Imports nothing.

/** The commands taken up to an instance's revision. */
export type CommandLog = {
  /** The list shared with the instances before, and how much of it is this instance's past. */
  shared: Shared
  readonly past: number
  /** The last command stands here until another follows: a step that is dropped leaves nothing. */
  readonly id: string
  readonly body: string | undefined
  /** True when a command with this id was taken. */
  readonly includes: (this: CommandLog, id: string) => boolean
}

type Shared = {
  ids: string[]
  bodies: (string | undefined)[]
  byId: Map<string, number> | undefined
}

/** The log with one more command and the hash of its body. */
export function logged(
  before: CommandLog | undefined,
  id: string,
  body: string | undefined,
): CommandLog {
  if (before === undefined) {
    return { shared: { ids: [], bodies: [], byId: undefined }, past: 0, id, body, includes }
  }
  return { shared: settled(before), past: before.past + 1, id, body, includes }
}

/** The revision at which a command was taken; undefined for a new one. */
export function revisionOf(log: CommandLog, id: string): number | undefined {
  if (log.id === id && log.past === 0) return 0
  const found = indexOf(log.shared, id)
  if (found !== undefined && found < log.past) return found
  return log.id === id ? log.past : undefined
}

/** The hash of the body of the command taken at a revision. */
export const bodyAt = (log: CommandLog, revision: number): string | undefined =>
  revision === log.past ? log.body : log.shared.bodies[revision]

/** Ids of all commands taken, by revision. */
export const idsOf = (log: CommandLog): string[] => [...log.shared.ids.slice(0, log.past), log.id]

function includes(this: CommandLog, id: string): boolean {
  return revisionOf(this, id) !== undefined
}

/** Writes a log's own command down, on a copy when the list went another way after it. */
function settled(log: CommandLog): Shared {
  const { shared, past, id, body } = log
  if (shared.ids.length > past) {
    if (shared.ids[past] === id && shared.bodies[past] === body) return shared
    const ids = shared.ids.slice(0, past)
    log.shared = { ids, bodies: shared.bodies.slice(0, past), byId: undefined }
  }
  const own = log.shared
  own.ids.push(id)
  own.bodies.push(body)
  if (own.byId !== undefined && !own.byId.has(id)) own.byId.set(id, past)
  return own
}

/** Lists are short as a rule; a long one is looked up by a map. */
const INDEXED_FROM = 32

function indexOf(shared: Shared, id: string): number | undefined {
  if (shared.ids.length < INDEXED_FROM) {
    const found = shared.ids.indexOf(id)
    return found < 0 ? undefined : found
  }
  shared.byId ??= indexed(shared.ids)
  return shared.byId.get(id)
}

function indexed(ids: readonly string[]): Map<string, number> {
  const byId = new Map<string, number>()
  for (const [revision, id] of ids.entries()) if (!byId.has(id)) byId.set(id, revision)
  return byId
}
