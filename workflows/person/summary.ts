// The flat row of a person: never a name or a phone. Pure; may not import a store or HTTP.
import type { WorkflowSpec } from '@linli/workflow'
import { type HeldRole, type PersonContext, rolesAt } from './machine.ts'

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
    extra: { kind: context.kind, roles: distinct(running, (held) => held.role).join(' ') },
    facts: {
      id: stream,
      kind: context.kind,
      roles: context.roles,
      ...(home === undefined ? {} : { place: home, path: context.place }),
      units,
      status: context.status,
    },
  }
}

const distinct = (roles: HeldRole[], value: (held: HeldRole) => string | undefined): string[] => [
  ...new Set(roles.flatMap((held) => value(held) ?? [])),
]
