// Giving commands over HTTP: one typed path a command, one handler for all. The engine parses the
// data and decides; here only headers, ids and the answer's form. This is the hot path.
import { randomUUIDv7 } from 'node:crypto'
import {
  type Caller,
  type Command,
  execute,
  findInstance,
  isRefusal,
  mayRead,
  type Refusal,
  type Reply,
  stateOf,
  statePath,
  type Workflow,
} from '@linli/engine'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { ATTACH, checkFile } from './attachment.ts'
import { textOf } from './language.ts'
import type { HttpPorts } from './ports.ts'
import { ProblemError, type ProblemExtra, refusalProblem } from './problem.ts'
import { CommandHeaders, CommandReply } from './reply-schema.ts'
import { callerOf, instantOf, isIdOf, issuesOf, language, localised } from './route.ts'
import { endOfTurn } from './turn.ts'

type Asked = { workflow: Workflow; command: Command; id?: string; caller: Caller }

/** Adds the path of every command that a person may give. */
export function addCommandRoutes(app: FastifyInstance, ports: HttpPorts): void {
  for (const workflow of ports.engine.workflows.values()) {
    for (const command of workflow.commands.values()) {
      if (command.by.every((role) => role === 'system')) continue
      addCommand(app, ports, { workflow, command })
    }
  }
  app.post('/api/:workflow/:id/:command', { config: { may: 'signed-in' } }, (request) => {
    throw new ProblemError('not-found', { field: unknownPart(ports, request.params) })
  })
  app.post('/api/:workflow/:command', { config: { may: 'signed-in' } }, (request) => {
    throw new ProblemError('not-found', { field: unknownPart(ports, request.params) })
  })
}

function addCommand(
  app: FastifyInstance,
  ports: HttpPorts,
  of: Pick<Asked, 'workflow' | 'command'>,
): void {
  const { workflow, command } = of
  const starts = command.starts === true
  const summary = textOf(workflow, 'en', `command.${command.name}`)
  const doc = {
    summary,
    tag: workflow.id,
    body: command.data,
    reply: CommandReply,
    headers: CommandHeaders,
    status: starts ? 201 : 200,
  }
  const config = { may: 'engine' as const, doc }
  if (starts) {
    app.post(`/api/${workflow.id}/${command.name}`, { config }, (request, reply) =>
      give(ports, { ...of, caller: callerOf(request) }, { request, reply }),
    )
    return
  }
  app.post<{ Params: { id: string } }>(
    `/api/${workflow.id}/:id/${command.name}`,
    { config },
    (request, reply) => {
      const { id } = request.params
      if (!isIdOf(workflow.id, id)) throw new ProblemError('not-found', { field: 'id' })
      return give(ports, { ...of, id, caller: callerOf(request) }, { request, reply })
    },
  )
}

type Exchange = { request: FastifyRequest; reply: FastifyReply }

/** Gives one command and answers it; residents' routes come here too, with their own caller. */
export async function give(ports: HttpPorts, asked: Asked, exchange: Exchange): Promise<unknown> {
  const { request, reply } = exchange
  const { headers } = request
  const given = keyOf(headers['idempotency-key'])
  const key = given ?? randomUUIDv7()
  const ifMatch = revisionOf(headers['if-match'])
  const at = claimedAt(headers['linli-at'])
  const { id, caller } = asked
  if (asked.command.name === ATTACH && id !== undefined) {
    await checkFile(ports, { id, caller }, request.body)
  }
  await endOfTurn()
  const answer = await execute(ports.engine, {
    workflow: asked.workflow.id,
    command: asked.command.name,
    ...(id === undefined ? {} : { instance: id }),
    key,
    caller,
    data: request.body ?? {},
    ...(ifMatch === undefined ? {} : { ifMatch }),
    ...(at === undefined ? {} : { at }),
  })
  logCommand(asked, request, answer)
  if (isRefusal(answer)) throw await refused(ports, asked, { request, refusal: answer })
  if (asked.command.type === ERASED) await destroyKeys(ports, answer.instance)
  if (given === undefined) reply.header('idempotency-key', key)
  return send(ports, answer, { request, reply, starts: id === undefined })
}

/** What became of a command: ids, a place in the log and codes, never what was said in it. */
function logCommand({ command, id }: Asked, { log }: FastifyRequest, answer: Reply | Refusal) {
  if (isRefusal(answer)) {
    const { refused } = answer
    log.debug(
      { command: command.type, ...(id === undefined ? {} : { stream: id }), refused },
      'refused',
    )
    return
  }
  const { instance: stream, position, repeated } = answer
  log.debug({ command: command.type, stream, position, repeated }, 'taken')
}

const ERASED = 'person.erased'

/** The event is durable; a crash before this is mended at the next start. */
async function destroyKeys(ports: HttpPorts, person: string): Promise<void> {
  await ports.engine.vault.erase(person, { at: ports.engine.now(), vacuum: true })
  await ports.access.remove(person)
}

async function send(
  ports: HttpPorts,
  answer: Reply,
  exchange: Exchange & { starts: boolean },
): Promise<string> {
  const { request, reply, starts } = exchange
  const { instance, revision, state } = answer
  const position = String(answer.position)
  reply.header('content-type', 'application/json; charset=utf-8')
  reply.header('etag', `"${revision}"`)
  reply.header('linli-position', position)
  if (starts) {
    const workflow = answer.after.workflow.id
    reply.code(201).header('location', `/api/${workflow}/${instance}`)
  }
  const { prefer } = request.headers
  const number =
    typeof prefer === 'string' && prefer.includes('wait') ? await waited(ports, answer) : undefined
  return JSON.stringify({
    id: instance,
    revision,
    position,
    state,
    path: statePath(state),
    ended: answer.ended,
    offered: answer.offered,
    repeated: answer.repeated,
    number,
  })
}

/** RFC 7240 `wait`: bounded by one second whatever was asked. */
const WAIT_MS = 1_000

async function waited(ports: HttpPorts, answer: Reply): Promise<string | undefined> {
  if (!(await ports.read.waitFor(answer.position, WAIT_MS))) return undefined
  const row = await findInstance(ports.read.db, answer.instance, { scope: [{ all: true }] })
  return row?.number
}

async function refused(
  ports: HttpPorts,
  asked: Asked,
  given: { request: FastifyRequest; refusal: Refusal },
): Promise<ProblemError> {
  const { request, refusal } = given
  const into = language(request)
  if (refusal.refused === 'invalid') {
    const again = asked.command.data.safeParse(request.body ?? {}, localised(into))
    const issues = again.success ? (refusal.issues ?? []) : issuesOf(again.error)
    return new ProblemError('invalid', { field: issues[0]?.path ?? '', issues })
  }
  if (refusal.refused === 'not-found' && refusal.issues === undefined) {
    return new ProblemError('not-found', { field: 'id' })
  }
  const { guard } = refusal
  const guardText =
    guard === undefined ? {} : { guardText: textOf(asked.workflow, into, `guard.${guard}`) }
  return refusalProblem(refusal, { ...guardText, ...(await present(ports, asked, refusal)) })
}

/** With a stale revision comes the state as it is, for those who may read it. */
async function present(ports: HttpPorts, asked: Asked, refusal: Refusal): Promise<ProblemExtra> {
  if (refusal.refused !== 'stale-revision' || asked.id === undefined) return {}
  const instance = await ports.engine.instances.current(asked.id)
  if (instance === undefined) return {}
  const row = asked.workflow.summary(instance)
  if (!mayRead(asked.caller, asked.workflow.id, row)) return {}
  const state = stateOf(instance)
  const { revision } = instance
  return { field: 'If-Match', revision, state, path: statePath(state) }
}

function keyOf(header: string | string[] | undefined): string | undefined {
  if (header === undefined) return undefined
  if (typeof header === 'string' && KEY.test(header)) return header
  throw new ProblemError('header-invalid', { field: 'Idempotency-Key' })
}

const KEY = /^[\x21-\x7e]{1,255}$/

function revisionOf(header: string | undefined): number | undefined {
  if (header === undefined || header === '*') return undefined
  const match = /^"?(\d{1,9})"?$/.exec(header)
  if (match === null) throw new ProblemError('header-invalid', { field: 'If-Match' })
  return Number(match[1])
}

function claimedAt(header: string | string[] | undefined): number | undefined {
  if (header === undefined) return undefined
  const at = typeof header === 'string' ? instantOf(header) : undefined
  if (at === undefined) throw new ProblemError('header-invalid', { field: 'Linli-At' })
  return at
}

/** Which part of a path names nothing: the workflow, or its command. */
function unknownPart(ports: HttpPorts, params: unknown): string {
  const workflow: unknown = Reflect.get(Object(params), 'workflow')
  return typeof workflow === 'string' && ports.engine.workflows.has(workflow)
    ? 'command'
    : 'workflow'
}
