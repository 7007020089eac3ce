// Streams: the sealed log for analysts (NDJSON or Server-Sent Events), and changes for pages.
// Readers are paced: nothing is read from the log before the connection has taken what was sent.
import { Readable } from 'node:stream'
import { type Caller, mayRead, workflowOf } from '@linli/engine'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { LiveFeed } from './live-feed.ts'
import type { HttpPorts } from './ports.ts'
import { ProblemError } from './problem.ts'
import { callerOf, parsed } from './route.ts'

/** Any number serves as a position: a log reads on behind it, whatever is stored there. */
const POSITION = /^\d{1,16}$/
const isPosition = (text: string): boolean =>
  POSITION.test(text) && Number.isSafeInteger(Number(text))

const EventsQuery = z.object({
  after: z.string().regex(POSITION).refine(isPosition).optional(),
  type: z.union([z.string().max(80), z.array(z.string().max(80)).max(50)]).optional(),
  workflow: z.string().max(40).optional(),
  limit: z.coerce.number().int().min(1).max(10_000_000).optional(),
})
type EventsQuery = z.output<typeof EventsQuery>

/** Events read from the log at once; how often a quiet connection is told that it lives (ms). */
const PAGE = 500
const HEARTBEAT_MS = 15_000

/** Adds the two streams. */
export function addStreamRoutes(app: FastifyInstance, ports: HttpPorts): void {
  const feed = new LiveFeed(ports.engine.store)
  const closing = new AbortController()
  app.addHook('preClose', async () => {
    closing.abort()
    feed.close()
  })
  const doc = {
    summary: 'The event stream without personal data',
    tag: 'analyst',
    query: EventsQuery,
    type: 'application/x-ndjson',
  }
  app.get('/api/events', { config: { may: ['analyst'], doc } }, (request, reply) => {
    const query = parsed(EventsQuery, request.query, request)
    const wantsSse = request.headers.accept?.includes('text/event-stream') === true
    const after = afterOf(request, query)
    if (!wantsSse) {
      reply.type('application/x-ndjson; charset=utf-8')
      return Readable.from(lines(ports, { ...query, after }))
    }
    const stop = stopOf(request, closing.signal)
    return sse(reply, followed(ports, { ...query, after, signal: stop }), stop)
  })
  const liveDoc = {
    summary: 'Changes the caller may read',
    tag: 'office',
    type: 'text/event-stream',
  }
  app.get('/api/live', { config: { may: 'signed-in', doc: liveDoc } }, (request, reply) => {
    const stop = stopOf(request, closing.signal)
    const allowed = changesFor(ports, callerOf(request), feed.follow(stop))
    return sse(reply, allowed, stop)
  })
}

type Asked = EventsQuery & { after: string; signal?: AbortSignal }

function afterOf(request: FastifyRequest, query: EventsQuery): string {
  const last = request.headers['last-event-id']
  const after = typeof last === 'string' && last !== '' ? last : (query.after ?? '0')
  if (!isPosition(after)) throw new ProblemError('header-invalid', { field: 'Last-Event-ID' })
  return after
}

function filterOf({ type, workflow }: EventsQuery) {
  return {
    ...(type === undefined ? {} : { types: [type].flat() }),
    ...(workflow === undefined ? {} : { streamPrefix: `${workflow}-` }),
  }
}

/** What is stored now, page by page, up to the head at the beginning. */
async function* lines(ports: HttpPorts, asked: Asked): AsyncGenerator<string> {
  const { store } = ports.engine
  const head = await store.head()
  const filter = filterOf(asked)
  let left = asked.limit ?? Number.MAX_SAFE_INTEGER
  let after = Number(asked.after)
  while (after < head && left > 0) {
    const page = await store.readAll({ after, filter, limit: Math.min(PAGE, left) })
    if (page.through === after) return
    after = page.through
    left -= page.events.length
    const text = page.events.map((one) => line(ports, one)).join('')
    if (text !== '') yield text
  }
}

/** The analyst's form of a stored event, with its position. */
function line(ports: HttpPorts, one: { text: string; position: number }): string {
  const text = ports.pseudonymise(one.text)
  return `{"position":"${one.position}",${text.slice(1)}\n`
}

/** What is stored and then what comes, as messages with the position as their id. */
async function* followed(
  ports: HttpPorts,
  asked: Asked & { signal: AbortSignal },
): AsyncGenerator<string> {
  const { store } = ports.engine
  let left = asked.limit ?? Number.MAX_SAFE_INTEGER
  const given = { after: Number(asked.after), filter: filterOf(asked), signal: asked.signal }
  for await (const batch of store.subscribe(given)) {
    const taken = batch.slice(0, left)
    left -= taken.length
    yield taken.map((one) => `id: ${one.position}\ndata: ${line(ports, one)}\n`).join('')
    if (left <= 0) return
  }
}

async function* changesFor(
  ports: HttpPorts,
  caller: Caller,
  changes: AsyncIterable<Map<string, number>>,
): AsyncGenerator<string> {
  for await (const changed of changes) {
    let text = ''
    for (const [id, position] of changed) {
      const instance = await ports.engine.instances.get(id)
      if (instance === undefined) continue
      const { workflow } = instance
      if (!mayRead(caller, workflow.id, workflow.summary(instance))) continue
      const data = JSON.stringify({ position: String(position), workflow: workflowOf(id), id })
      text += `id: ${position}\nevent: change\ndata: ${data}\n\n`
    }
    if (text !== '') yield text
  }
}

/** Ends when the connection or the server does. */
function stopOf(request: FastifyRequest, closing: AbortSignal): AbortSignal {
  const stop = new AbortController()
  request.raw.socket.once('close', () => stop.abort())
  return AbortSignal.any([stop.signal, closing])
}

function sse(reply: FastifyReply, messages: AsyncIterable<string>, stop: AbortSignal) {
  reply.header('content-type', 'text/event-stream; charset=utf-8')
  reply.header('cache-control', 'no-store, no-transform')
  reply.header('x-accel-buffering', 'no')
  return Readable.from(withHeartbeat(messages, stop))
}

/** Messages, and a comment in every quiet stretch so that middle boxes keep the connection. */
async function* withHeartbeat(
  messages: AsyncIterable<string>,
  stop: AbortSignal,
): AsyncGenerator<string> {
  const iterator = messages[Symbol.asyncIterator]()
  yield 'retry: 3000\n\n'
  try {
    let next = iterator.next()
    while (!stop.aborted) {
      const beat = heartbeat(stop)
      const first = await Promise.race([next, beat.done])
      beat.cancel()
      if (first === undefined) yield ': \n\n'
      else if (first.done === true) return
      else {
        yield first.value
        next = iterator.next()
      }
    }
  } finally {
    await iterator.return?.()
  }
}

function heartbeat(stop: AbortSignal): { done: Promise<undefined>; cancel: () => void } {
  const { promise, resolve } = Promise.withResolvers<undefined>()
  const timer = setTimeout(resolve, HEARTBEAT_MS, undefined)
  const end = () => resolve(undefined)
  stop.addEventListener('abort', end, { once: true })
  const cancel = () => {
    clearTimeout(timer)
    stop.removeEventListener('abort', end)
  }
  return { done: promise, cancel }
}
