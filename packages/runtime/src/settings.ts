// Settings from the environment: parsed once, with a sentence for each wrong one. Knows no file
// and opens nothing.
import { isIP } from 'node:net'
import { resolve } from 'node:path'
import { z } from 'zod'

/** Hosts that only this machine reaches: demo accounts exist nowhere else. */
const LOOPBACK = new Set(['127.0.0.1', 'localhost', '::1'])

/** `proxy-addr` takes addresses, networks, and these names of networks. */
const NETWORKS = new Set(['loopback', 'linklocal', 'uniquelocal'])
const isProxy = (one: string): boolean => {
  const [address = '', bits] = one.split('/')
  if (NETWORKS.has(one)) return true
  const most = isIP(address) === 4 ? 32 : 128
  return isIP(address) !== 0 && (bits === undefined || (/^\d{1,3}$/.test(bits) && +bits <= most))
}

const text = (what: string) => z.string({ error: what }).min(1, what)
const EVENTS = '"sqlite:", the embedded log, or the address of a server, esdb://host:2113?tls=true'
const READ =
  '"sqlite:", files in the data folder, or a database, postgres://user:password@host/name'

const MAIL_FROM = /^([^<>@]+ <)?[^\s<>@]+@[^\s<>@]+>?$/
const WEBHOOK_SECRET = /^whsec_[A-Za-z0-9+/]{32,86}={0,2}$/

const Environment = z.object({
  LINLI_DATA: text('a folder, e.g. ./var').default('./var'),
  LINLI_HOST: text('an address to listen on, e.g. 127.0.0.1').default('127.0.0.1'),
  LINLI_PORT: z.coerce
    .number({ error: 'a port number from 0 to 65535' })
    .int('a port number from 0 to 65535')
    .min(0, 'a port number from 0 to 65535')
    .max(65_535, 'a port number from 0 to 65535')
    .default(8311),
  LINLI_EVENTS: z
    .string()
    .regex(/^(sqlite:|esdb(\+discover)?:\/\/\S+)$/, EVENTS)
    .default('sqlite:'),
  LINLI_READ: z
    .string()
    .regex(/^(sqlite:|postgres(ql)?:\/\/\S+)$/, READ)
    .default('sqlite:'),
  LINLI_FILES: text('the folder of attachments, e.g. /srv/linli/files').optional(),
  LINLI_KEY_FILE: text('a file, e.g. /etc/linli/key').optional(),
  LINLI_OTLP_URL: z
    .url({ protocol: /^https?$/, error: 'where traces are sent, e.g. http://localhost:4318' })
    .optional(),
  LINLI_CITY: z
    .string()
    .regex(/^[a-z-]+$/, 'the name of a city’s policies, e.g. jining')
    .optional(),
  LINLI_PUBLIC_URL: z
    .url({ protocol: /^https?$/, error: 'the address that browsers use, e.g. https://…' })
    .optional(),
  LINLI_TRUST_PROXY: z
    .string()
    .refine(
      (list) => list.split(/, */).every(isProxy),
      'the addresses or networks of your proxies, e.g. 10.0.0.2, or loopback',
    )
    .optional(),
  LINLI_SMTP_URL: z
    .url({ protocol: /^smtps?$/, error: 'a mail server, e.g. smtps://user:password@host' })
    .optional(),
  LINLI_MAIL_FROM: z.string().regex(MAIL_FROM, 'who sends, e.g. linli@example.org').optional(),
  LINLI_WEBHOOK_URL: z
    .url({ protocol: /^https?$/, error: 'where notifications are sent, e.g. https://…' })
    .optional(),
  LINLI_WEBHOOK_SECRET: z
    .string()
    .regex(WEBHOOK_SECRET, 'whsec_ and 24 to 64 bytes in base64')
    .optional(),
  LINLI_METRICS_TOKEN: z.string().min(16, 'a secret of 16 characters or more').optional(),
  LINLI_DEMO: z
    .enum(['whole', 'short', 'first'], { error: 'one of whole, short, first' })
    .default('whole'),
  LINLI_LOG_LEVEL: z
    .enum(['fatal', 'error', 'warn', 'info', 'debug', 'silent'], {
      error: 'one of fatal, error, warn, info, debug, silent',
    })
    .default('info'),
})

/** The settings of a server. Paths are absolute. */
export type Settings = {
  folder: string
  /** The address of the log's server; without it the log is in the folder. */
  events: string | undefined
  /** The database of read models, vault and work; without it they are in the folder. */
  read: string | undefined
  /** The folder of attachments; without it, `files` in the folder. */
  files: string | undefined
  keyFile: string | undefined
  /** Where traces are sent by OTLP over HTTP; without it there are none. */
  otlpUrl: string | undefined
  host: string
  port: number
  city: string | undefined
  /** Browsers come by https: cookies are then marked so. */
  secure: boolean
  publicUrl: string | undefined
  /** Proxies whose word on who is asking is taken. */
  trustProxy: string | undefined
  /** The mail server for notifications, and who sends; without it none are mailed. */
  mail: { url: string; from: string } | undefined
  /** Where notifications and effects for outside systems go, signed; without it nowhere. */
  webhook: { url: string; secret: string } | undefined
  /** The bearer token for the figures; without one only this machine reads them. */
  metricsToken: string | undefined
  /** How much of the demo arrives behind its first page; `first`: no more. */
  demo: z.infer<typeof Environment>['LINLI_DEMO']
  logLevel: z.infer<typeof Environment>['LINLI_LOG_LEVEL']
  isLoopback: boolean
}

/** Settings that cannot be used: one line for each. */
export class SettingsFault extends Error {
  override readonly name = 'SettingsFault'
  readonly code = 'settings-wrong'
}

/** Reads the settings. @throws SettingsFault */
export function readSettings(environment: Readonly<Record<string, string | undefined>>): Settings {
  const given = Object.fromEntries(
    Object.entries(environment).filter(([, value]) => value !== undefined && value !== ''),
  )
  const found = Environment.safeParse(given)
  if (!found.success) throw new SettingsFault(found.error.issues.map(sentence).join('\n'))
  const known = found.data
  const events = remote(known.LINLI_EVENTS)
  const read = remote(known.LINLI_READ)
  if (read !== undefined && known.LINLI_KEY_FILE === undefined) throw new SettingsFault(NO_KEY_FILE)
  return {
    folder: resolve(known.LINLI_DATA),
    events,
    read,
    files: placed(known.LINLI_FILES),
    keyFile: placed(known.LINLI_KEY_FILE),
    otlpUrl: known.LINLI_OTLP_URL,
    host: known.LINLI_HOST,
    port: known.LINLI_PORT,
    city: known.LINLI_CITY,
    secure: known.LINLI_PUBLIC_URL?.startsWith('https:') === true,
    publicUrl: known.LINLI_PUBLIC_URL,
    trustProxy: known.LINLI_TRUST_PROXY,
    mail: mailOf(known),
    webhook: webhookOf(known),
    metricsToken: known.LINLI_METRICS_TOKEN,
    demo: known.LINLI_DEMO,
    logLevel: known.LINLI_LOG_LEVEL,
    isLoopback: LOOPBACK.has(known.LINLI_HOST),
  }
}

type Known = z.output<typeof Environment>

function mailOf({ LINLI_SMTP_URL: url, LINLI_MAIL_FROM: from }: Known): Settings['mail'] {
  if (url === undefined) return undefined
  if (from === undefined) throw new SettingsFault(NO_MAIL_FROM)
  return { url, from }
}

function webhookOf(known: Known): Settings['webhook'] {
  const { LINLI_WEBHOOK_URL: url, LINLI_WEBHOOK_SECRET: secret } = known
  if (url === undefined && secret === undefined) return undefined
  if (url === undefined || secret === undefined) throw new SettingsFault(HALF_WEBHOOK)
  return { url, secret }
}

/**
 * Settings under which any number of processes may serve one installation.
 * @throws SettingsFault when one of them lies in files, which one process alone has open
 */
export function checkShareable({ events, read }: Settings): void {
  const wrong = [
    ...(events === undefined ? [`LINLI_EVENTS ${EMBEDDED} esdb://host:2113.`] : []),
    ...(read === undefined ? [`LINLI_READ ${EMBEDDED} postgres://user:password@host/name.`] : []),
  ]
  if (wrong.length > 0) throw new SettingsFault(wrong.join('\n'))
}

const EMBEDDED =
  'names files, which one process alone may have open: run linli start, or give an address such as'
const NO_MAIL_FROM =
  'The setting LINLI_MAIL_FROM is missing: with LINLI_SMTP_URL it says who sends the mail.'
const HALF_WEBHOOK =
  'Of the settings LINLI_WEBHOOK_URL and LINLI_WEBHOOK_SECRET one is missing: set both or neither.'
const NO_KEY_FILE =
  'The setting LINLI_KEY_FILE is missing: with LINLI_READ=postgres://… every process needs the same key file.'

const remote = (setting: string): string | undefined =>
  setting === 'sqlite:' ? undefined : setting

const placed = (path: string | undefined): string | undefined =>
  path === undefined ? undefined : resolve(path)

const sentence = (issue: z.core.$ZodIssue): string =>
  `The setting ${issue.path.join('.')} must be ${issue.message}.`
