// Which limit each clock of an event would have been started with under another policy: the
// machine chooses by what the policy names (`handle.heat`, or else `handle`), so it is asked
// again. Pure; the path that was taken is kept.
import {
  type Event,
  type Instance,
  initialSnapshot,
  type Policy,
  sameState,
  transition,
  type Workflow,
} from '@linli/workflow'
import { z } from 'zod'

/** The limits by clock; nothing where the machine was not asked or would have gone elsewhere. */
export type ChosenLimits = ReadonlyMap<string, string>

const Started = z.object({ clock: z.string(), limit: z.string().optional() })

/** What `event` would start its clocks with. `before`: the instance as it stood until then. */
export function chosenLimits(
  workflow: Workflow,
  before: Instance | undefined,
  { event, policy }: { event: Event; policy: Policy },
): ChosenLimits {
  const starts = event.clocks?.some(({ is }) => is === 'started') === true
  const machine = workflow.machines.get(event.workflow.version)
  if (!starts || machine === undefined) return NONE
  const taken = transition(before?.snapshot ?? initialSnapshot(machine), {
    type: event.type.startsWith('clock.') ? `${event.type}.${event.data.clock}` : event.type,
    data: event.data,
    facts: event.data.facts ?? {},
    at: Date.parse(event.at),
    by: event.by,
    clocks: before?.clocks ?? {},
    policy,
    eventId: event.id,
    stream: event.stream,
  })
  if (!taken.taken || !sameState(taken.snapshot.value, event.to)) return NONE
  const started = taken.actions.filter(({ type }) => type === 'startClock')
  return new Map(
    started
      .flatMap(({ params }) => params)
      .map((params) => {
        const { clock, limit = clock } = Started.parse(params)
        return [clock, limit]
      }),
  )
}

const NONE: ChosenLimits = new Map()
