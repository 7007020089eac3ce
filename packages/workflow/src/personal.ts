// Marks personal fields in schemas and finds them again, so that the engine can seal them
// before anything is stored. Imports Zod only; does no cryptography.
import { z } from 'zod'

/** A personal value as it is stored: opaque text, the subject whose it is, and the key. */
export const Sealed = z.strictObject({
  $sealed: z.string().nullable(),
  subject: z.string().optional(),
  key: z.string().optional(),
})
export type Sealed = z.infer<typeof Sealed>

/** The output of a schema with its personal texts replaced by sealed values. */
export type Recorded<T> = T extends string & z.$brand<'personal'>
  ? Sealed
  : T extends string | number | boolean | null | undefined
    ? T
    : T extends readonly (infer Item)[]
      ? Recorded<Item>[]
      : { [Key in keyof T]: Recorded<T[Key]> }

/**
 * Marks a text as personal. `of` names whose it is: a subject that the workflow resolves, or
 * `case` for the case's own key. The value is sealed before the machine or the disk sees it.
 */
export function personal(schema: z.ZodString, of = 'case') {
  return schema.meta({ ...schema.meta(), personal: of }).brand<'personal'>()
}

/** Where a personal text stands: a path whose `*` runs over an array, and whose it is. */
export type PersonalField = { path: readonly string[]; of: string }

/**
 * All personal fields of a schema, found once when a workflow is defined. Throws where a mark
 * stands in a place that could not be sealed (a record, a tuple, a transform), and where the
 * shapes of a union do not agree whose a field is.
 */
export function personalFields(schema: z.ZodType): PersonalField[] {
  const found: PersonalField[] = []
  walk(schema, [], found)
  const byPath = new Map<string, PersonalField>()
  for (const field of found) {
    const path = field.path.join('.')
    const known = byPath.get(path) ?? field
    if (known.of !== field.of) throw new Error(`${path} is of ${known.of} and of ${field.of}`)
    byPath.set(path, known)
  }
  return [...byPath.values()]
}

function walk(schema: z.core.$ZodType, path: string[], found: PersonalField[]): void {
  const of = markOf(schema)
  if (of !== undefined) {
    found.push({ path, of })
    return
  }
  if (schema instanceof z.ZodObject) {
    for (const [key, field] of Object.entries(schema.shape)) walk(field, [...path, key], found)
  } else if (schema instanceof z.ZodArray) {
    walk(schema.element, [...path, '*'], found)
  } else if (
    schema instanceof z.ZodOptional ||
    schema instanceof z.ZodNullable ||
    schema instanceof z.ZodDefault
  ) {
    walk(schema.unwrap(), path, found)
  } else if (schema instanceof z.ZodUnion) {
    for (const option of schema.options) walk(option, path, found)
  } else if (holdsMark(schema, new Set())) {
    throw new Error(`a personal field cannot stand in a ${schema._zod.def.type}: ${path.join('.')}`)
  }
}

function markOf(schema: z.core.$ZodType): string | undefined {
  const mark = z.globalRegistry.get(schema)?.personal
  return typeof mark === 'string' ? mark : undefined
}

/** True when a marked schema stands anywhere inside a definition, lazy ones too. */
function holdsMark(inside: unknown, seen: Set<unknown>): boolean {
  if (typeof inside !== 'object' || inside === null || seen.has(inside)) return false
  seen.add(inside)
  if (!(inside instanceof z.core.$ZodType)) {
    return Object.values(inside).some((one) => holdsMark(one, seen))
  }
  if (markOf(inside) !== undefined) return true
  const lazy = inside instanceof z.ZodLazy ? inside.unwrap() : undefined
  return holdsMark(lazy, seen) || holdsMark(inside._zod.def, seen)
}

/**
 * Replaces every personal text of `data` by what `seal` gives; values that are sealed already
 * pass. Returns `data` itself when nothing is personal. Never changes its argument.
 */
export function mapPersonal(
  data: unknown,
  fields: readonly PersonalField[],
  seal: (value: unknown, field: PersonalField, path: string) => unknown,
): unknown {
  let result = data
  for (const field of fields) result = replace(result, { field, depth: 0, at: '', seal })
  return result
}

type Replacing = {
  field: PersonalField
  depth: number
  at: string
  seal: (value: unknown, field: PersonalField, path: string) => unknown
}

function replace(value: unknown, step: Replacing): unknown {
  if (value === undefined || value === null) return value
  const key = step.field.path[step.depth]
  if (key === undefined) return step.seal(value, step.field, step.at)
  const next = (name: string) => ({
    ...step,
    depth: step.depth + 1,
    at: step.at === '' ? name : `${step.at}.${name}`,
  })
  if (key === '*') {
    if (!Array.isArray(value)) return value
    return value.map((item: unknown, index) => replace(item, next(String(index))))
  }
  if (typeof value !== 'object' || Array.isArray(value) || !(key in value)) return value
  const inner: unknown = Reflect.get(value, key)
  const replaced = replace(inner, next(key))
  return replaced === inner ? value : { ...value, [key]: replaced }
}

/** True for a stored sealed value, whatever its subject. */
export function isSealed(value: unknown): value is Sealed {
  return typeof value === 'object' && value !== null && '$sealed' in value
}
