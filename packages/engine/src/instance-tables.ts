// The tables of the projection of instances, with what each index is for. An index is paid for
// by every event: one is here only where a list would otherwise read every instance.
import type { TableName } from '@linli/projections'
import { kindOf } from '@linli/sql'
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

/** Creates the tables under the names of a build. */
export async function createInstanceTables(db: Kysely<unknown>, table: TableName): Promise<void> {
  for (const text of tableTexts(table, wordsOf(kindOf(db)))) await sql.raw(text).execute(db)
}

/** Creates the indexes that queries need. */
export async function createInstanceIndexes(db: Kysely<unknown>, table: TableName): Promise<void> {
  for (const text of indexTexts(table, kindOf(db))) await sql.raw(text).execute(db)
}

type Words = { isServer: boolean; int: string; text: string; keyed: string }

/** Where the two databases differ; texts are compared by their bytes in both. */
const wordsOf = (kind: 'sqlite' | 'postgres'): Words =>
  kind === 'postgres'
    ? { isServer: true, int: 'BIGINT', text: 'TEXT COLLATE "C"', keyed: '' }
    : { isServer: false, int: 'INTEGER', text: 'TEXT', keyed: ' WITHOUT ROWID' }

function tableTexts(table: TableName, { isServer, int, text, keyed }: Words): string[] {
  const now = table(tables.instances)
  const past = table(tables.intervals)
  const varying = VARYING.map((name) => `"${name}" ${integers.has(name) ? int : text}`).join(', ')
  const spans = isServer ? '' : `, "atSpan" ${int} NOT NULL, "positionSpan" ${int} NOT NULL`
  return [
    `CREATE TABLE ${now} (
       "key" ${int} PRIMARY KEY, "id" ${text} NOT NULL, "workflow" ${text} NOT NULL,
       "number" ${int}, "startedAt" ${int} NOT NULL, ${varying}, "revision" ${int} NOT NULL,
       "fromAt" ${int} NOT NULL, "fromPosition" ${int} NOT NULL, "nextAt" ${int},
       "clocks" ${text})`,
    // The writer looks up by it too.
    `CREATE UNIQUE INDEX ${now}_id ON ${now} ("id")`,
    `CREATE TABLE ${past} (
       "key" ${int} NOT NULL, ${varying}, "revision" ${int} NOT NULL,
       "fromAt" ${int} NOT NULL, "fromPosition" ${int} NOT NULL,
       "toAt" ${int} NOT NULL, "toPosition" ${int} NOT NULL${spans})`,
    `CREATE TABLE ${table(tables.members)} (
       "member" ${text} NOT NULL, "key" ${int} NOT NULL, PRIMARY KEY ("member", "key"))${keyed}`,
    `CREATE TABLE ${table(tables.recorded)} (
       "recordedAt" ${int} PRIMARY KEY, "position" ${int} NOT NULL)`,
    `CREATE TABLE ${table(tables.numbers)} (
       "workflow" ${text} NOT NULL, "year" ${int} NOT NULL, "last" ${int} NOT NULL,
       PRIMARY KEY ("workflow", "year"))${keyed}`,
    `CREATE TABLE ${table(tables.measures)} ("name" ${text} PRIMARY KEY, "bit" INTEGER NOT NULL)`,
    `CREATE TABLE ${table(tables.flows)} (
       "workflow" ${text} NOT NULL, "hour" ${int} NOT NULL, "fromState" ${text} NOT NULL,
       "toState" ${text} NOT NULL, "type" ${text} NOT NULL, "count" ${int} NOT NULL,
       "waitedMs" ${int} NOT NULL,
       PRIMARY KEY ("workflow", "hour", "fromState", "toState", "type"))${keyed}`,
    `CREATE TABLE ${table(tables.faults)} (
       "stream" ${text} PRIMARY KEY, "revision" ${int} NOT NULL, "position" ${int} NOT NULL,
       "message" ${text} NOT NULL)`,
  ]
}

function indexTexts(table: TableName, kind: 'sqlite' | 'postgres'): string[] {
  const now = table(tables.instances)
  const past = table(tables.intervals)
  return [
    // Work lists: what is not ended, by when it is due. As of a past moment, what has changed since
    // is passed over by the index alone.
    `CREATE INDEX ${now}_open ON ${now} ("workflow", "dueAt", "fromAt") WHERE "ended" = 0`,
    // Periods of rates, and lists by begin.
    `CREATE INDEX ${now}_started ON ${now} ("workflow", "startedAt")`,
    `CREATE UNIQUE INDEX ${now}_number ON ${now} ("workflow", "number")
       WHERE "number" IS NOT NULL`,
    // The timer service.
    `CREATE INDEX ${now}_next ON ${now} ("nextAt") WHERE "nextAt" IS NOT NULL`,
    // What held at a moment: by ranges, or by spans (interval-span.ts).
    ...(kind === 'postgres'
      ? [
          `CREATE INDEX ${past}_at ON ${past} USING gist (int8range("fromAt", "toAt"))`,
          `CREATE INDEX ${past}_position ON ${past}
             USING gist (int8range("fromPosition", "toPosition"))`,
        ]
      : [
          `CREATE INDEX ${past}_at ON ${past} ("atSpan", "fromAt", "toAt")`,
          `CREATE INDEX ${past}_position ON ${past} ("positionSpan", "fromPosition", "toPosition")`,
        ]),
  ]
}
