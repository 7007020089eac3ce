// How a command's JSON Schema becomes a form: which widget a field takes, in which order, with
// which words. Pure; a schema says what is asked, this says how.
import type { RJSFSchema, UiSchema } from '@rjsf/utils'
import type { JsonSchema, Offer } from '../answers.ts'

const LONG_TEXT = 200

/** The schema as the form reads it: without the `$schema` line, choices with their words. */
export function formSchema(schema: JsonSchema, texts: Record<string, string>): RJSFSchema {
  const { $schema: _, ...rest } = schema
  return worded(rest, 'data', texts) as RJSFSchema
}

/** Widgets and order for a whole command. */
export function formUi(offer: Offer): UiSchema {
  const ui = uiOf(offer.schema, '', offer.needs ?? {})
  const names = Object.keys(offer.schema.properties ?? {})
  const hidden = Object.fromEntries(
    names.filter((name) => HIDDEN.has(name)).map((name) => [name, { 'ui:widget': 'hidden' }]),
  )
  return { ...ui, ...hidden, 'ui:order': [...names].sort(byThought), 'ui:title': '' }
}

/** What only the engine fills in. */
const HIDDEN = new Set(['reporter'])

// The order in which a person thinks: where, what about, how urgent, who, then the words.
const THOUGHT = [
  'place',
  'category',
  'urgent',
  'kind',
  'to',
  'units',
  'unit',
  'reason',
  'rule',
  'solved',
]
const LAST = ['text', 'question', 'answer', 'name', 'phone', 'note', 'public', 'close']

function byThought(a: string, b: string): number {
  return weight(a) - weight(b)
}

function weight(name: string): number {
  const early = THOUGHT.indexOf(name)
  if (early >= 0) return early - THOUGHT.length
  return LAST.indexOf(name) + 1
}

function worded(schema: JsonSchema, name: string, texts: Record<string, string>): JsonSchema {
  const { properties, items, enum: choices, ...rest } = schema
  const described: JsonSchema = { ...rest }
  described.title ??= texts[`field.${name}`] ?? name
  if (properties !== undefined) {
    described.properties = Object.fromEntries(
      Object.entries(properties).map(([key, field]) => [key, worded(field, key, texts)]),
    )
  }
  if (items !== undefined) described.items = worded(items, name, texts)
  if (choices !== undefined) {
    described.oneOf = choices.map((choice) => ({
      const: choice,
      title: texts[`option.${name}.${String(choice)}`] ?? String(choice),
    }))
  }
  return described
}

function uiOf(schema: JsonSchema, name: string, needs: Record<string, string>): UiSchema {
  if (schema.type === 'object') {
    return Object.fromEntries(
      Object.entries(schema.properties ?? {}).map(([key, field]) => [key, uiOf(field, key, needs)]),
    )
  }
  if (schema.type === 'array') {
    return {
      items: { ...uiOf(schema.items ?? {}, name, needs), 'ui:title': '' },
      'ui:options': { orderable: false },
    }
  }
  return widgetOf(schema, name, needs)
}

function widgetOf(schema: JsonSchema, name: string, needs: Record<string, string>): UiSchema {
  if (name === 'category') return { 'ui:widget': 'category' }
  if (name === 'file') return { 'ui:widget': 'upload' }
  const picked = pickedFrom(schema, name, needs)
  if (picked === 'place') return { 'ui:widget': 'place' }
  if (picked !== undefined) return { 'ui:widget': 'instance', 'ui:options': { workflow: picked } }
  if (schema.format === 'date-time') return { 'ui:widget': 'instant' }
  if (schema.type === 'boolean') return { 'ui:widget': 'yes', 'ui:options': { label: false } }
  if (schema.enum !== undefined || schema.oneOf !== undefined) {
    const few = (schema.enum ?? schema.oneOf ?? []).length <= 4
    return { 'ui:widget': few ? 'radio' : 'select' }
  }
  if (schema.type === 'string' && (schema.maxLength ?? 0) > LONG_TEXT) {
    return { 'ui:widget': 'textarea', 'ui:options': { rows: 4 } }
  }
  return {}
}

/** The workflow a field names an instance of, by its mark, its command's needs, or its pattern. */
function pickedFrom(
  schema: JsonSchema,
  name: string,
  needs: Record<string, string>,
): string | undefined {
  const byPattern = /^\^?\(?([a-z]+(?:-[a-z]+)*)-[[(]/.exec(schema.pattern ?? '')?.[1]
  const said = schema['x-needs'] ?? byPattern ?? needs[name]
  return said?.replace('[]', '')
}
