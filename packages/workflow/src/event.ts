// The stored event: one transition of one instance, as it is written, read and proved.
// Shapes only; imports Zod. `position` is the store's and not in the bytes.
import { z } from 'zod'

/** The roles of the field; what each may do is the engine's one rule. */
export const Role = z.enum([
  'resident',
  'grid-worker',
  'building-chief',
  'volunteer',
  'duty-officer',
  'coordinator',
  'steward',
  'unit-handler',
  'council-member',
  'supervisor',
  'analyst',
  'administrator',
  'system',
])
export type Role = z.infer<typeof Role>

/** Who gave a command: ids of instances, never names. */
export const Actor = z.strictObject({
  role: Role,
  person: z.string().optional(),
  unit: z.string().optional(),
  place: z.string().optional(),
})
export type Actor = z.infer<typeof Actor>

/** What became of a clock in this event. Instants are ISO 8601 in UTC; `left` is milliseconds. */
export const ClockRecord = z.strictObject({
  clock: z.string(),
  is: z.enum([
    'started',
    'paused',
    'resumed',
    'stopped',
    'extended',
    'warned',
    'expired',
    'withdrawn',
    'rescheduled',
  ]),
  round: z.int(),
  generation: z.int(),
  limit: z.string().optional(),
  unit: z.string().optional(),
  warnAt: z.string().optional(),
  dueAt: z.string().optional(),
  left: z.number().optional(),
  late: z.boolean().optional(),
  certain: z.literal(false).optional(),
})
export type ClockRecord = z.infer<typeof ClockRecord>

const effectBase = { id: z.string(), held: z.literal(true).optional() }
const Payload = z.record(z.string(), z.unknown())

/** What an event asks of the world: a closed union of plain data, run later by the worker. */
export const Effect = z.discriminatedUnion('kind', [
  z.strictObject({
    ...effectBase,
    kind: z.literal('open'),
    workflow: z.string(),
    command: z.string(),
    instance: z.string().optional(),
    with: Payload,
  }),
  z.strictObject({
    ...effectBase,
    kind: z.literal('tell'),
    instance: z.string(),
    command: z.string(),
    with: Payload,
  }),
  z.strictObject({
    ...effectBase,
    kind: z.literal('notify'),
    to: z.strictObject({
      person: z.string().optional(),
      unit: z.string().optional(),
      role: Role.optional(),
      place: z.string().optional(),
    }),
    text: z.string(),
    with: Payload,
  }),
  z.strictObject({
    ...effectBase,
    kind: z.literal('send'),
    system: z.string(),
    with: Payload,
  }),
])
export type Effect = z.infer<typeof Effect>

/** A state value of XState: a name, or names nested by region. */
export type StateValue = string | { [region: string]: StateValue }
export const StateValue: z.ZodType<StateValue> = z.lazy(() =>
  z.union([z.string(), z.record(z.string(), StateValue)]),
)

/** One stored event. Instants are ISO 8601 strings in UTC with milliseconds. */
export const Event = z.strictObject({
  id: z.string(),
  type: z.string(),
  stream: z.string(),
  revision: z.int().nonnegative(),
  at: z.string(),
  recordedAt: z.string(),
  by: Actor,
  command: z.string(),
  body: z.string().optional(),
  cause: z.string().optional(),
  workflow: z.strictObject({ id: z.string(), version: z.int(), policy: z.string() }),
  from: StateValue,
  to: StateValue,
  data: Payload,
  clocks: z.array(ClockRecord).optional(),
  effects: z.array(Effect).optional(),
})
export type Event = z.infer<typeof Event>

/** An instance's stream: the workflow's name, a dash and the id. */
export const streamName = (workflow: string, id: string): string => `${workflow}-${id}`

/** The workflow of a stream or instance id such as `appeal-0198…` or `mutual-aid-0198…`. */
export function workflowOf(stream: string): string {
  return stream.slice(0, Math.max(0, stream.length - UUID_LENGTH - 1))
}

const UUID_LENGTH = 36
