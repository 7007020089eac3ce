// Whom a notice is for: a person, the people of a unit, or those who hold a role at a place. One
// rule for the pages and for what goes outside. Must not import HTTP.
import type { Instances } from './instances.ts'
import type { Caller } from './permission.ts'

/** Who is addressed; what is null is not asked. */
export type Addressed = {
  person: string | null
  unit: string | null
  role: string | null
  place: string | null
}

/**
 * True for who is addressed, by the roles of today: by name; in the unit; or in the role at the
 * place, above it, or everywhere. A place without a role is for all who hold a role there.
 */
export function isFor(
  notice: Addressed,
  { person, grants }: Pick<Caller, 'person' | 'grants'>,
  path: readonly string[],
): boolean {
  if (notice.person !== null) return notice.person === person
  if (notice.unit !== null) return grants.some(({ unit }) => unit === notice.unit)
  if (notice.role === null && notice.place === null) return false
  return grants.some(
    ({ role, place }) =>
      (notice.role === null ? place !== undefined : role === notice.role) &&
      (notice.place === null || place === undefined || path.includes(place)),
  )
}

/** The path of the place that a notice names, from the community down. */
export async function pathOf(
  instances: Pick<Instances, 'get'>,
  place: string | null,
): Promise<readonly string[]> {
  if (place === null) return []
  const instance = await instances.get(place)
  return instance?.workflow.summary(instance).place ?? [place]
}
