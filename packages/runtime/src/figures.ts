// The figures of one process for Prometheus: what it counted since its start, and what it is asked
// for at each look. A figure that cannot be had now is left out; it never fails the others.
import type { Refusal, Reply, Request } from '@linli/engine'
import { StoreFault } from '@linli/event-store'
import { isRefusal } from '@linli/workflow'
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'

/** What is asked at each look; a rejected promise leaves that figure out. */
export type Asked = Readonly<Record<string, { help: string; value: () => Soon<number> }>>

type Soon<Value> = Value | Promise<Value>

/** How a request over HTTP was answered. The route is its pattern, never a path. */
export type Answered = { route: string; method: string; status: number; seconds: number }

const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

/** Counts what this process does. */
export class Figures {
  readonly #registry = new Registry()
  readonly #commands
  readonly #refusals
  readonly #commandSeconds
  readonly #appendSeconds
  readonly #events
  readonly #storeFaults
  readonly #requestSeconds

  constructor() {
    const registers = [this.#registry]
    collectDefaultMetrics({ register: this.#registry, prefix: 'linli_' })
    const counter = <Label extends string>(name: string, help: string, labelNames: Label[]) =>
      new Counter({ name, help, labelNames, registers })
    const histogram = <Label extends string>(name: string, help: string, labelNames: Label[]) =>
      new Histogram({ name, help, labelNames, registers, buckets: SECONDS })
    this.#commands = counter('linli_commands_total', 'Commands given to this process.', [
      'workflow',
      'command',
      'outcome',
    ])
    this.#refusals = counter('linli_refusals_total', 'Commands refused, by code.', ['code'])
    this.#commandSeconds = histogram('linli_command_seconds', 'From a command to its answer.', [])
    this.#appendSeconds = histogram('linli_append_seconds', 'One append to the log.', [])
    this.#events = counter('linli_events_total', 'Events appended by this process.', [])
    this.#storeFaults = counter('linli_store_faults_total', 'Faults of the log, by code.', ['code'])
    this.#requestSeconds = histogram(
      'linli_http_request_seconds',
      'From a request to its answer.',
      ['route', 'method', 'status'],
    )
  }

  /** Measures one command. A fault is counted by where it came from, not here. */
  async command<Answer extends Reply | Refusal>(
    { workflow, command }: Request,
    run: () => Promise<Answer>,
  ): Promise<Answer> {
    const begun = performance.now()
    const answer = await run()
    this.#commandSeconds.observe(secondsSince(begun))
    const outcome = outcomeOf(answer)
    // What is not known of a workflow or a command must not become a label.
    const isKnown = !isRefusal(answer) || answer.refused !== 'not-found'
    this.#commands.inc(
      isKnown ? { workflow, command, outcome } : { workflow: '', command: '', outcome },
    )
    if (isRefusal(answer)) this.#refusals.inc({ code: answer.refused })
    return answer
  }

  /** Measures one append. */
  async append<Answer>(run: () => Promise<Answer>): Promise<Answer> {
    const begun = performance.now()
    const answer = await run()
    this.#appendSeconds.observe(secondsSince(begun))
    return answer
  }

  /** Counts an event of this process that is durable. */
  appended(): void {
    this.#events.inc()
  }

  /** Counts a fault of the log and gives it on. */
  storeFault(fault: unknown): void {
    if (fault instanceof StoreFault) this.#storeFaults.inc({ code: fault.code })
  }

  /** Measures one answered request. */
  answered({ route, method, status, seconds }: Answered): void {
    this.#requestSeconds.observe({ route, method, status: String(status) }, seconds)
  }

  /** Adds figures that are asked for at each look. */
  ask(asked: Asked): void {
    for (const [name, { help, value }] of Object.entries(asked)) {
      new Gauge({
        name,
        help,
        registers: [this.#registry],
        async collect() {
          try {
            this.set(await value())
          } catch {
            // The log or the database is away: `linli_store_up` and the readiness say so.
            this.remove()
          }
        },
      })
    }
  }

  /** All figures as text, and its content type. */
  read = async (): Promise<{ type: string; text: string }> => ({
    type: this.#registry.contentType,
    text: await this.#registry.metrics(),
  })
}

const secondsSince = (begun: number): number => (performance.now() - begun) / 1000

function outcomeOf(answer: Reply | Refusal): 'taken' | 'repeated' | 'refused' {
  if (isRefusal(answer)) return 'refused'
  return answer.repeated ? 'repeated' : 'taken'
}
