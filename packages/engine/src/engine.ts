// What a command runs on, what it is given and what it is answered: the shapes of `execute`.
import type { EventStore } from '@linli/event-store'
import type { KeyFile, Vault } from '@linli/vault'
import type { Event, Instance, Refusal, StateValue, Workflow } from '@linli/workflow'
import type { Calendars } from './calendars.ts'
import type { Instances } from './instances.ts'
import type { Lanes } from './lanes.ts'
import type { Caller } from './permission.ts'

/** What a command runs on. */
export type Engine = {
  workflows: ReadonlyMap<string, Workflow>
  store: EventStore
  vault: Vault
  keyFile: KeyFile
  calendars: Calendars
  instances: Instances
  lanes: Lanes
  policyId: (workflow: string) => string
  /** The server's time, epoch ms; never runs backwards. */
  now: () => number
  /** Hears of every event once it is durable, in no particular order. */
  onEvent: ((event: Event, instance: Instance) => void)[]
  /** Runs each command: who measures or traces commands stands here. */
  around?: (request: Request, run: () => Promise<Reply | Refusal>) => Promise<Reply | Refusal>
}

/** A command as somebody gives it. Times are epoch milliseconds. */
export type Request = {
  workflow: string
  command: string
  /** Absent for a starting command; given there only by effects that name it. */
  instance?: string
  /** The Idempotency-Key: a UUIDv7, or any text up to 255 characters. */
  key: string
  caller: Caller
  data: unknown
  /** The revision the caller last saw; another one is refused as `stale-revision`. */
  ifMatch?: number
  /** When it happened, if not now. */
  at?: number
  cause?: string
  /** Of an import or the demo: its own clock's time, and `notify` and `send` are held. */
  run?: { now: number; recordedAt?: number; policy?: string }
}

/** What an accepted (or repeated) command is answered. */
export type Reply = {
  instance: string
  revision: number
  position: number
  state: StateValue
  ended: boolean
  event: Event
  repeated: boolean
  /** Found out when it is asked for. */
  readonly offered: string[]
  after: Instance
}
