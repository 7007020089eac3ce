// The machine of a person: a record, without clocks and without anybody's turn. It keeps roles
// with their begin and end, skills and consents, and never a name or a phone. May not import a
// store or HTTP.
import { check, coreActions, type EventsOf, placePath } from '@linli/workflow'
import { assign, setup } from 'xstate'
import { z } from 'zod'
import type { ConsentScope, commands, GrantedRole, PersonKind } from './commands.ts'
import {
  endedRoles,
  type HeldRole,
  isOfScope,
  isOpenAt,
  overlap,
  type Scoped,
} from './role-term.ts'
import type { Rules } from './rules.ts'
import type { Skill } from './skill.ts'

/** What a person agreed to: since when and until when (epoch ms), and the day of the paper. */
export type Consent = { scope: ConsentScope; from: number; on?: string; until?: number }

/** A person as folded. `place` is the path of the home or post, from the community down. */
export type PersonContext = {
  kind: PersonKind
  roles: readonly HeldRole[]
  place: readonly string[]
  skills: readonly Skill[]
  groups: readonly string[]
  /** Where a volunteer works or studies. */
  unit?: string
  consents: readonly Consent[]
  status: 'active' | 'left' | 'erased'
}
type Events = EventsOf<'person', typeof commands, Rules>
type Granting = Scoped & { from?: string; until?: string; duties?: readonly string[] }
type All = { all: readonly string[] }
type Given = Parameters<typeof mayHold>[0]

const Ended = z.object({ ended: z.literal(true).optional(), status: z.string().optional() })
const Chiefs = z.object({ kind: z.enum(['building', 'entrance']) })

/** Those who do; the one who judges them (the supervisor) is never the same account. */
const DOERS: readonly GrantedRole[] = [
  'grid-worker',
  'duty-officer',
  'coordinator',
  'steward',
  'unit-handler',
]

const mayHold = check<PersonContext, Granting, Rules>(({ context, data, facts, at }) => {
  const term = termOf(data, at)
  const beside = context.roles.filter((held) => overlap(held, term))
  if (data.role === 'unit-handler' && data.unit === undefined) return false
  if (isEnded(facts.place) || isEnded(facts.unit)) return false
  if (beside.some((held) => isOfScope(held, data))) return false
  const judges = (role: GrantedRole) => role === 'supervisor'
  const does = (role: GrantedRole) => DOERS.includes(role)
  return !beside.some(
    ({ role }) => (judges(role) && does(data.role)) || (does(role) && judges(data.role)),
  )
})
const termFits = check<PersonContext, Granting, Rules>(({ data, at }) => {
  const { from, until } = termOf(data, at)
  return until === undefined || (from < until && at < until)
})
const chiefFits = check<PersonContext, Granting, Rules>(({ data, facts }) =>
  data.role === 'building-chief'
    ? data.place !== undefined && Chiefs.safeParse(facts.place).success
    : data.duties === undefined,
)

/** The machine of a person. */
export const machine = setup({
  types: {} as { context: PersonContext; events: Events },
  actions: {
    ...coreActions,
    keepRecord: assign(({ event }) => {
      if (event.type !== 'person.registered' && event.type !== 'person.corrected') return {}
      const { skills, groups, unit } = event.data
      const place = placePath(event.facts.place)
      return {
        ...('kind' in event.data ? { kind: event.data.kind } : {}),
        ...(place === undefined ? {} : { place }),
        ...(skills === undefined ? {} : { skills }),
        ...(groups === undefined ? {} : { groups: [...new Set(groups)] }),
        ...(unit === undefined ? {} : { unit }),
      }
    }),
    keepRole: assign(({ context, event }) => {
      if (event.type !== 'person.granted') return {}
      const { role, place, unit } = event.data
      const isChief = role === 'building-chief'
      const duties = event.data.duties ?? (isChief ? event.policy.rules.chiefDuties : undefined)
      const held: HeldRole = {
        role,
        ...(place === undefined ? {} : { place }),
        ...(unit === undefined ? {} : { unit }),
        ...termOf(event.data, event.at),
        ...(event.data.until === undefined ? {} : { seasonal: true as const }),
        ...(duties === undefined ? {} : { duties: [...new Set(duties)] }),
      }
      return { roles: [...context.roles, held] }
    }),
    endRole: assign(({ context, event }) => {
      if (event.type !== 'person.revoked') return {}
      return { roles: endedRoles(context.roles, event.at, (held) => isOfScope(held, event.data)) }
    }),
    keepConsent: assign(({ context, event }) => {
      if (event.type !== 'person.consented') return {}
      const { scope, on, until } = event.data
      const given: Consent = {
        ...{ scope, from: event.at },
        ...(on === undefined ? {} : { on }),
        ...(until === undefined ? {} : { until: Date.parse(until) }),
      }
      return { consents: [...withoutScope(context.consents, scope), given] }
    }),
    endConsent: assign(({ context, event }) =>
      event.type === 'person.consentWithdrawn'
        ? { consents: withoutScope(context.consents, event.data.scope) }
        : {},
    ),
    endRoles: assign(({ context, event }) => ({
      roles: endedRoles(context.roles, event.at, () => true),
    })),
    markLeft: assign({ status: 'left' as const }),
    forget: assign({
      ...{ status: 'erased' as const, place: [], skills: [], groups: [], consents: [] },
    }),
  },
  guards: {
    ...{ mayHold, termFits, chiefFits },
    mayGrant: (asked: Given, _: All) =>
      mayHold(asked, undefined) && termFits(asked, undefined) && chiefFits(asked, undefined),
    holds: check<PersonContext, Scoped>(({ context, data, at }) =>
      context.roles.some((held) => isOpenAt(held, at) && isOfScope(held, data)),
    ),
    consentFits: check<PersonContext, { on?: string; until?: string }>(
      ({ data, at }) =>
        (data.until === undefined || Date.parse(data.until) > at) &&
        (data.on === undefined || Date.parse(data.on) <= at + DAY_MS),
    ),
    consents: check<PersonContext, { scope: ConsentScope }>(({ context, data }) =>
      context.consents.some(({ scope }) => scope === data.scope),
    ),
  },
}).createMachine({
  id: 'person',
  context: {
    ...{ kind: 'resident', roles: [], place: [], status: 'active' },
    ...{ skills: [], groups: [], consents: [] },
  },
  initial: 'new',
  states: {
    new: { on: { 'person.registered': { target: 'active', actions: 'keepRecord' } } },
    active: {
      on: {
        'person.granted': {
          guard: { type: 'mayGrant', params: { all: ['mayHold', 'termFits', 'chiefFits'] } },
          actions: 'keepRole',
        },
        'person.revoked': { guard: 'holds', actions: 'endRole' },
        'person.corrected': { actions: 'keepRecord' },
        'person.consented': { guard: 'consentFits', actions: 'keepConsent' },
        'person.consentWithdrawn': { guard: 'consents', actions: 'endConsent' },
        'person.left': { target: 'left', actions: ['endRoles', 'markLeft'] },
        'person.erased': { target: 'erased', actions: ['endRoles', 'forget'] },
      },
    },
    left: { on: { 'person.erased': { target: 'erased', actions: 'forget' } } },
    erased: { type: 'final' },
  },
})

/** A paper is dated by the local day, which may be ahead of UTC. */
const DAY_MS = 24 * 3_600_000

function termOf(
  { from, until }: { from?: string | undefined; until?: string | undefined },
  at: number,
): Pick<HeldRole, 'from' | 'until'> {
  return {
    from: from === undefined ? at : Date.parse(from),
    ...(until === undefined ? {} : { until: Date.parse(until) }),
  }
}

const withoutScope = (consents: readonly Consent[], scope: ConsentScope): Consent[] =>
  consents.filter((one) => one.scope !== scope)

const isEnded = (facts: unknown): boolean => {
  const found = Ended.safeParse(facts)
  return found.success && (found.data.ended === true || found.data.status === 'ended')
}
