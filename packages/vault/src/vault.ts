// The vault: seals and opens personal text with a key per subject, finds subjects by keyed hashes,
// and erases them. It takes a database and a key file from its caller, and must not import the
// log, the engine or HTTP. It writes no log line.

import { DatabaseFault } from '@linli/sql'
import type { Kysely } from 'kysely'
import { backupTo } from './backup.ts'
import { countTombstones, eraseSubject, learnErasures, readTombstones } from './erasure.ts'
import { erasedFault, reading, VaultFault } from './fault.ts'
import { Identities } from './identities.ts'
import type { KeyFile } from './key-file.ts'
import { KeyRing, type Lookup } from './key-ring.ts'
import { type LoggedBinding, type Recovered, recoverBindings } from './recovery.ts'
import {
  type Binding,
  fingerprintWith,
  isSealed,
  openWith,
  type Sealed,
  sealWith,
} from './sealed.ts'
import { alone, isShared, makeTables, readMark, type VaultTables, writeMark } from './tables.ts'
import { WriteBehind } from './write-behind.ts'

/** A sealed value and the place where it stands. */
export type Placed = { sealed: Sealed; binding: Binding }

/** A person who was erased, and when (epoch milliseconds). */
export type Tombstone = { subject: string; at: number }

/** Answers at once when what it needs is in memory. */
export type Soon<Value> = Value | Promise<Value>

/** What the engine and the services use; every rejection is a VaultFault. */
export interface Vault {
  /** Seals a text. A subject without key gets one. Fault `subject-erased`, `not-recovered`. */
  seal(subject: string, text: string, binding: Binding): Soon<Sealed>
  /** Opens a value: undefined once its subject is erased. Fault `not-authentic`, `key-unknown`. */
  open(sealed: Sealed, binding: Binding): Soon<string | undefined>
  /** Opens many, reading the keys that are missing in memory together. */
  openBatch(placed: Placed[]): Promise<(string | undefined)[]>
  /**
   * A keyed hash of a text under the subject's key, e.g. of a request body: it can be compared
   * while the subject lives and tells nothing afterwards. Undefined once the subject is erased.
   */
  fingerprint(subject: string, text: string): Soon<string | undefined>
  /** Gives a subject whose id was drawn just now its key, without looking whether it has one. */
  assign(subject: string): Soon<void>

  /** The keyed hash of a telephone number however it is spelt; undefined when it is none. */
  hashPhone(text: string, areaCode?: string): string | undefined
  /** The subject that a hash leads to, if it is not erased. */
  identify(hash: string): Soon<string | undefined>
  /** From now on the hash leads to this subject: call it when the event is in the log. */
  bindIdentity(hash: string, subject: string): void
  /** Runs work on one hash after all earlier work on it: look up, decide, append, bind. */
  withIdentity<Result>(hash: string, work: () => Soon<Result>): Promise<Result>

  /** The position of the log up to which all bindings are written. */
  checkpoint(): Promise<number>
  /**
   * Once after opening: takes what events after the checkpoint say, up to `through`. Only then
   * are keys handed out. `open` works before, so a hash can be made from a sealed number.
   */
  recover(
    bindings: Iterable<LoggedBinding> | AsyncIterable<LoggedBinding>,
    through: number,
  ): Promise<Recovered>
  /**
   * Writes what is only in memory; all events up to `through` were sealed before this call, so
   * that it is the new checkpoint. Not of a shared vault: what others bound, only the log knows.
   */
  flush(through: number): Promise<void>

  /** Whether other processes may have this vault open: then `absorb` moves its checkpoint. */
  readonly isShared: boolean
  /** The same as `recover`, later and again: what the events up to `through` say is written. */
  absorb(
    bindings: Iterable<LoggedBinding> | AsyncIterable<LoggedBinding>,
    through: number,
  ): Promise<Recovered>

  /** Destroys a subject's keys and identities for ever; again is no fault. Returns when synced. */
  erase(subject: string, options: { at: number; vacuum?: boolean }): Promise<void>
  isErased(subject: string): boolean
  /** Takes note of what other processes erased; a shared vault does so every second. */
  learnErasures(): Promise<void>
  tombstones(): Tombstone[]
  /** How far the log and this vault are known to tell the same of erasures. */
  reconciled(): Promise<Reconciled>
  /** Notes how far that is now; it is kept in the vault, so that an older copy knows its own. */
  markReconciled(mark: Partial<Reconciled>): Promise<void>

  /** Copies the vault into a new file of mode 0600 while it runs. */
  backup(file: string): Promise<void>
  /** Writes what is unwritten. The database is the caller's to close. */
  close(): Promise<void>
}

/**
 * Every erasure that the log tells up to the position `through` is done in this vault; and where
 * the vault has `tombstones` erased subjects, the log up to there tells of each.
 */
export type Reconciled = { through: number; tombstones: number }

/** What a vault is opened with; the sizes are counts of keys. */
export type VaultOptions = {
  db: Kysely<VaultTables>
  keyFile: KeyFile
  poolSize?: number
  cacheSize?: number
  writeDelayMs?: number
}

/**
 * Opens the vault in a database, making its tables on a first start. In SQLite one process has it;
 * in PostgreSQL any number. Every rejection is a VaultFault, here also a DatabaseFault.
 */
export async function openVault(options: VaultOptions): Promise<Vault> {
  const { db, keyFile } = options
  try {
    await makeTables(db)
    await checkKeyFile(db, keyFile)
    return assemble(options, await readTombstones(db))
  } catch (cause) {
    if (cause instanceof VaultFault || cause instanceof DatabaseFault) throw cause
    throw new VaultFault(
      'read-failed',
      'The vault cannot be opened: its file may be damaged.',
      cause,
    )
  }
}

const POOL_SIZE = 512
const CACHE_SIZE = 20_000
const WRITE_DELAY_MS = 1000

function assemble(options: VaultOptions, erased: Map<string, number>): Vault {
  const { db, keyFile, poolSize = POOL_SIZE, cacheSize = CACHE_SIZE } = options
  const isErased = (subject: string) => erased.has(subject)
  const delayMs = options.writeDelayMs ?? WRITE_DELAY_MS
  const behind = new WriteBehind({ db, delayMs, isErased })
  const kek = keyFile.derive('kek')
  const ring = new KeyRing({ db, kek, behind, isErased, poolSize, cacheSize })
  const identities = new Identities({ db, secret: keyFile.derive('phone'), behind, cacheSize })
  const parts = { db, behind, ring, identities, erased }
  const learning = learner(parts)
  let recovering = false
  return {
    ...sealing(ring, isErased),
    isShared: isShared(db),
    hashPhone: (text, areaCode) => identities.hashPhone(text, areaCode),
    identify: (hash) => living(identities.find(hash), isErased),
    bindIdentity(hash, subject) {
      refuseErased(isErased(subject), subject)
      identities.bind(hash, subject)
    },
    withIdentity: (hash, work) => identities.inTurn(hash, work),
    checkpoint: async () =>
      Number((await reading('its checkpoint', () => readMark(db, 'checkpoint'))) ?? 0),
    async recover(bindings, through) {
      if (recovering) throw new VaultFault('already-recovered', 'The vault recovers once a start.')
      recovering = true
      try {
        const recovered = await recoverBindings(bindings, { db, behind, isErased })
        await behind.flush(through)
        await ring.start()
        return recovered
      } finally {
        recovering = ring.isOpen
      }
    },
    async absorb(bindings, through) {
      const recovered = await recoverBindings(bindings, { db, behind, isErased })
      await behind.flush(through)
      return recovered
    },
    flush: (through) => behind.flush(isShared(db) ? undefined : through),
    erase: (subject, when) => eraseSubject(parts, subject, when),
    isErased,
    learnErasures: () => learnErasures(parts),
    tombstones: () => [...erased].map(([subject, at]) => ({ subject, at })),
    reconciled: () => reading('its marks', () => readReconciled(db)),
    markReconciled: (mark) =>
      behind.write('a mark', (transaction) => writeReconciled(transaction, mark)),
    async backup(file) {
      await behind.flush()
      await backupTo(db, file)
    },
    async close() {
      learning.end()
      await ring.settle().finally(() => identities.close())
      await behind.flush().finally(() => behind.stop())
    },
  }
}

const LEARN_MS = 1000

/** Looks every second whether there are more tombstones than there were. */
function learner(parts: Parameters<typeof learnErasures>[0]): { end: () => void } {
  if (!isShared(parts.db)) return { end: () => undefined }
  let known = 0
  let isBusy = false
  const look = async () => {
    const count = await countTombstones(parts.db)
    if (count !== known) await learnErasures(parts)
    known = count
  }
  const timer = setInterval(() => {
    if (isBusy) return
    isBusy = true
    // Where the database cannot be asked nothing can be erased either.
    look()
      .catch(() => undefined)
      .finally(() => {
        isBusy = false
      })
  }, LEARN_MS)
  timer.unref()
  return { end: () => clearInterval(timer) }
}

function sealing(ring: KeyRing, isErased: (subject: string) => boolean) {
  const openLoaded = (key: Lookup, { sealed, binding }: Placed): string | undefined => {
    if (key === 'destroyed' || isErased(sealed.subject)) return undefined
    if (key !== undefined) return openWith(key, sealed, binding)
    throw new VaultFault('key-unknown', `The vault never had the key ${sealed.key}.`)
  }
  const load = (placed: Placed[]) => {
    const subjects = new Map(placed.map(({ sealed }) => [sealed.key, sealed.subject]))
    // A key that was destroyed while it was being read must not come back into memory.
    return ring.load([...subjects.keys()], (id) => !isErased(subjects.get(id) ?? ''))
  }
  const openOne = async (placed: Placed) => {
    return openLoaded((await load([placed])).get(placed.sealed.key), placed)
  }
  return {
    seal(subject: string, text: string, binding: Binding): Soon<Sealed> {
      refuseErased(isErased(subject), subject)
      const key = ring.peek(subject)
      if (key !== undefined) return sealWith(key, subject, { text, binding })
      return ring.ofSubject(subject).then((found) => {
        refuseErased(isErased(subject), subject)
        return sealWith(found, subject, { text, binding })
      })
    },
    open(sealed: Sealed, binding: Binding): Soon<string | undefined> {
      checkSealed(sealed, binding)
      if (isErased(sealed.subject)) return undefined
      const key = ring.peekId(sealed.key)
      return key === undefined ? openOne({ sealed, binding }) : openWith(key, sealed, binding)
    },
    async openBatch(placed: Placed[]): Promise<(string | undefined)[]> {
      for (const { sealed, binding } of placed) checkSealed(sealed, binding)
      // Taken out of memory first: what is loaded may push it out.
      const keys = new Map<string, Lookup>()
      for (const { sealed } of placed) keys.set(sealed.key, ring.peekId(sealed.key))
      const absent = placed.filter(
        ({ sealed }) => !isErased(sealed.subject) && keys.get(sealed.key) === undefined,
      )
      for (const [id, key] of await load(absent)) keys.set(id, key)
      return placed.map((one) => openLoaded(keys.get(one.sealed.key), one))
    },
    fingerprint(subject: string, text: string): Soon<string | undefined> {
      if (isErased(subject)) return undefined
      const key = ring.peek(subject)
      if (key !== undefined) return fingerprintWith(key, text)
      return ring.ofSubject(subject).then((found) => fingerprintWith(found, text))
    },
    assign(subject: string): Soon<void> {
      refuseErased(isErased(subject), subject)
      const given = ring.assign(subject)
      return given instanceof Promise ? given.then(() => undefined) : undefined
    },
  }
}

function living(found: Soon<string | undefined>, isErased: (subject: string) => boolean) {
  const alive = (subject: string | undefined) =>
    subject === undefined || isErased(subject) ? undefined : subject
  return found instanceof Promise ? found.then(alive) : alive(found)
}

function refuseErased(isErased: boolean, subject: string): void {
  if (isErased) throw erasedFault(subject)
}

function checkSealed(sealed: Sealed, { stream, event, field }: Binding): void {
  if (isSealed(sealed)) return
  throw new VaultFault('not-sealed', `The field ${field} of ${event} in ${stream} is not sealed.`)
}

async function readReconciled(db: Kysely<VaultTables>): Promise<Reconciled> {
  const through = await readMark(db, 'reconciled')
  const tombstones = await readMark(db, 'tombstones')
  return { through: Number(through ?? 0), tombstones: Number(tombstones ?? 0) }
}

async function writeReconciled(
  db: Kysely<VaultTables>,
  { through, tombstones }: Partial<Reconciled>,
): Promise<void> {
  if (through !== undefined) await writeMark(db, 'reconciled', String(through))
  if (tombstones !== undefined) await writeMark(db, 'tombstones', String(tombstones))
}

async function checkKeyFile(db: Kysely<VaultTables>, keyFile: KeyFile): Promise<void> {
  let known = await readMark(db, 'key-file')
  if (known === undefined) {
    await db.transaction().execute(async (transaction) => {
      await alone(transaction)
      known = await readMark(transaction, 'key-file')
      if (known !== undefined) return
      await writeMark(transaction, 'version', '1')
      await writeMark(transaction, 'key-file', keyFile.id)
      known = keyFile.id
    })
  }
  if (known === keyFile.id) return
  throw new VaultFault(
    'key-file-mismatch',
    'The key file is not the one this vault was made with: put back the copy that belongs to it.',
  )
}
