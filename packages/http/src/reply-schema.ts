// The shapes of answers, for the API description and for clients' types.
import { z } from 'zod'

const Named = z.object({ id: z.string(), name: z.string() })
/** A state value: a name, or names nested by region. */
const State = z.union([z.string(), z.record(z.string(), z.unknown())])
const Instant = z.iso.datetime()

/** What a command is answered. */
export const CommandReply = z.object({
  id: z.string(),
  revision: z.int(),
  position: z.string(),
  state: State,
  path: z.string(),
  ended: z.boolean(),
  offered: z.array(z.string()),
  repeated: z.boolean(),
  number: z.string().optional(),
})

/** The headers a command takes. */
export const CommandHeaders = z.object({
  'Idempotency-Key': z
    .string()
    .max(255)
    .optional()
    .describe('A UUIDv7 of the caller (IETF draft); the same key gets the first answer again.'),
  'If-Match': z.string().optional().describe('The revision last seen, e.g. "4".'),
  'Linli-At': z.iso.datetime({ offset: true }).optional().describe('When it happened, if not now.'),
  Prefer: z.string().optional().describe('`wait=1`: wait for the read model, then with number.'),
})

/** Who is signed in. */
export const Me = z.object({
  person: z.string(),
  name: z.string().optional(),
  roles: z.array(
    z.object({
      role: z.string(),
      label: z.string(),
      place: z.string().optional(),
      placeName: z.string().optional(),
      unit: z.string().optional(),
      unitName: z.string().optional(),
    }),
  ),
  demo: z.boolean(),
})

/** A row of a list. */
export const Row = z.object({
  id: z.string(),
  workflow: z.string(),
  number: z.string().optional(),
  title: z.string().optional(),
  state: z.string(),
  path: z.string(),
  stateLabel: z.string(),
  category: z.string().optional(),
  categoryName: z.string().optional(),
  channel: z.string().optional(),
  place: z.array(Named),
  leadUnit: Named.optional(),
  owner: z.string().optional(),
  supervised: z.boolean(),
  card: z.enum(['none', 'yellow', 'red']),
  dueAt: Instant.optional(),
  warnAt: Instant.optional(),
  responsible: z.string().optional(),
  responsibleLabel: z.string().optional(),
  startedAt: Instant,
  enteredAt: Instant,
  ended: z.boolean(),
  revision: z.int(),
})

const AsOf = z.object({ at: Instant.optional(), known: z.string().optional() })

/** A page of a list. */
export const RowPage = z.object({
  rows: z.array(Row),
  next: z.string().nullable(),
  total: z.int().optional(),
  asOf: AsOf.optional(),
})

/** A clock of a case. */
export const CaseClock = z.object({
  clock: z.string(),
  label: z.string(),
  status: z.enum(['running', 'warned', 'expired', 'paused', 'stopped']),
  round: z.int(),
  startedAt: Instant,
  warnAt: Instant.optional(),
  dueAt: Instant,
  leftMs: z.number().optional(),
  late: z.boolean(),
  pauses: z.int(),
  limit: z.object({ amount: z.number(), unit: z.string(), source: z.string() }).optional(),
  certain: z.boolean(),
})

/** One case as of a moment. */
export const Case = z.object({
  id: z.string(),
  workflow: z.string(),
  version: z.int(),
  policy: z.string(),
  number: z.string().optional(),
  revision: z.int(),
  lastRevision: z.int(),
  position: z.string(),
  state: State,
  path: z.string(),
  stateLabel: z.string(),
  ended: z.boolean(),
  card: z.enum(['none', 'yellow', 'red']),
  title: z.string().optional(),
  at: Instant,
  effectiveAt: Instant,
  startedAt: Instant,
  enteredAt: Instant,
  summary: z.record(z.string(), z.unknown()),
  clocks: z.array(CaseClock),
  data: z.unknown(),
  personal: z.array(
    z.object({
      field: z.string(),
      label: z.string(),
      revision: z.int(),
      at: Instant,
      text: z.string().nullable(),
    }),
  ),
  offered: z.array(
    z.object({
      command: z.string(),
      label: z.string(),
      schema: z.record(z.string(), z.unknown()),
    }),
  ),
  asOf: AsOf.extend({ revision: z.int().optional() }).optional(),
})

/** An event of a history. */
export const HistoryEvent = z.object({
  revision: z.int(),
  position: z.string(),
  type: z.string(),
  label: z.string(),
  at: Instant,
  recordedAt: Instant,
  late: z.boolean(),
  by: z.record(z.string(), z.unknown()),
  from: State,
  to: State,
  fromPath: z.string(),
  toPath: z.string(),
  data: z.unknown(),
  clocks: z.array(z.unknown()),
  effects: z.array(z.unknown()),
  raw: z.unknown(),
})

/** A history. */
export const History = z.object({ events: z.array(HistoryEvent) })

/** The answers that the API description names; each refers to the others by these names. */
export const REPLIES = {
  Reply: CommandReply,
  Me,
  Row,
  Page: RowPage,
  Clock: CaseClock,
  Case,
  HistoryEvent,
  History,
} as const
