// Who is asking: logins, sessions, tokens and one-time links in work.db, and the roles that a
// person holds today, folded from the person's stream. Clear secrets are given out once and never
// stored. Must not import HTTP.
import { hash, randomBytes } from 'node:crypto'
import type { KeyFile } from '@linli/vault'
import { z } from 'zod'
import { AccessLog } from './access-log.ts'
import type { Instances } from './instances.ts'
import { hashPassword, isPassword } from './password-hash.ts'
import type { Caller, Grant } from './permission.ts'
import { ResidentLinks } from './resident-link.ts'
import type { Work } from './work.ts'

/** What access is built on; times are epoch milliseconds. */
export type AccessOptions = {
  work: Work
  instances: Pick<Instances, 'current'>
  keyFile: KeyFile
  now: () => number
  /**
   * How long a caller is remembered before the person is looked at again (ms): what another
   * process takes away is gone here after that long.
   */
  rememberedMs?: number
}

/** A new session: the token goes into a cookie and is not kept in clear. */
export type Session = { token: string; person: string; expiresAt: number }

/** A session ends when it was not used for so long. */
export const SESSION_MS = 12 * 3_600_000
/** How long a one-time link can be used when nothing else is said. */
export const LINK_MS = 24 * 3_600_000
/** How long a caller is remembered before the person is looked at again. */
const REMEMBERED_MS = 60_000
const REMEMBERED_MAX = 10_000

type Remembered = { caller: Caller; until: number }

/** Answers who is asking, and keeps the secrets by which they show it. */
export class Access {
  readonly log: AccessLog
  readonly links: ResidentLinks
  readonly #options: AccessOptions
  readonly #remembered = new Map<string, Remembered>()
  /** Counts what was forgotten: an answer from before must not be remembered after it. */
  #forgotten = 0

  constructor(options: AccessOptions) {
    this.#options = options
    this.log = new AccessLog(options.work)
    this.links = new ResidentLinks(options.work, options.keyFile)
  }

  /**
   * Gives a person a login, or a new name or password for it; sessions of the person end. False
   * when the name is somebody else's. A person has one login.
   */
  async setLogin(login: { name: string; password: string; person: string }): Promise<boolean> {
    const { work, now } = this.#options
    const stored = { hash: await hashPassword(login.password), person: login.person }
    const name = loginName(login.name)
    const isOurs = await work.transaction().execute(async (change) => {
      const held = change.selectFrom('login').select('person').where('name', '=', name)
      const holder = (await held.executeTakeFirst())?.person
      if (holder !== undefined && holder !== login.person) return false
      await change.deleteFrom('login').where('person', '=', login.person).execute()
      await change
        .insertInto('login')
        .values({ name, ...stored, createdAt: now() })
        .execute()
      await change.deleteFrom('session').where('person', '=', login.person).execute()
      return true
    })
    if (isOurs) this.forget(login.person)
    return isOurs
  }

  /** A session for name and password; undefined when they do not fit or the person has left. */
  async signIn(name: string, password: string): Promise<Session | undefined> {
    const row = await this.#options.work
      .selectFrom('login')
      .selectAll()
      .where('name', '=', loginName(name))
      .executeTakeFirst()
    const fits = await isPassword(password, row?.hash)
    return fits && row !== undefined ? this.openSession(row.person) : undefined
  }

  /** A session for a person who has shown who they are; undefined when they have left. */
  async openSession(person: string): Promise<Session | undefined> {
    const { work, now } = this.#options
    if ((await this.callerOf(person)) === undefined) return undefined
    const token = secret()
    const at = now()
    const expiresAt = at + SESSION_MS
    await work.deleteFrom('session').where('expiresAt', '<=', at).execute()
    await work
      .insertInto('session')
      .values({ hash: hashed(token), person, createdAt: at, expiresAt })
      .execute()
    return { token, person, expiresAt }
  }

  /** Ends a session. */
  async closeSession(token: string): Promise<void> {
    const key = hashed(token)
    this.#remembered.delete(key)
    await this.#options.work.deleteFrom('session').where('hash', '=', key).execute()
  }

  /** Who holds a session; its end moves on with its use. At once when known. */
  bySession(token: string): Caller | undefined | Promise<Caller | undefined> {
    const key = hashed(token)
    return this.#recall(key) ?? this.#readSession(key)
  }

  /** Who holds a bearer token. At once when known. */
  byToken(token: string): Caller | undefined | Promise<Caller | undefined> {
    const key = hashed(token)
    return this.#recall(key) ?? this.#readToken(key)
  }

  /** A bearer token for scripts: shown this once. */
  async createToken(given: { person: string; label: string }): Promise<string> {
    const token = `linli_${secret()}`
    await this.#options.work
      .insertInto('token')
      .values({ hash: hashed(token), ...given, createdAt: this.#options.now() })
      .execute()
    return token
  }

  /** Ends every bearer token of a person. */
  async revokeTokens(person: string): Promise<void> {
    await this.#options.work.deleteFrom('token').where('person', '=', person).execute()
    this.forget(person)
  }

  /** Takes every way in from a person who was erased, and what was to be sent to them. */
  async remove(person: string): Promise<void> {
    for (const table of [...WAYS_IN, 'notice_choice', 'notice_delivery'] as const) {
      await this.#options.work.deleteFrom(table).where('person', '=', person).execute()
    }
    this.forget(person)
  }

  /** A link that signs a person in once, e.g. the administrator on a first start. */
  async createLink(given: { person: string; purpose: string; validMs?: number }): Promise<string> {
    const token = secret()
    const { person, purpose, validMs = LINK_MS } = given
    const expiresAt = this.#options.now() + validMs
    await this.#options.work
      .insertInto('link')
      .values({ hash: hashed(token), person, purpose, expiresAt, usedAt: null })
      .execute()
    return token
  }

  /** A session for a one-time link; undefined when it is unknown, used, or over. */
  async useLink(token: string): Promise<Session | undefined> {
    const { work, now } = this.#options
    const used = await work
      .updateTable('link')
      .set({ usedAt: now() })
      .where('hash', '=', hashed(token))
      .where('usedAt', 'is', null)
      .where('expiresAt', '>', now())
      .returning('person')
      .executeTakeFirst()
    return used === undefined ? undefined : this.openSession(used.person)
  }

  /** The person as a caller with the roles of today; undefined for one who left or is unknown. */
  async callerOf(person: string): Promise<Caller | undefined> {
    return (await this.#judged(person))?.caller
  }

  /** To be called for every event of a person: roles or status may have changed. */
  forget(person: string): void {
    this.#forgotten += 1
    for (const [key, { caller }] of this.#remembered) {
      if (caller.person === person) this.#remembered.delete(key)
    }
  }

  #recall(key: string): Caller | undefined {
    const known = this.#remembered.get(key)
    if (known === undefined) return undefined
    if (known.until > this.#options.now()) return known.caller
    this.#remembered.delete(key)
    return undefined
  }

  async #readSession(key: string): Promise<Caller | undefined> {
    const { work, now } = this.#options
    const at = now()
    const row = await work
      .selectFrom('session')
      .select(['person', 'expiresAt'])
      .where('hash', '=', key)
      .where('expiresAt', '>', at)
      .executeTakeFirst()
    if (row === undefined) return undefined
    const { caller } = await this.#judgedFor(key, row.person)
    if (caller === undefined) return undefined
    if (row.expiresAt - at < SESSION_MS - SLIDE_MS) {
      const expiresAt = at + SESSION_MS
      await work.updateTable('session').set({ expiresAt }).where('hash', '=', key).execute()
    }
    return caller
  }

  async #readToken(key: string): Promise<Caller | undefined> {
    const row = await this.#options.work
      .selectFrom('token')
      .select('person')
      .where('hash', '=', key)
      .executeTakeFirst()
    return row === undefined ? undefined : (await this.#judgedFor(key, row.person)).caller
  }

  async #judgedFor(key: string, person: string): Promise<{ caller?: Caller }> {
    const before = this.#forgotten
    const judged = await this.#judged(person)
    if (judged === undefined) return {}
    if (this.#remembered.size >= REMEMBERED_MAX) this.#remembered.clear()
    if (before === this.#forgotten) this.#remembered.set(key, judged)
    return judged
  }

  /** Today's roles, and until when that answer holds. */
  async #judged(person: string): Promise<Remembered | undefined> {
    if (!person.startsWith('person-')) return undefined
    const instance = await this.#options.instances.current(person)
    if (instance === undefined) return undefined
    const folded = Person.parse(instance.snapshot.context)
    if (folded.status !== 'active') return undefined
    const at = this.#options.now()
    const running = folded.roles.filter((held) => held.from <= at && at < (held.until ?? Infinity))
    const turns = folded.roles.flatMap((held) => [held.from, held.until ?? Infinity])
    const { rememberedMs = REMEMBERED_MS } = this.#options
    const until = Math.min(at + rememberedMs, ...turns.filter((turn) => turn > at))
    return { caller: { id: person, person, grants: running.map(grantOf) }, until }
  }
}

const WAYS_IN = ['login', 'session', 'link', 'token'] as const

/** A session's end is written again at most this often. */
const SLIDE_MS = 10 * 60_000

const Held = z.object({
  role: z.custom<Grant['role']>((role) => typeof role === 'string' && role !== 'system'),
  place: z.string().optional(),
  unit: z.string().optional(),
  from: z.number(),
  until: z.number().optional(),
})
const Person = z.object({ status: z.string(), roles: z.array(Held) })

function grantOf({ role, place, unit }: z.infer<typeof Held>): Grant {
  return {
    role,
    ...(place === undefined ? {} : { place }),
    ...(unit === undefined ? {} : { unit }),
  }
}

const secret = (): string => randomBytes(32).toString('base64url')
const hashed = (token: string): string => hash('sha256', token, 'base64url')
const loginName = (name: string): string => name.normalize('NFKC').trim().toLowerCase()
