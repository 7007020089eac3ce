// The life of a command, from a parsed request to the disk, one function a stage:
//   parse → load → permit → seal → step → append → reply
// Nothing else in linli writes events. What comes afterwards (read models, effects, timers) reads
// the log, and what comes of that returns here as commands.
import {
  type Actor,
  type Command,
  type Event,
  type GivenCommand,
  hasEnded,
  type Instance,
  isRefusal,
  type PlainEffect,
  type Policy,
  type Refusal,
  type Role,
  stateOf,
  step,
  type Workflow,
  workflowOf,
} from '@linli/workflow'
import { commandId, freshId, idAt, startedInstance } from './command-id.ts'
import type { Engine, Reply, Request } from './engine.ts'
import { EngineFault } from './fault.ts'
import { lookUp } from './needs.ts'
import { offeredTo } from './offered-to.ts'
import { actorFor, type Caller, type Row, rowIn } from './permission.ts'
import {
  bodyHash,
  isPersonal,
  newPerson,
  phoneHash,
  registerPerson,
  sealData,
  subjectOf,
} from './seal.ts'
import { tally } from './tally.ts'

/** Tries after a conflict with another writer. */
const TRIES = 3
/** How far ahead a claimed time may be, ms: taken as now. */
const AHEAD_MS = 5 * 60_000

/** Runs one command through all its stages. Refusals are returned, faults are thrown. */
export async function execute(engine: Engine, request: Request): Promise<Reply | Refusal> {
  if (engine.around === undefined) return run(engine, request)
  return engine.around(request, () => run(engine, request))
}

async function run(engine: Engine, request: Request): Promise<Reply | Refusal> {
  const parsed = parse(engine, request)
  if (isRefusal(parsed)) return parsed
  if (parsed.phone === undefined)
    return engine.lanes.run(parsed.stream, () => attempt(engine, parsed))
  return engine.vault.withIdentity(parsed.phone, () => attempt(engine, parsed))
}

type Parsed = {
  request: Request
  workflow: Workflow
  command: Command | undefined
  id: string
  stream: string
  data: Record<string, unknown>
  phone: string | undefined
}

/** Who, what, of which instance, with which data. */
function parse(engine: Engine, request: Request): Parsed | Refusal {
  const workflow = engine.workflows.get(request.workflow)
  if (workflow === undefined) return { refused: 'not-found', detail: request.workflow }
  const command = workflow.commands.get(request.command)
  if (command === undefined && !CORE_COMMANDS.has(request.command)) {
    return { refused: 'not-found', detail: request.command }
  }
  const given = command === undefined ? passed(request.data) : command.data.safeParse(request.data)
  if (!given.success) return invalid(given.error.issues)
  const id = idOf(request)
  const stream = instanceOf(request)
  if (workflowOf(stream) !== workflow.id) return { refused: 'not-found', detail: stream }
  const data = given.data as Record<string, unknown>
  const phone = command === undefined ? undefined : phoneHash(engine.vault, command, data)
  return { request, workflow, command, id, stream, data, phone }
}

/** The instance that a command is for; of a starting one that it begins. */
export const instanceOf = (request: Omit<Request, 'data' | 'run' | 'at'>): string =>
  request.instance ?? startedInstance(request.workflow, request.key, idOf(request))

function idOf(request: Omit<Request, 'data' | 'run' | 'at'>): string {
  const { caller, workflow, command, instance, key } = request
  const target = instance === undefined ? {} : { instance }
  return commandId({ caller: caller.id, workflow, command, key, ...target })
}

const CORE_COMMANDS = new Set([
  'clock.warned',
  'clock.expired',
  'clock.rescheduled',
  'effect.refused',
  'workflow.migrated',
])
const passed = (data: unknown) => ({ success: true as const, data })

function invalid(
  issues: readonly { path: PropertyKey[]; message: string; code?: string }[],
): Refusal {
  return {
    refused: 'invalid',
    issues: issues.map((issue) => ({
      path: issue.path.map(String).join('.'),
      message: issue.message,
      ...(issue.code === undefined ? {} : { code: issue.code }),
    })),
  }
}

async function attempt(engine: Engine, parsed: Parsed): Promise<Reply | Refusal> {
  const eventId =
    parsed.request.run === undefined ? freshId() : idAt(parsed.request.run.now, parsed.id)
  for (let tried = 0; tried < TRIES; tried += 1) {
    const answer = await once(engine, parsed, eventId)
    if (answer === undefined) engine.instances.drop(parsed.stream)
    else if (!isRefusal(answer)) return answer
    // What was refused by the case as this process knew it may be taken as it is now.
    else if (!(await engine.instances.refresh(parsed.stream))) return answer
  }
  return { refused: 'conflict' }
}

/** One time through the stages; undefined when another writer was first. */
async function once(
  engine: Engine,
  parsed: Parsed,
  eventId: string,
): Promise<Reply | Refusal | undefined> {
  const loaded = await load(engine, parsed)
  if (isRefusal(loaded)) return loaded
  const actor = permit(parsed, loaded)
  if (isRefusal(actor)) return actor
  const sealed = await seal(engine, parsed, { ...loaded, actor, eventId })
  if (isRefusal(sealed)) return sealed
  const stepped = take(engine, parsed, { ...loaded, ...sealed, actor, eventId })
  if (isRefusal(stepped)) return stepped
  if ('repeated' in stepped) {
    const again = await replyAgain(engine, loaded, stepped.repeated)
    await bindAgain(engine, parsed, again.event)
    return again
  }
  const appended = await append(engine, stepped)
  if (appended === undefined) return undefined
  if (sealed.identity !== undefined) engine.vault.bindIdentity(...sealed.identity)
  if (sealed.destroys !== undefined) {
    await engine.vault.erase(sealed.destroys, { at: engine.now() })
  }
  return reply(engine, stepped, { position: appended, caller: parsed.request.caller })
}

type Loaded = {
  before: Instance | undefined
  row: Row
  facts: Record<string, unknown> | undefined
  policy: Policy
}

/** The instance as it stands, its row, and what the command needs of others. */
async function load(engine: Engine, parsed: Parsed): Promise<Loaded | Refusal> {
  const { workflow, command, request } = parsed
  const found = engine.instances.get(parsed.stream)
  const before = found instanceof Promise ? await found : found
  if (before === undefined && command?.starts !== true) {
    return { refused: 'not-found', detail: parsed.stream }
  }
  const policyId = before?.policy ?? request.run?.policy ?? engine.policyId(workflow.id)
  const policy = workflow.policies.get(policyId)
  if (policy === undefined) {
    throw new EngineFault('log-does-not-fit', `${workflow.id} has no policy ${policyId}`, {
      retry: 'never',
    })
  }
  const facts =
    command?.needs === undefined
      ? undefined
      : await lookUp(engine.instances, command.needs, parsed.data)
  if (facts !== undefined && isRefusal(facts)) return facts
  const row = before === undefined ? rowOfFacts(facts) : rowIn(before)
  return { before, row, facts, policy }
}

/** A case that does not exist yet is where its place is. */
function rowOfFacts(facts: Record<string, unknown> | undefined): Row {
  const place = facts?.place
  const path =
    typeof place === 'object' && place !== null && 'path' in place && Array.isArray(place.path)
      ? place.path.map(String)
      : []
  return { place: path, units: [], persons: [] }
}

/** As whom the caller may do this. A resident speaks for nobody else. */
function permit(parsed: Parsed, loaded: Loaded): Actor | Refusal {
  const { command, request, data } = parsed
  const by: readonly Role[] = ['system']
  const actor = actorFor(request.caller, command ?? { by }, loaded.row)
  const named = data[command?.identifies?.person ?? '']
  const isForAnother = named !== undefined && named !== actor?.person
  if (actor === undefined || (actor.role === 'resident' && isForAnother)) {
    return { refused: 'forbidden' }
  }
  return actor
}

type SealStage = {
  sealed: Record<string, unknown>
  body: string | undefined
  effects: PlainEffect[]
  identity?: [hash: string, subject: string]
  /** A key that has served its purpose once the event is durable. */
  destroys?: string
}

/** Finds or assigns the reporter, then replaces personal fields by sealed values. */
async function seal(
  engine: Engine,
  parsed: Parsed,
  loaded: Loaded & { actor: Actor; eventId: string },
): Promise<SealStage | Refusal> {
  const { command, workflow, stream } = parsed
  if (command === undefined || command.personal.length === 0) {
    const body = bodyHash(engine.keyFile.derive('body'), parsed.data)
    const counted = command?.tallies === undefined ? {} : await tally(engine, parsed, loaded.before)
    return { sealed: parsed.data, body, effects: [], ...counted }
  }
  const found = await identify(engine, parsed, loaded)
  const field = command.identifies?.person ?? 'person'
  const data = found === undefined ? parsed.data : { ...parsed.data, [field]: found.person }
  const { isErased } = engine.vault
  const scene = {
    workflow,
    command,
    isErased,
    before: loaded.before,
    stream,
    eventId: loaded.eventId,
  }
  const subjects = command.personal.map(({ of }) => subjectOf(scene, of, data))
  const [subject = stream] = subjects
  // An id drawn just now has no key yet; one that an effect names may have been given its own.
  const isDrawn = loaded.before === undefined && parsed.request.instance === undefined
  if (isDrawn && subjects.includes(stream)) await engine.vault.assign(stream)
  if (engine.vault.isErased(subject)) return { refused: 'erased', detail: subject }
  const sealed = await sealData(engine.vault, data, scene)
  // Only a sealed value takes its key into the log: a hash under another is lost in a crash.
  const body = isPersonal(command, parsed.data)
    ? await engine.vault.fingerprint(subject, JSON.stringify(parsed.data))
    : bodyHash(engine.keyFile.derive('body'), parsed.data)
  const isNew = found?.isNew === true && parsed.phone !== undefined
  return {
    sealed,
    body,
    effects: found?.isNew ? [registerPerson(found.person, command, sealed)] : [],
    ...(isNew ? { identity: [parsed.phone ?? '', found.person] } : {}),
  }
}

async function identify(
  engine: Engine,
  parsed: Parsed,
  loaded: Loaded & { actor: Actor; eventId: string },
): Promise<{ person: string; isNew: boolean } | undefined> {
  if (loaded.before !== undefined || parsed.command?.identifies === undefined) return undefined
  if (parsed.phone === undefined) {
    const { role, person } = loaded.actor
    return role === 'resident' && person !== undefined ? { person, isNew: false } : undefined
  }
  const known = await engine.vault.identify(parsed.phone)
  if (known !== undefined) return { person: known, isNew: false }
  const person = newPerson(loaded.eventId)
  await engine.vault.assign(person)
  return { person, isNew: true }
}

/** The pure part: the machine decides. */
function take(
  engine: Engine,
  parsed: Parsed,
  stage: Loaded & SealStage & { actor: Actor; eventId: string },
) {
  const { request } = parsed
  const now = request.run?.recordedAt ?? engine.now()
  const at = claimedTime(request, stage.policy, now)
  if (typeof at !== 'number') return at
  if (request.ifMatch !== undefined && request.ifMatch !== stage.before?.revision) {
    const repeats = stage.before?.commands.includes(parsed.id) === true
    if (!repeats) return { refused: 'stale-revision' as const }
  }
  const given: GivenCommand = {
    name: request.command,
    id: parsed.id,
    ...(stage.body === undefined ? {} : { body: stage.body }),
    data: stage.sealed,
    by: stage.actor,
    at,
    effects: stage.effects,
    ...(stage.facts === undefined ? {} : { facts: stage.facts }),
    ...(request.cause === undefined ? {} : { cause: request.cause }),
  }
  return step(parsed.workflow, stage.before, given, {
    stream: parsed.stream,
    eventId: stage.eventId,
    now,
    policy: stage.policy,
    calendar: engine.calendars(stage.policy.calendar),
    held: request.run !== undefined,
  })
}

/** When it happened: a late entry's own time within the policy's limit, or now. */
function claimedTime(request: Request, policy: Policy, now: number): number | Refusal {
  if (request.run !== undefined) return request.at ?? request.run.now
  if (request.at === undefined) return now
  const bySystem = request.caller.grants.some((grant) => grant.role === 'system')
  const oldest = now - policy.offlineHours * 3_600_000
  if (request.at > now + AHEAD_MS || (!bySystem && request.at < oldest)) {
    return {
      refused: 'time-out-of-range',
      detail: `${new Date(oldest).toISOString()}/${new Date(now + AHEAD_MS).toISOString()}`,
    }
  }
  return Math.min(request.at, now)
}

/** Durable, or undefined when another writer was first. */
async function append(
  engine: Engine,
  stepped: { event: Event; instance: Instance },
): Promise<number | undefined> {
  const { event, instance } = stepped
  const stored = [{ id: event.id, type: event.type, text: JSON.stringify(event) }]
  const answer = await engine.store.append(event.stream, event.revision - 1, stored)
  if (!answer.ok) return undefined
  engine.instances.put(instance)
  for (const listener of engine.onEvent) listener(event, instance)
  return answer.position
}

/** What the caller learns: where the case stands and what can be done next. */
function reply(
  engine: Engine,
  stepped: { event: Event; instance: Instance },
  done: { position: number; caller: Caller },
): Reply {
  const { event, instance } = stepped
  return {
    instance: instance.stream,
    revision: instance.revision,
    position: done.position,
    state: stateOf(instance),
    ended: hasEnded(instance),
    event,
    repeated: false,
    // Effects, timers and imports never ask.
    get offered() {
      return offeredTo(engine, instance, done.caller)
    },
    after: instance,
  }
}

/** The first answer may have been lost before its phone number was bound to its person. */
async function bindAgain({ vault }: Engine, parsed: Parsed, event: Event): Promise<void> {
  const { phone, command } = parsed
  const person = event.data[command?.identifies?.person ?? '']
  if (phone === undefined || typeof person !== 'string' || vault.isErased(person)) return
  if ((await vault.identify(phone)) === undefined) vault.bindIdentity(phone, person)
}

/** The first answer again, after any restart and on any store. */
async function replyAgain(engine: Engine, loaded: Loaded, revision: number): Promise<Reply> {
  const { before } = loaded
  if (before === undefined) throw new Error('a repeated command has an instance')
  const [stored] = await engine.store.read(before.stream, { from: revision, limit: 1 })
  if (stored === undefined) {
    throw new EngineFault('log-does-not-fit', `${before.stream} lacks revision ${revision}`, {
      retry: 'never',
    })
  }
  const event = JSON.parse(stored.text) as Event
  return {
    instance: before.stream,
    revision,
    position: stored.position,
    state: event.to,
    ended: hasEnded(before) && revision === before.revision,
    event,
    repeated: true,
    offered: [],
    after: before,
  }
}
