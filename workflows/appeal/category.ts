// The category tree: three levels, data only. A leaf says when a case of it may be established,
// how urgent it is by nature, which kinds of unit lead it and what they are asked to do, which
// milestones run, and when it may be closed. Leaves are added, never taken away.
import { z } from 'zod'
import { OrganisationKind } from '../organisation/commands.ts'
import tree from './categories.json' with { type: 'json' }

/** A limit of its own inside a case: stop the work, penalise, demolish. */
const Milestone = z.enum(['stop', 'penalise', 'demolish'])

/** A sentence for people, in both languages. */
const Told = z.strictObject({ zh: z.string(), en: z.string() })

/** A node of the tree. Only leaves, on the third level, carry the rest. */
export const Category = z.strictObject({
  path: z.string(),
  zh: z.string(),
  en: z.string(),
  kind: z.enum(['component', 'event']).optional(),
  tier: z.enum(['emergency', 'heat', 'general', 'complicated']).optional(),
  referral: z.enum(['general', 'heating']).optional(),
  milestones: z.array(Milestone).optional(),
  /** Kinds of organisation, the likeliest lead first. */
  lead: z.array(OrganisationKind).optional(),
  establish: Told.optional(),
  closes: Told.optional(),
})
export type Category = z.infer<typeof Category>

/** All nodes, parents before their children. */
export const categories: readonly Category[] = z.array(Category).parse(tree)

/** What a case is filed under until somebody classifies it. */
export const UNCLASSIFIED = 'other.other.other'

const byPath = new Map(categories.map((category) => [category.path, category]))

/** True for a path of the tree, whatever its level. */
export const isCategory = (path: string): boolean => byPath.has(path)

/** The node of a path; undefined for none, and for categories of outside systems. */
export const categoryOf = (path: string | null): Category | undefined =>
  path === null ? undefined : byPath.get(path)
