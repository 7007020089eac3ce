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
const Environment = z.object({
  LINLI_DATA: text('a folder, e.g. ./var').default('./var'),
  LINLI_HOST: text('an address to listen on, e.g. 127.0.0.1').default('127.0.0.1'),
  LINLI_PORT: z.coerce
    .number({ error: 'a port number from 0 to 65535' })
    .int('a port number from 0 to 65535')
    .min(0, 'a port number from 0 to 65535')
    .max(65_535, 'a port number from 0 to 65535')
    .default(8311),
  LINLI_EVENTS: z.literal('sqlite:', { error: '"sqlite:", the embedded log' }).default('sqlite:'),
  LINLI_READ: z
    .literal('sqlite:', { error: '"sqlite:", the embedded read models' })
    .default('sqlite:'),
  LINLI_KEY_FILE: text('a file, e.g. /etc/linli/key').optional(),
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
  LINLI_METRICS_TOKEN: z.string().min(16, 'a secret of 16 characters or more').optional(),
  LINLI_LOG_LEVEL: z
    .enum(['fatal', 'error', 'warn', 'info', 'debug', 'silent'], {
      error: 'one of fatal, error, warn, info, debug, silent',
    })
    .default('info'),
})

/** The settings of a server. Paths are absolute. */
export type Settings = {
  folder: string
  keyFile: string | undefined
  host: string
  port: number
  city: string | undefined
  /** Browsers come by https: cookies are then marked so. */
  secure: boolean
  publicUrl: string | undefined
  /** Proxies whose word on who is asking is taken. */
  trustProxy: string | undefined
  /** The bearer token for the figures; without one only this machine reads them. */
  metricsToken: string | undefined
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
  return {
    folder: resolve(known.LINLI_DATA),
    keyFile: known.LINLI_KEY_FILE === undefined ? undefined : resolve(known.LINLI_KEY_FILE),
    host: known.LINLI_HOST,
    port: known.LINLI_PORT,
    city: known.LINLI_CITY,
    secure: known.LINLI_PUBLIC_URL?.startsWith('https:') === true,
    publicUrl: known.LINLI_PUBLIC_URL,
    trustProxy: known.LINLI_TRUST_PROXY,
    metricsToken: known.LINLI_METRICS_TOKEN,
    logLevel: known.LINLI_LOG_LEVEL,
    isLoopback: LOOPBACK.has(known.LINLI_HOST),
  }
}

const sentence = (issue: z.core.$ZodIssue): string =>
  `The setting ${issue.path.join('.')} must be ${issue.message}.`
