// What a form starts with: what the case already says, and the last choice made on this device.
import type { CaseView, JsonSchema, Offer } from '../answers.ts'

const LAST = 'linli.last.'
const REMEMBERED = ['channel', 'by', 'contacted']

/** The first data of a command's form. */
export function prefill(offer: Offer, view?: CaseView): Record<string, unknown> {
  const fields = offer.schema.properties ?? {}
  const data: Record<string, unknown> = {}
  const category = view?.summary.category
  if (fields.category !== undefined && typeof category === 'string') data.category = category
  for (const name of REMEMBERED) {
    const last = localStorage.getItem(LAST + name)
    if (last !== null && takes(fields[name], last)) data[name] = last
  }
  if (isUnits(fields.units) && (offer.schema.required ?? []).includes('units')) {
    data.units = [{ lead: true }]
  }
  for (const [name, field] of Object.entries(fields)) {
    const required = (offer.schema.required ?? []).includes(name)
    if (field.type === 'boolean' && required) data[name] ??= false
  }
  return data
}

/** Keeps the choices that are offered again the next time. */
export function remember(data: unknown): void {
  if (typeof data !== 'object' || data === null) return
  for (const name of REMEMBERED) {
    const value: unknown = Reflect.get(data, name)
    if (typeof value === 'string') localStorage.setItem(LAST + name, value)
  }
}

function takes(field: JsonSchema | undefined, value: string): boolean {
  if (field === undefined) return false
  return (
    field.enum?.includes(value) === true || field.oneOf?.some((one) => one.const === value) === true
  )
}

const isUnits = (field: JsonSchema | undefined): boolean =>
  field?.type === 'array' && field.items?.properties?.lead !== undefined
