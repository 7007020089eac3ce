// What is not an event and must not be lost: progress and parking of effects, notices, logins,
// tokens, sessions, one-time links, the access log, calendars that limits were reckoned by, files
// not yet attached. Kysely tables; the database is given.
import { type Generated, type Kysely, sql } from 'kysely'

/** The tables of work.db. Times are epoch ms; hashes are SHA-256 or scrypt, never clear. */
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

/** A handle on work.db. */
export type Work = Kysely<WorkTables>

const SCHEMA = [
  `create table if not exists progress (slot integer primary key, position integer not null)`,
  `create table if not exists waiting_effect (id text primary key, stream text not null,
    position integer not null, ordinal integer not null, tries integer not null,
    nextAt integer not null, parked integer not null, error text not null)`,
  `create index if not exists waiting_effect_due on waiting_effect (parked, nextAt)`,
  `create index if not exists waiting_effect_stream on waiting_effect (stream, position, ordinal)`,
  `create table if not exists notice (id text primary key, person text, unit text, role text,
    place text, instance text not null, text text not null, fills text not null,
    at integer not null)`,
  `create index if not exists notice_person on notice (person, at)`,
  `create index if not exists notice_unit on notice (unit, at)`,
  `create table if not exists notice_read (notice text not null, person text not null,
    at integer not null, primary key (person, notice)) without rowid`,
  `create table if not exists login (name text primary key, hash text not null,
    person text not null, createdAt integer not null)`,
  `create table if not exists token (hash text primary key, person text not null,
    label text not null, createdAt integer not null)`,
  `create table if not exists session (hash text primary key, person text not null,
    createdAt integer not null, expiresAt integer not null)`,
  `create table if not exists link (hash text primary key, purpose text not null,
    person text not null, expiresAt integer not null, usedAt integer)`,
  `create table if not exists link_round (instance text primary key, round integer not null)`,
  `create table if not exists calendar_change (id integer primary key, years text not null,
    at integer not null, clocks integer not null)`,
  `create table if not exists unattached_file (instance text not null, file text not null,
    until integer not null, primary key (instance, file)) without rowid`,
  `create index if not exists unattached_file_until on unattached_file (until)`,
  `create table if not exists access (id integer primary key, at integer not null,
    person text not null, role text not null, instance text not null, why text not null)`,
  `create index if not exists access_instance on access (instance, at)`,
] as const

/** Makes the tables that are missing. */
export async function makeWorkTables(work: Work): Promise<void> {
  for (const statement of SCHEMA) await sql.raw(statement).execute(work)
}
