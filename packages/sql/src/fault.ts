// The one list of what can go wrong with a database, and the only place that knows PostgreSQL's
// and the network's own codes. Sentences say what to do, and never carry a password.

/** What went wrong, for a program; stable. */
export type DatabaseFaultCode =
  | 'url-wrong'
  | 'credentials-wrong'
  | 'database-missing'
  | 'rights-missing'
  | 'tls-failed'
  | 'version-too-old'
  | 'encoding-wrong'
  | 'file-unusable'
  | 'number-too-large'
  | 'newer-linli'
  | 'half-migrated'
  | 'server-away'
  | 'server-busy'
  | 'server-full'
  | 'read-only'
  | 'too-slow'

const healing: ReadonlySet<DatabaseFaultCode> = new Set([
  'server-away',
  'server-busy',
  'server-full',
  'read-only',
  'too-slow',
])

/** A fault of a database; `retry` says whether trying again can help without anybody's doing. */
export class DatabaseFault extends Error {
  override readonly name = 'DatabaseFault'
  readonly code: DatabaseFaultCode
  readonly retry: 'never' | 'later'

  constructor(code: DatabaseFaultCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause })
    this.code = code
    this.retry = healing.has(code) ? 'later' : 'never'
  }
}

/** What to call an error of the driver; other errors, such as a broken key, are given back. */
export function faultOf(error: unknown, where: string): unknown {
  if (!(error instanceof Error) || error instanceof DatabaseFault) return error
  const code = codeOf(error)
  if (code === undefined) return error
  return new DatabaseFault(code, sentences[code](where), error)
}

/** Whether an error says that its connection can no longer be used. */
export function isCut(error: unknown): boolean {
  return error instanceof Error && codeOf(error) === 'server-away'
}

type Told = Exclude<
  DatabaseFaultCode,
  | 'version-too-old'
  | 'encoding-wrong'
  | 'file-unusable'
  | 'number-too-large'
  | 'newer-linli'
  | 'half-migrated'
>

const sentences: Readonly<Record<Told, (where: string) => string>> = {
  'url-wrong': (where) =>
    `${where} is no address of a PostgreSQL database: write it as postgres://user:password@host/database.`,
  'credentials-wrong': (where) =>
    `PostgreSQL at ${where} refused the user or the password: correct them in the URL, or give the user access (pg_hba.conf).`,
  'database-missing': (where) =>
    `There is no database ${where}: create it (createdb), or correct the URL.`,
  'rights-missing': (where) =>
    `The user may not do what linli needs in ${where}: make it the database's owner, or grant it CREATE there.`,
  'tls-failed': (where) =>
    `No protected connection to PostgreSQL at ${where}: set sslmode and sslrootcert in the URL as its operator says.`,
  'server-away': (where) =>
    `PostgreSQL at ${where} does not answer: start it, or check host and port; linli goes on by itself when it is back.`,
  'server-busy': (where) =>
    `PostgreSQL at ${where} has no room for this now (connections or locks): linli tries again; raise max_connections if this stays.`,
  'server-full': (where) =>
    `PostgreSQL at ${where} is out of disk or memory: free some; linli goes on by itself.`,
  'read-only': (where) =>
    `PostgreSQL at ${where} takes no writing now (a standby): name the primary in the URL, or wait until it is one.`,
  'too-slow': (where) =>
    `PostgreSQL at ${where} needed longer than allowed for a statement, and it was ended: linli tries again.`,
}

const byState: Readonly<Record<string, Told>> = {
  '28000': 'credentials-wrong',
  '28P01': 'credentials-wrong',
  '3D000': 'database-missing',
  '42501': 'rights-missing',
  '57P01': 'server-away',
  '57P02': 'server-away',
  '57P03': 'server-away',
  '57P05': 'server-away',
  '53300': 'server-busy',
  '55P03': 'server-busy',
  '40001': 'server-busy',
  '40P01': 'server-busy',
  '53100': 'server-full',
  '53200': 'server-full',
  '25006': 'read-only',
  '57014': 'too-slow',
}

const cut = new Set(
  'ECONNREFUSED ECONNRESET ECONNABORTED EPIPE ETIMEDOUT EHOSTUNREACH ENETUNREACH EHOSTDOWN'
    .concat(' ENOTFOUND EAI_AGAIN')
    .split(' '),
)
/** What `pg` says without a code. */
const said: readonly (readonly [RegExp, Told])[] = [
  [/^timeout exceeded when trying to connect$/, 'server-busy'],
  [/connection terminated|not queryable|client was closed|query read timeout/i, 'server-away'],
  [/does not support SSL|certificate|SSL|TLS/, 'tls-failed'],
  [/password must be a string|SASL/, 'credentials-wrong'],
]

function codeOf(error: Error): Told | undefined {
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined
  if (error instanceof AggregateError) {
    const first: unknown = error.errors[0]
    return first instanceof Error ? codeOf(first) : undefined
  }
  if (code !== undefined && cut.has(code)) return 'server-away'
  if (code !== undefined && byState[code] !== undefined) return byState[code]
  if (code?.startsWith('08') === true && code.length === 5) return 'server-away'
  if (code !== undefined && /^[0-9A-Z]{5}$/.test(code)) return undefined
  if (code === 'ERR_INVALID_URL') return 'url-wrong'
  return said.find(([pattern]) => pattern.test(error.message))?.[1]
}

/** The fault of an address that is none. */
export function urlFault(where: string, cause?: unknown): DatabaseFault {
  return new DatabaseFault('url-wrong', sentences['url-wrong'](where), cause)
}
