// Traces by OpenTelemetry, sent by OTLP over HTTP. Loaded only when an address is set. A request,
// its command and the append are one trace. Each event begins a trace of its own whose ids follow
// from the event's id, linked to the append: so read models and effects, in whichever process and
// after whichever restart, join it without anything being stored. Attributes hold ids and codes,
// never what was said.
import { hash } from 'node:crypto'
import type { Event, Refusal, Reply, Request } from '@linli/engine'
import { type Effect, isRefusal } from '@linli/workflow'
import {
  type Attributes,
  context,
  propagation,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  TraceFlags,
  type Tracer,
  trace,
} from '@opentelemetry/api'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { resourceFromAttributes } from '@opentelemetry/resources'
import {
  BatchSpanProcessor,
  type IdGenerator,
  NodeTracerProvider,
  RandomIdGenerator,
} from '@opentelemetry/sdk-trace-node'
import type { FastifyInstance, FastifyRequest } from 'fastify'

/** Where spans go, and which process they come from. */
export type TracingOptions = { url: string; service: string }

/** Puts spans round what a process does. */
export class Tracing {
  readonly #provider: NodeTracerProvider
  readonly #tracer: Tracer
  readonly #ids = new Ids()
  readonly #requests = new WeakMap<FastifyRequest, Span>()

  constructor({ url, service }: TracingOptions) {
    const exporter = new OTLPTraceExporter({ url: `${url.replace(/\/$/, '')}/v1/traces` })
    this.#provider = new NodeTracerProvider({
      resource: resourceFromAttributes({ 'service.name': `linli-${service}` }),
      idGenerator: this.#ids,
      spanProcessors: [new BatchSpanProcessor(exporter)],
    })
    this.#provider.register()
    this.#tracer = this.#provider.getTracer('linli')
  }

  /** A span for each request, by its route's pattern; a caller's own trace goes on in it. */
  watch(app: FastifyInstance): void {
    app.addHook('onRequest', (request, _reply, done) => {
      const { method, headers, routeOptions } = request
      const route = routeOptions.url ?? ''
      const attributes = { 'http.request.method': method, 'http.route': route }
      const parent = propagation.extract(ROOT_CONTEXT, headers)
      const kind = SpanKind.SERVER
      const span = this.#tracer.startSpan(`${method} ${route}`, { kind, attributes }, parent)
      this.#requests.set(request, span)
      done()
    })
    // The body is parsed in a context of its own: only behind it the request's is taken up again.
    app.addHook('preHandler', (request, _reply, done) => {
      const span = this.#requests.get(request)
      if (span === undefined) done()
      else context.with(trace.setSpan(context.active(), span), done)
    })
    app.addHook('onResponse', (request, reply, done) => {
      const span = this.#requests.get(request)
      span?.setAttribute('http.response.status_code', reply.statusCode)
      if (reply.statusCode >= 500) span?.setStatus({ code: SpanStatusCode.ERROR })
      span?.end()
      done()
    })
  }

  /** A span round a command. */
  command(
    { workflow, command, instance, cause }: Request,
    run: () => Promise<Reply | Refusal>,
  ): Promise<Reply | Refusal> {
    const attributes = {
      'linli.workflow': workflow,
      'linli.command': command,
      ...(instance === undefined ? {} : { 'linli.stream': instance }),
      ...(cause === undefined ? {} : { 'linli.cause': cause }),
    }
    return this.#within(`${workflow}.${command}`, attributes, async (span) => {
      const answer = await run()
      if (isRefusal(answer)) span.setAttribute('linli.refused', answer.refused)
      else span.setAttributes({ 'linli.stream': answer.instance, ...idsOf(answer) })
      return answer
    })
  }

  /** A span round an append. */
  append<Answer>(stream: string, run: () => Promise<Answer>): Promise<Answer> {
    return this.#within('append', { 'linli.stream': stream }, run)
  }

  /** An event is durable: its own trace begins, linked to the command that led to it. */
  appended({ id, type, stream, command, cause }: Event): void {
    const of = trace.getActiveSpan()?.spanContext()
    const attributes = {
      'linli.event': id,
      'linli.stream': stream,
      'linli.command.id': command,
      ...(cause === undefined ? {} : { 'linli.cause': cause }),
    }
    const links = of === undefined ? [] : [{ context: of }]
    this.#ids.next = spanOf(id)
    const span = this.#tracer.startSpan(type, { root: true, attributes, links }, ROOT_CONTEXT)
    this.#ids.next = undefined
    span.end()
  }

  /** A span round an effect, in the trace of the event that has it. */
  effect<Done>(event: Event, effect: Effect, run: () => Promise<Done>): Promise<Done> {
    const attributes = {
      'linli.effect': effect.id,
      'linli.event': event.id,
      'linli.command.id': event.command,
    }
    return context.with(contextOf(event.id), () =>
      this.#within(`effect ${effect.kind}`, attributes, run),
    )
  }

  /** An event is in the read models: from when it was heard of, in its own trace. */
  projected({ id, position, since }: { id: string; position: number; since: number }): void {
    const attributes = { 'linli.event': id, 'linli.position': position }
    const options = { startTime: since, attributes }
    this.#tracer.startSpan('read models', options, contextOf(id)).end()
  }

  /** Sends what is not sent yet. */
  async close(): Promise<void> {
    await this.#provider.shutdown()
  }

  async #within<Answer>(
    name: string,
    attributes: Attributes,
    run: (span: Span) => Promise<Answer>,
  ): Promise<Answer> {
    return this.#tracer.startActiveSpan(name, { attributes }, async (span) => {
      try {
        return await run(span)
      } catch (fault) {
        span.setStatus({ code: SpanStatusCode.ERROR })
        throw fault
      } finally {
        span.end()
      }
    })
  }
}

const idsOf = ({ position, event }: Reply): Attributes => ({
  'linli.position': position,
  'linli.event': event.id,
  'linli.command.id': event.command,
})

type Ours = { traceId: string; spanId: string }

/** The first span of an event's trace: anybody who knows the event knows it. */
function spanOf(event: string): Ours {
  const hex = hash('sha256', `linli event ${event}`, 'hex')
  return { traceId: hex.slice(0, 32), spanId: hex.slice(32, 48) }
}

function contextOf(event: string) {
  const remote = { ...spanOf(event), traceFlags: TraceFlags.SAMPLED, isRemote: true }
  return trace.setSpanContext(ROOT_CONTEXT, remote)
}

/** Random ids, but for the span that is begun while others are set. */
class Ids implements IdGenerator {
  next: Ours | undefined
  readonly #random = new RandomIdGenerator()
  generateTraceId = (): string => this.next?.traceId ?? this.#random.generateTraceId()
  generateSpanId = (): string => this.next?.spanId ?? this.#random.generateSpanId()
}
