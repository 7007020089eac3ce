// What the HTTP edge needs of an installation, as the composition root hands it in. Nothing here
// knows a file, a setting or a process.
import type {
  Access,
  AsOf,
  EffectWorker,
  Engine,
  Files,
  listInstances,
  NoticeCourier,
  Pseudonymise,
  View,
  Work,
} from '@linli/engine'

/** A node of the category tree, in both languages. */
export type Category = {
  path: string
  zh: string
  en: string
  kind?: string | undefined
  tier?: string | undefined
  establish?: { zh: string; en: string } | undefined
  closes?: { zh: string; en: string } | undefined
  lead?: readonly string[] | undefined
}

/** A demo account that one click signs in. */
export type DemoAccount = {
  name: string
  role: string
  person: string
  label: { zh: string; en: string }
}

/** How far a demo is: commands given, of all. */
export type DemoArrival = { done: number; all: number; isThere: boolean }

/** The read models: where they are, how far, and waiting for one's own write. */
export type ReadPort = {
  db: Parameters<typeof listInstances>[0]
  position: () => number
  waitFor: (position: number, timeoutMs: number) => Promise<boolean>
}

/** Everything the routes stand on. Positions are safe integers, times epoch milliseconds. */
export type HttpPorts = {
  engine: Engine
  access: Access
  work: Work
  effects: Pick<EffectWorker, 'release'>
  /** Notifications outside the pages; without it there are none. */
  courier?: Pick<NoticeCourier, 'channels' | 'release'>
  files: Files
  read: ReadPort
  /** One case as of a moment, with its events. */
  view: (id: string, asOf: AsOf) => Promise<View | undefined>
  pseudonymise: Pseudonymise
  categories: readonly Category[]
  /** The stage that a resident sees instead of a state, as texts name it: `stage.<name>`. */
  residentStage?: (path: string, asking: unknown) => string
  /** Present only in a demo community on a loopback address. */
  demo?: readonly DemoAccount[]
  /** How far a demo is that still arrives behind the first page, in commands given of all. */
  arrival?: () => DemoArrival | undefined
  /** The built web app; without it only the API is served. */
  webFolder?: string
  /** Figures in the text format of Prometheus, and its content type. */
  metrics?: () => Promise<{ type: string; text: string }>
  /** Who has this bearer token reads the figures; without one, only who sits at this machine. */
  metricsToken?: string
  /** The process was told to end: it is not ready any more, and still answers. */
  isEnding?: () => boolean
  /** In a word, why requests should go elsewhere although the log answers; e.g. `newer-linli`. */
  unwell?: () => Promise<string | undefined>
  /** Cookies are marked `Secure`: the site is reached by https. */
  secure?: boolean
  /** Requests a minute from one address to sign-in and residents' routes. */
  signInsPerMinute?: number
}
