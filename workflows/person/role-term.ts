// A role as held, with its begin and end. Pure; imports shapes only.
import type { Duty, GrantedRole } from './commands.ts'

/** A role as held: by whom it is judged, where, and from when until when (epoch ms, exclusive). */
export type HeldRole = {
  role: GrantedRole
  place?: string
  unit?: string
  from: number
  until?: number
  /** Granted for a term: its end was known from the beginning. */
  seasonal?: true
  /** Of a building chief: which of the five duties. */
  duties?: readonly Duty[]
}

/** What tells roles of a person apart. */
export type Scoped = {
  role: GrantedRole
  place?: string | undefined
  unit?: string | undefined
}

type Term = Pick<HeldRole, 'from' | 'until'>

/** The roles that run at an instant (epoch ms). */
export const rolesAt = (roles: readonly HeldRole[], at: number): HeldRole[] =>
  roles.filter((held) => held.from <= at && isOpenAt(held, at))

/** True for a role that has not ended by an instant; it may begin later. */
export const isOpenAt = ({ until }: Term, at: number): boolean => until === undefined || until > at

/** True when two terms have a moment in common. */
export const overlap = (one: Term, other: Term): boolean =>
  isOpenAt(one, other.from) && isOpenAt(other, one.from)

/** True for the role of that scope. */
export const isOfScope = (held: HeldRole, scope: Scoped): boolean =>
  held.role === scope.role && held.place === scope.place && held.unit === scope.unit

/** The roles with those of `which` that have not ended ending now. */
export const endedRoles = (
  roles: readonly HeldRole[],
  at: number,
  which: (held: HeldRole) => boolean,
): HeldRole[] =>
  roles.map((held) => (isOpenAt(held, at) && which(held) ? { ...held, until: at } : held))
