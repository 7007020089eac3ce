// What somebody can do for others, as categories: the same words for persons, teams and
// organisations, so that work can be dispatched by skill. Imports Zod only.
import { z } from 'zod'

/** A skill that work can be dispatched by. */
export const Skill = z.enum([
  'mediation',
  'errands',
  'patrol',
  'firstAid',
  'clinic',
  'eldercare',
  'childcare',
  'counselling',
  'legal',
  'plumbing',
  'electrical',
  'repair',
  'sewing',
  'hairdressing',
  'cooking',
  'teaching',
  'culture',
  'sport',
  'environment',
  'digital',
  'signLanguage',
  'driving',
])
export type Skill = z.infer<typeof Skill>

/** Skills as a command takes them: each once. */
export const Skills = z
  .array(Skill)
  .max(Skill.options.length)
  .refine((skills) => new Set(skills).size === skills.length, 'each skill once')

/** A row's columns for a list of categories: one that can be filtered by each, and one to read. */
export function flags(name: string, values: readonly string[]): Record<string, string | boolean> {
  if (values.length === 0) return {}
  const each = values.map((value) => [`${name}.${value}`, true] as const)
  return { [`${name}s`]: values.join(' '), ...Object.fromEntries(each) }
}
