// What an installation is opened with, and how what was opened is closed again.
import type { CourierOptions, EffectWorkerOptions } from '@linli/engine'
import type { LogMark } from '@linli/event-store'
import type { DatabaseFault } from '@linli/sql'
import type { Workflow } from '@linli/workflow'
import type { Tracing } from './tracing.ts'

/** What an installation is opened with. */
export type CommunityOptions = {
  folder: string
  /** `esdb://…`: the log is on a server; without it, in the folder. */
  events?: string | undefined
  /** `postgres://…`: read models, vault and work are in that database, else in the folder. */
  read?: string | undefined
  /** The folder of attachments; without it, `files` in the folder. */
  files?: string | undefined
  keyFile?: string
  /** What this process does of the work behind the requests; all of it unless given. */
  does?: 'all' | 'requests'
  workflows?: ReadonlyMap<string, Workflow>
  /** City whose policies new instances begin with; `default` where a workflow has none. */
  city?: string
  /** Adds so many ms to each commit, as a slow disk would. */
  commitDelayMs?: number
  /** The time to live by, epoch ms; the machine's own where none is given. */
  clock?: () => number
  /** Delivers effects to outside systems; without it there are none. */
  send?: EffectWorkerOptions['send']
  /** The ways by which notifications leave linli; without any they stay on its pages. */
  outlets?: CourierOptions['outlets']
  /** Where browsers reach linli, for links in notifications. */
  publicUrl?: string
  /** Where traces are sent (OTLP over HTTP), and as which service; without it there are none. */
  trace?: { url: string; service: string } | undefined
  /** Faults of the background: effects, timers, read models. */
  onFault?: (what: string, fault: unknown) => void
  /** Told once that the log is being moved elsewhere: stop serving and close. */
  onMoved?: (mark: LogMark) => void
  /** Told once that another linli changed the shared database: stop serving and close. */
  onUnfit?: (fault: DatabaseFault) => void
  /** What opening did of itself and its operator should know. */
  onNews?: (line: string) => void
}

/** Ends a part; the last opened is ended first. */
export type Closing = (() => Promise<unknown>)[]

/** What parts are opened with, everything chosen. */
export type Opening = CommunityOptions & {
  workflows: ReadonlyMap<string, Workflow>
  onFault: (what: string, fault: unknown) => void
  onNews: (line: string) => void
  keyPath: string
  tracing: Tracing | undefined
}
