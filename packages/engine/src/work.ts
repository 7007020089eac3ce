// What is not an event and must not be lost: progress and parking of effects, notices, logins,
// tokens, sessions, one-time links, the access log, calendars that limits were reckoned by, files
// not yet attached. Tables of SQLite or PostgreSQL alike; the database is given.
import { type ColumnTypes, checkMigrations, type Migrations, migrate } from '@linli/sql'
import type { Generated, Kysely } from 'kysely'

/**
 * The tables of work.db, or of the schema linli_work. Times are epoch ms; hashes are SHA-256 or
 * scrypt, never clear.
 */
export type WorkTables = {
  progress: { slot: number; position: number }
  waiting_effect: {
    id: string
    stream: string
    position: number
    ordinal: number
    tries: number
    nextAt: number
    parked: number
    error: string
  }
  notice: {
    id: string
    person: string | null
    unit: string | null
    role: string | null
    place: string | null
    instance: string
    text: string
    fills: string
    at: number
  }
  notice_choice: { person: string; choices: string; address: string | null }
  notice_delivery: {
    id: string
    notice: string
    person: string
    channel: string
    nextAt: number
    bundle: string
    tries: number
    /** 0 waits, 1 handed over, 2 parked. */
    state: number
    error: string
  }
  notice_read: { notice: string; person: string; at: number }
  login: { name: string; hash: string; person: string; createdAt: number }
  token: { hash: string; person: string; label: string; createdAt: number }
  session: { hash: string; person: string; createdAt: number; expiresAt: number }
  link: { hash: string; purpose: string; person: string; expiresAt: number; usedAt: number | null }
  link_round: { instance: string; round: number }
  calendar_change: { id: Generated<number>; years: string; at: number; clocks: number }
  unattached_file: { instance: string; file: string; until: number }
  access: {
    id: Generated<number>
    at: number
    person: string
    role: string
    instance: string
    why: string
  }
}

/** The waits before an effect or a message is tried again (ms); after the last it is parked. */
export const BACK_OFF_MS = [1_000, 5_000, 30_000, 120_000, 600_000] as const

/** A handle on them. */
export type Work = Kysely<WorkTables>

/** The tables as steps; `migrate` of @linli/sql takes them. */
const MIGRATIONS: Migrations = {
  what: 'work',
  tables: [
    ...['progress', 'waiting_effect', 'notice', 'notice_read', 'login', 'token', 'session'],
    ...['link', 'link_round', 'calendar_change', 'unattached_file', 'access'],
    ...['notice_choice', 'notice_delivery'],
  ],
  steps: [
    { name: 'first tables', statements: firstTables },
    { name: 'notifications', statements: notificationTables },
  ],
}

/** Brings the tables up to date, making them on a first start. Faults are those of `migrate`. */
export async function makeWorkTables(work: Work): Promise<void> {
  await migrate(work, MIGRATIONS)
}

/** Refuses tables that another linli has changed meanwhile: for readiness, while it runs. */
export async function checkWorkTables(work: Work): Promise<void> {
  await checkMigrations(work, MIGRATIONS)
}

/** How many effects wait to be tried again, and how many are parked. */
export async function countWaiting(work: Work): Promise<{ waiting: number; parked: number }> {
  const rows = await work
    .selectFrom('waiting_effect')
    .select(({ fn }) => ['parked', fn.countAll<number>().as('count')])
    .groupBy('parked')
    .execute()
  const counted = (parked: number) => rows.find((row) => row.parked === parked)?.count ?? 0
  return { waiting: counted(0), parked: counted(1) }
}

function firstTables({ int, id, text, without }: ColumnTypes): string[] {
  return [
    `create table if not exists progress (slot ${int} primary key, position ${int} not null)`,
    `create table if not exists waiting_effect (id ${text} primary key, stream ${text} not null,
      position ${int} not null, ordinal ${int} not null, tries ${int} not null,
      "nextAt" ${int} not null, parked ${int} not null, error ${text} not null)`,
    `create index if not exists waiting_effect_due on waiting_effect (parked, "nextAt")`,
    `create index if not exists waiting_effect_stream
      on waiting_effect (stream, position, ordinal)`,
    `create table if not exists notice (id ${text} primary key, person ${text}, unit ${text},
      role ${text}, place ${text}, instance ${text} not null, text ${text} not null,
      fills ${text} not null, at ${int} not null)`,
    `create index if not exists notice_person on notice (person, at)`,
    `create index if not exists notice_unit on notice (unit, at)`,
    `create table if not exists notice_read (notice ${text} not null, person ${text} not null,
      at ${int} not null, primary key (person, notice)) ${without}`,
    `create table if not exists login (name ${text} primary key, hash ${text} not null,
      person ${text} not null, "createdAt" ${int} not null)`,
    `create table if not exists token (hash ${text} primary key, person ${text} not null,
      label ${text} not null, "createdAt" ${int} not null)`,
    `create table if not exists session (hash ${text} primary key, person ${text} not null,
      "createdAt" ${int} not null, "expiresAt" ${int} not null)`,
    `create table if not exists link (hash ${text} primary key, purpose ${text} not null,
      person ${text} not null, "expiresAt" ${int} not null, "usedAt" ${int})`,
    `create table if not exists link_round (instance ${text} primary key, round ${int} not null)`,
    `create table if not exists calendar_change (id ${id}, years ${text} not null,
      at ${int} not null, clocks ${int} not null)`,
    `create table if not exists unattached_file (instance ${text} not null,
      file ${text} not null, until ${int} not null, primary key (instance, file)) ${without}`,
    `create index if not exists unattached_file_until on unattached_file (until)`,
    `create table if not exists access (id ${id}, at ${int} not null, person ${text} not null,
      role ${text} not null, instance ${text} not null, why ${text} not null)`,
    `create index if not exists access_instance on access (instance, at)`,
  ]
}

function notificationTables({ int, text }: ColumnTypes): string[] {
  return [
    `create table if not exists notice_choice (person ${text} primary key,
      choices ${text} not null, address ${text})`,
    `create table if not exists notice_delivery (id ${text} primary key, notice ${text} not null,
      person ${text} not null, channel ${text} not null, "nextAt" ${int} not null,
      bundle ${text} not null, tries ${int} not null, state ${int} not null,
      error ${text} not null)`,
    `create index if not exists notice_delivery_due on notice_delivery (state, "nextAt")`,
  ]
}
