// The flat row of a person: never a name or a phone. Pure; may not import a store or HTTP.
import type { WorkflowSpec } from '@linli/workflow'
import type { PersonContext } from './machine.ts'
import { type HeldRole, rolesAt } from './role-term.ts'
import { flags } from './skill.ts'

/**
 * A person's row. Roles are those that run at the person's last event; one with an `until` may
 * have ended since, so whoever judges a command asks `facts.roles` with the time at hand.
 */
export const summary: WorkflowSpec<PersonContext>['summary'] = ({ stream, context, at }) => {
  const running = rolesAt(context.roles, at)
  const units = distinct(running, (held) => held.unit)
  const home = context.place.at(-1)
  return {
    place: context.place,
    units,
    persons: [stream],
    extra: {
      kind: context.kind,
      roles: distinct(running, (held) => held.role).join(' '),
      ...columns(context, running),
    },
    facts: {
      id: stream,
      kind: context.kind,
      roles: context.roles,
      ...(home === undefined ? {} : { place: home, path: context.place }),
      units,
      status: context.status,
      ...moreFacts(context),
    },
  }
}

/** What most people have none of stands in the row only where it is. */
function columns({ skills, groups, unit, consents }: PersonContext, running: HeldRole[]) {
  const duties = [...new Set(running.flatMap((held) => held.duties ?? []))]
  const ends = running.map((held) => held.until ?? Number.POSITIVE_INFINITY)
  const last = Math.max(...ends)
  return {
    ...flags('skill', skills),
    ...flags('group', groups),
    ...(duties.length === 0
      ? {}
      : {
          duties: duties.join(' '),
          ...Object.fromEntries(duties.map((one) => [`duty.${one}`, true])),
        }),
    ...flags(
      'consent',
      consents.map(({ scope }) => scope),
    ),
    ...(unit === undefined ? {} : { unit }),
    ...(Number.isFinite(last) ? { rolesEnd: new Date(last).toISOString() } : {}),
  }
}

const moreFacts = ({ skills, groups, unit, consents }: PersonContext) => ({
  ...(skills.length === 0 ? {} : { skills }),
  ...(groups.length === 0 ? {} : { groups }),
  ...(unit === undefined ? {} : { unit }),
  ...(consents.length === 0 ? {} : { consents }),
})

const distinct = (roles: HeldRole[], value: (held: HeldRole) => string | undefined): string[] => [
  ...new Set(roles.flatMap((held) => value(held) ?? [])),
]
