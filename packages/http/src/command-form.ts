// A command's data as a JSON Schema that a page can make a form of: draft-7, titles and options in
// the language, personal fields and references marked. Made once and kept.
import type { Command, Workflow } from '@linli/engine'
import { z } from 'zod'
import { type Language, textOf } from './language.ts'

/** A JSON Schema, or a part of one. */
export type JsonSchema = { [keyword: string]: unknown }

const forms = new WeakMap<Workflow, Map<string, JsonSchema>>()

/** The form of a command in a language. */
export function formOf(workflow: Workflow, command: Command, language: Language): JsonSchema {
  const made = forms.getOrInsertComputed(workflow, () => new Map())
  return made.getOrInsertComputed(`${language}.${command.name}`, () => {
    const schema = z.toJSONSchema(command.data, { target: 'draft-7', io: 'input' })
    const form = titled(schema as JsonSchema, { workflow, command, language, field: '' })
    const { $schema: _, ...rest } = form
    return withoutFilled(rest, command)
  })
}

/** Formats that a form checks by itself; Zod's others stand for a pattern beside them. */
const FORMATS = new Set<unknown>(['date-time', 'date', 'time', 'email', 'uri', 'uuid'])

type Titling = { workflow: Workflow; command: Command; language: Language; field: string }

/** What the engine fills in itself is no field of a form. */
function withoutFilled(form: JsonSchema, command: Command): JsonSchema {
  const filled = command.identifies?.person
  if (filled === undefined || !isSchema(form.properties)) return form
  const { [filled]: _, ...properties } = form.properties
  return { ...form, properties }
}

function titled(schema: JsonSchema, at: Titling): JsonSchema {
  const result: JsonSchema = {}
  for (const [keyword, value] of Object.entries(schema)) {
    if (keyword === 'properties' && isSchema(value)) result.properties = properties(value, at)
    else if (keyword === 'items' && isSchema(value)) result.items = titled(value, at)
    else if (keyword === 'personal') result['x-personal'] = true
    else if (keyword === 'enum' && Array.isArray(value)) result.oneOf = options(value, at)
    else if (keyword === 'pattern' && FORMATS.has(schema.format)) continue
    else if (keyword === 'format' && !FORMATS.has(value)) continue
    else result[keyword] = value
  }
  const needs = needed(schema, at)
  return needs === undefined ? result : { ...result, 'x-needs': needs }
}

function properties(fields: JsonSchema, at: Titling): JsonSchema {
  const { workflow, command, language } = at
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => {
      const path = at.field === '' ? name : `${at.field}.${name}`
      const keys = [`field.${command.name}.${path}`, `field.${path}`]
      const title = textOf(
        workflow,
        language,
        ...keys,
        `field.${command.name}.${name}`,
        `field.${name}`,
      )
      const inner = isSchema(value) ? titled(value, { ...at, field: path }) : {}
      return [name, { title, ...inner }]
    }),
  )
}

function options(values: readonly unknown[], at: Titling): JsonSchema[] {
  const { workflow, command, language, field } = at
  const name = field.slice(field.lastIndexOf('.') + 1)
  return values.map((value) => ({
    const: value,
    title: textOf(
      workflow,
      language,
      `option.${command.name}.${name}.${value}`,
      `option.${name}.${value}`,
    ),
  }))
}

/** What a field refers to: as the command declares, or as its own name or pattern says. */
function needed(schema: JsonSchema, at: Titling): string | undefined {
  if (schema.type !== 'string') return undefined
  const declared = at.command.needs?.[at.field]
  if (declared !== undefined) return declared.replace('[]', '')
  if (at.field.endsWith('category')) return 'category'
  const pattern = typeof schema.pattern === 'string' ? ID_PATTERN.exec(schema.pattern) : null
  return pattern?.[1]
}

const ID_PATTERN = /^\^([a-z][a-z-]*)-/

const isSchema = (value: unknown): value is JsonSchema =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
