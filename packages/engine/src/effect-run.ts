// Running one effect: one `switch` over the closed union. An `open` or `tell` becomes a command
// whose key is the effect's id, so that running it twice is the same as once.
import { isSealed as isOpenable } from '@linli/vault'
import type { Effect, Event, Refusal } from '@linli/workflow'
import { isRefusal, isSealed, workflowOf } from '@linli/workflow'
import type { Engine, Reply, Request } from './engine.ts'
import { execute } from './execute.ts'
import { SYSTEM } from './permission.ts'
import type { WorkTables } from './work.ts'

/** A notice as it is kept for whoever it is for. */
export type Notice = {
  id: string
  to: Extract<Effect, { kind: 'notify' }>['to']
  instance: string
  text: string
  fills: Readonly<Record<string, unknown>>
  at: number
}

/** A notice as a row of work.db. */
export const noticeRow = ({ to, fills, ...notice }: Notice): WorkTables['notice'] => ({
  id: notice.id,
  person: to.person ?? null,
  unit: to.unit ?? null,
  role: to.role ?? null,
  place: to.place ?? null,
  instance: notice.instance,
  text: notice.text,
  fills: JSON.stringify(fills),
  at: notice.at,
})

/** Where effects go that are not commands. A sender throws when the outside system failed. */
export type Outlets = {
  notice: (notice: Notice) => void
  send: (effect: Extract<Effect, { kind: 'send' }>, event: Event) => Promise<void>
}

/** Runs an effect of an event. Throws only faults: a refusal goes back to the sender. */
export async function runEffect(
  engine: Engine,
  given: { event: Event; effect: Effect; run?: Request['run'] },
  outlets: Outlets,
): Promise<Reply | undefined> {
  const { event, effect, run } = given
  switch (effect.kind) {
    case 'open':
    case 'tell': {
      const answer = await execute(engine, {
        workflow: effect.kind === 'open' ? effect.workflow : workflowOf(effect.instance),
        command: effect.command,
        ...(effect.instance === undefined ? {} : { instance: effect.instance }),
        key: effect.id,
        caller: SYSTEM,
        data: await opened(engine, event, effect.with),
        cause: event.id,
        ...(run === undefined ? { at: Date.parse(event.at) } : { run }),
      })
      if (!isRefusal(answer)) return answer
      if (effect.kind === 'open' && (await exists(engine, effect.instance))) return undefined
      return refusedEffect(engine, given, answer)
    }
    case 'notify':
      if (effect.held !== true) {
        outlets.notice({
          id: effect.id,
          to: effect.to,
          instance: event.stream,
          text: effect.text,
          fills: effect.with,
          at: Date.parse(event.at),
        })
      }
      return undefined
    case 'send':
      if (effect.held !== true) await outlets.send(effect, event)
      return undefined
  }
}

/** Tells the sender that its effect was refused; an ended sender no longer takes it. */
async function refusedEffect(
  engine: Engine,
  given: { event: Event; effect: Effect; run?: Request['run'] },
  refusal: Refusal,
): Promise<Reply | undefined> {
  const { event, effect, run } = given
  if (effect.kind !== 'open' && effect.kind !== 'tell') return undefined
  const answer = await execute(engine, {
    workflow: workflowOf(event.stream),
    command: 'effect.refused',
    instance: event.stream,
    key: `${effect.id}:refused`,
    caller: SYSTEM,
    data: {
      effect: effect.id,
      command: effect.command,
      instance: effect.instance ?? '',
      code: refusal.refused,
      ...(refusal.guard === undefined ? {} : { guard: refusal.guard }),
    },
    cause: event.id,
    ...(run === undefined ? {} : { run }),
  })
  return isRefusal(answer) ? undefined : answer
}

async function exists(engine: Engine, instance: string | undefined): Promise<boolean> {
  return instance !== undefined && (await engine.instances.get(instance)) !== undefined
}

/** Sealed values of the causing event, opened so that they are sealed anew for their new place. */
async function opened(
  engine: Engine,
  event: Event,
  given: Readonly<Record<string, unknown>>,
): Promise<Record<string, unknown>> {
  const clear: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(given)) {
    if (!isSealed(value)) {
      clear[name] = value
      continue
    }
    const field = fieldOf(event.data, value.$sealed, '')
    if (field === undefined || !isOpenable(value)) continue
    const binding = { stream: event.stream, event: event.id, field }
    const text = await engine.vault.open(value, binding)
    if (text !== undefined) clear[name] = text
  }
  return clear
}

/** Where in an event's data a sealed value stands. */
function fieldOf(data: unknown, sealed: string | null, at: string): string | undefined {
  if (typeof data !== 'object' || data === null) return undefined
  if (isSealed(data)) return data.$sealed === sealed ? at : undefined
  for (const [key, value] of Object.entries(data)) {
    const found = fieldOf(value, sealed, at === '' ? key : `${at}.${key}`)
    if (found !== undefined) return found
  }
  return undefined
}
