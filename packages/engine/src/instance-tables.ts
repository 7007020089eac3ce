// The tables of the projection of instances, with what each index is for. An index is paid for
// by every event: one is here only where a list would otherwise read every instance.
import type { TableName } from '@linli/projections'
import { type Kysely, sql } from 'kysely'
import { VARYING } from './instance-columns.ts'

/** The base names of the tables; queries read views of these names. */
export const tables = {
  /** One row an instance: as it stands now. */
  instances: 'instances',
  /** The intervals that no longer hold, both of their ends known. */
  intervals: 'instance_intervals',
  /** Every unit or person an instance ever named: finds its rows, which are then checked. */
  members: 'instance_members',
  /** Where the latest `recordedAt` so far rose, and to what. */
  recorded: 'recorded_moments',
  numbers: 'case_numbers',
  measures: 'measure_bits',
  flows: 'state_flows',
  faults: 'instance_faults',
} as const

const integers = new Set([
  'ended',
  'supervised',
  'dueAt',
  'warnAt',
  'enteredAt',
  'closedAt',
  'handleDueAt',
  'counted',
  'met',
])
const varying = VARYING.map((name) => `${name} ${integers.has(name) ? 'INTEGER' : 'TEXT'}`)

/** Creates the tables under the names of a build. */
export async function createInstanceTables(db: Kysely<unknown>, table: TableName): Promise<void> {
  for (const statement of statements(table)) await sql.raw(statement).execute(db)
}

function statements(table: TableName): string[] {
  const now = table(tables.instances)
  const past = table(tables.intervals)
  return [
    `CREATE TABLE ${now} (
       key INTEGER PRIMARY KEY, id TEXT NOT NULL, workflow TEXT NOT NULL, number INTEGER,
       startedAt INTEGER NOT NULL, ${varying.join(', ')}, revision INTEGER NOT NULL,
       fromAt INTEGER NOT NULL, fromPosition INTEGER NOT NULL, nextAt INTEGER, clocks TEXT)`,
    `CREATE UNIQUE INDEX ${now}_id ON ${now} (id)`,
    // Work lists: what is not ended, by when it is due.
    `CREATE INDEX ${now}_open ON ${now} (workflow, dueAt) WHERE ended = 0`,
    // Periods of rates, and lists by begin.
    `CREATE INDEX ${now}_started ON ${now} (workflow, startedAt)`,
    `CREATE UNIQUE INDEX ${now}_number ON ${now} (workflow, number) WHERE number IS NOT NULL`,
    // The timer service.
    `CREATE INDEX ${now}_next ON ${now} (nextAt) WHERE nextAt IS NOT NULL`,
    `CREATE TABLE ${past} (
       key INTEGER NOT NULL, ${varying.join(', ')}, revision INTEGER NOT NULL,
       fromAt INTEGER NOT NULL, fromPosition INTEGER NOT NULL,
       toAt INTEGER NOT NULL, toPosition INTEGER NOT NULL,
       atSpan INTEGER NOT NULL, positionSpan INTEGER NOT NULL)`,
    `CREATE INDEX ${past}_at ON ${past} (atSpan, fromAt)`,
    `CREATE INDEX ${past}_position ON ${past} (positionSpan, fromPosition)`,
    `CREATE TABLE ${table(tables.members)} (
       member TEXT NOT NULL, key INTEGER NOT NULL, PRIMARY KEY (member, key)) WITHOUT ROWID`,
    `CREATE TABLE ${table(tables.recorded)} (
       recordedAt INTEGER PRIMARY KEY, position INTEGER NOT NULL)`,
    `CREATE TABLE ${table(tables.numbers)} (
       workflow TEXT NOT NULL, year INTEGER NOT NULL, last INTEGER NOT NULL,
       PRIMARY KEY (workflow, year)) WITHOUT ROWID`,
    `CREATE TABLE ${table(tables.measures)} (name TEXT PRIMARY KEY, bit INTEGER NOT NULL)`,
    `CREATE TABLE ${table(tables.flows)} (
       workflow TEXT NOT NULL, hour INTEGER NOT NULL, fromState TEXT NOT NULL,
       toState TEXT NOT NULL, type TEXT NOT NULL, count INTEGER NOT NULL,
       waitedMs INTEGER NOT NULL,
       PRIMARY KEY (workflow, hour, fromState, toState, type)) WITHOUT ROWID`,
    `CREATE TABLE ${table(tables.faults)} (
       stream TEXT PRIMARY KEY, revision INTEGER NOT NULL, position INTEGER NOT NULL,
       message TEXT NOT NULL)`,
  ]
}
