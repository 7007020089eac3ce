// The machine of a person: a record, without clocks and without anybody's turn. It keeps roles
// with their begin and end, and never a name or a phone. May not import a store or HTTP.
import { check, coreActions, type EventsOf } from '@linli/workflow'
import { assign, setup } from 'xstate'
import { z } from 'zod'
import type { commands, GrantedRole, PersonKind } from './commands.ts'

/** A role as held: by whom it is judged, where, and from when until when (epoch ms, exclusive). */
export type HeldRole = {
  role: GrantedRole
  place?: string
  unit?: string
  from: number
  until?: number
}

/** A person as folded. `place` is the path of the home or post, from the community down. */
export type PersonContext = {
  kind: PersonKind
  roles: readonly HeldRole[]
  place: readonly string[]
  status: 'active' | 'left' | 'erased'
}
type Events = EventsOf<'person', typeof commands>
type Scoped = { role: GrantedRole; place?: string | undefined; unit?: string | undefined }

const Located = z.object({ path: z.array(z.string()) })
const Ended = z.object({ ended: z.literal(true).optional(), status: z.string().optional() })

/** Those who do; the one who judges them (the supervisor) is never the same account. */
const DOERS: readonly GrantedRole[] = [
  'grid-worker',
  'duty-officer',
  'coordinator',
  'steward',
  'unit-handler',
]

/** The roles that run at an instant (epoch ms). */
export const rolesAt = (roles: readonly HeldRole[], at: number): HeldRole[] =>
  roles.filter((held) => held.from <= at && (held.until === undefined || held.until > at))

/** The machine of a person. */
export const machine = setup({
  types: {} as { context: PersonContext; events: Events },
  actions: {
    ...coreActions,
    keepRecord: assign(({ event }) => {
      if (event.type !== 'person.registered' && event.type !== 'person.corrected') return {}
      const place = Located.safeParse(event.facts.place)
      return {
        ...('kind' in event.data ? { kind: event.data.kind } : {}),
        ...(place.success ? { place: place.data.path } : {}),
      }
    }),
    keepRole: assign(({ context, event }) => {
      if (event.type !== 'person.granted') return {}
      const { role, place, unit, until } = event.data
      const held: HeldRole = {
        role,
        ...(place === undefined ? {} : { place }),
        ...(unit === undefined ? {} : { unit }),
        from: event.at,
        ...(until === undefined ? {} : { until: Date.parse(until) }),
      }
      return { roles: [...context.roles, held] }
    }),
    endRole: assign(({ context, event }) => {
      if (event.type !== 'person.revoked') return {}
      return { roles: endedRoles(context.roles, event.at, (held) => matches(held, event.data)) }
    }),
    endRoles: assign(({ context, event }) => ({
      roles: endedRoles(context.roles, event.at, () => true),
    })),
    markLeft: assign({ status: 'left' as const }),
    forget: assign({ status: 'erased' as const, place: [] }),
  },
  guards: {
    mayHold: check<PersonContext, Scoped>(({ context, data, facts, at }) => {
      const running = rolesAt(context.roles, at)
      if (data.role === 'unit-handler' && data.unit === undefined) return false
      if (isEnded(facts.place) || isEnded(facts.unit)) return false
      if (running.some((held) => matches(held, data))) return false
      const judges = (role: GrantedRole) => role === 'supervisor'
      const does = (role: GrantedRole) => DOERS.includes(role)
      return !running.some(
        ({ role }) => (judges(role) && does(data.role)) || (does(role) && judges(data.role)),
      )
    }),
    holds: check<PersonContext, Scoped>(({ context, data, at }) =>
      rolesAt(context.roles, at).some((held) => matches(held, data)),
    ),
  },
}).createMachine({
  id: 'person',
  context: { kind: 'resident', roles: [], place: [], status: 'active' },
  initial: 'new',
  states: {
    new: { on: { 'person.registered': { target: 'active', actions: 'keepRecord' } } },
    active: {
      on: {
        'person.granted': { guard: 'mayHold', actions: 'keepRole' },
        'person.revoked': { guard: 'holds', actions: 'endRole' },
        'person.corrected': { actions: 'keepRecord' },
        'person.left': { target: 'left', actions: ['endRoles', 'markLeft'] },
        'person.erased': { target: 'erased', actions: ['endRoles', 'forget'] },
      },
    },
    left: { on: { 'person.erased': { target: 'erased', actions: 'forget' } } },
    erased: { type: 'final' },
  },
})

const matches = (held: HeldRole, scope: Scoped): boolean =>
  held.role === scope.role && held.place === scope.place && held.unit === scope.unit

const isEnded = (facts: unknown): boolean => {
  const found = Ended.safeParse(facts)
  return found.success && (found.data.ended === true || found.data.status === 'ended')
}

function endedRoles(
  roles: readonly HeldRole[],
  at: number,
  which: (held: HeldRole) => boolean,
): HeldRole[] {
  const running = rolesAt(roles, at)
  return roles.map((held) =>
    running.includes(held) && which(held) ? { ...held, until: at } : held,
  )
}
