// The faults of the stand-in: what goes wrong, at which calls, how often.
// Must not import gRPC.

/** The calls a server answers, told apart as its clients see them. */
export type Call = 'append' | 'read' | 'subscribe' | 'delete' | 'features' | 'gossip'

/** What may go wrong. */
export type FaultKind =
  /** The call is taken and never answered; an append is not written. */
  | 'silent'
  /** An append is written, and never answered. */
  | 'written-silent'
  /** The call is carried out `ms` later. */
  | 'slow'
  /** All connections are destroyed instead of an answer; an append is not written. */
  | 'reset'
  /** An append is written, then all connections are destroyed. */
  | 'answer-lost'
  /** An append is written, and answered with the server's own time-out. */
  | 'commit-timeout'
  /** The node is not the leader; it names `leader`. */
  | 'not-leader'
  /** The node refuses for now: too busy. */
  | 'overloaded'
  /** The node refuses for now: starting, or stopping. */
  | 'unavailable'
  /** The name or the password is wrong. */
  | 'unauthenticated'
  /** The name is known and may not do this. */
  | 'access-denied'
  /** The node does not know the call. */
  | 'unimplemented'
  /** A read or subscription breaks off after `after` events and checkpoints, as `how` says. */
  | 'broken-off'

/** A fault to come: at calls `on`, of the stream named, the first `skip` spared, `times` over. */
export type Fault = {
  kind: FaultKind
  on?: Call[]
  stream?: string
  skip?: number
  times?: number
  ms?: number
  after?: number
  how?: 'reset' | 'unavailable' | 'unknown' | 'end'
  leader?: { host: string; port: number }
}

/** A fault that is set: `met` resolves when it strikes first; `count` tells how often so far. */
export type SetFault = { readonly met: Promise<void>; readonly count: number; lift(): void }

type Entry = { fault: Fault; skip: number; left: number; count: number; meet: () => void }

/** The faults that are set, in the order they were set. */
export type Faults = {
  set(fault: Fault): SetFault
  clear(): void
  /** The fault that strikes this call, if one does; that counts as once. */
  take(call: Call, stream?: string): Fault | undefined
}

/** An empty set of faults. */
export function createFaults(): Faults {
  const entries = new Set<Entry>()
  return {
    set(fault) {
      const { promise, resolve } = Promise.withResolvers<void>()
      const { skip = 0, times = Number.POSITIVE_INFINITY } = fault
      const entry: Entry = { fault, skip, left: times, count: 0, meet: resolve }
      entries.add(entry)
      return {
        met: promise,
        get count() {
          return entry.count
        },
        lift: () => entries.delete(entry),
      }
    },
    clear: () => entries.clear(),
    take(call, stream) {
      for (const entry of entries) {
        if (!strikes(entry, call, stream)) continue
        entry.left -= 1
        entry.count += 1
        if (entry.left <= 0) entries.delete(entry)
        entry.meet()
        return entry.fault
      }
      return undefined
    },
  }
}

function strikes(entry: Entry, call: Call, stream: string | undefined): boolean {
  const { on, stream: only } = entry.fault
  if (on !== undefined && !on.includes(call)) return false
  if (only !== undefined && only !== stream) return false
  if (entry.skip === 0) return true
  entry.skip -= 1
  return false
}
