// Checks a form against its JSON Schema by reading it, so that the page's content security policy
// can forbid generated code (which is how Ajv works). Knows what commands' schemas are made of; the
// server checks everything again.
import {
  type CustomValidator,
  createErrorHandler,
  type ErrorSchema,
  type ErrorTransformer,
  type RJSFSchema,
  type RJSFValidationError,
  toErrorSchema,
  type UiSchema,
  unwrapErrorHandler,
  type ValidationData,
  type ValidatorType,
  validationDataMerge,
} from '@rjsf/utils'

/** The validator that forms are given. */
export const validator: ValidatorType = {
  validateFormData,
  isValid: (schema, data) => check(schema, data, '').length === 0,
  rawValidation: <Result = unknown>(schema: RJSFSchema, data?: unknown) => ({
    errors: check(schema, data, '') as Result[],
  }),
}

/** What does not fit: the keyword, the path `.units.0.unit`, the limit. Empty when all fits. */
export function check(schema: RJSFSchema | boolean, data: unknown, at: string): Fault[] {
  if (typeof schema === 'boolean' || data === undefined) return []
  const fault = (name: string, limit?: unknown): Fault => ({
    name,
    property: at,
    message: name,
    stack: name,
    params: { limit },
  })
  if (!isOfType(schema.type, data)) return [fault('type')]
  const alternatives = schema.oneOf ?? schema.anyOf
  if (
    alternatives !== undefined &&
    !alternatives.some((one) => check(one, data, at).length === 0)
  ) {
    return [fault('enum')]
  }
  if ('const' in schema && schema.const !== data) return [fault('const')]
  if (schema.enum?.every((one) => one !== data) === true) return [fault('enum')]
  if (typeof data === 'string') return checkText(schema, data, fault)
  if (typeof data === 'number') return checkNumber(schema, data, fault)
  if (Array.isArray(data)) return checkList(schema, data, { at, fault })
  return typeof data === 'object' && data !== null ? checkObject(schema, data, at) : []
}

type Fault = RJSFValidationError & { name: string; property: string }
type MakeFault = (name: string, limit?: unknown) => Fault

const DATE_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/

function checkText(schema: RJSFSchema, data: string, fault: MakeFault): Fault[] {
  const letters = [...data].length
  const { pattern, format } = schema
  if (letters < number(schema.minLength, 0)) {
    return [fault(data === '' ? 'required' : 'minLength', schema.minLength)]
  }
  if (letters > number(schema.maxLength, Infinity)) return [fault('maxLength', schema.maxLength)]
  if (format === 'date-time' && !DATE_TIME.test(data)) return [fault('format')]
  if (pattern !== undefined && !new RegExp(pattern, 'u').test(data)) return [fault('pattern')]
  return []
}

function checkNumber(schema: RJSFSchema, data: number, fault: MakeFault): Fault[] {
  const { minimum, maximum, exclusiveMinimum } = schema
  if (data < number(minimum, -Infinity)) return [fault('minimum', minimum)]
  if (data <= number(exclusiveMinimum, -Infinity)) return [fault('minimum', exclusiveMinimum)]
  return data > number(maximum, Infinity) ? [fault('maximum', maximum)] : []
}

function checkList(
  schema: RJSFSchema,
  data: readonly unknown[],
  { at, fault }: { at: string; fault: MakeFault },
): Fault[] {
  if (data.length < number(schema.minItems, 0)) return [fault('minItems', schema.minItems)]
  if (data.length > number(schema.maxItems, Infinity)) return [fault('maxItems', schema.maxItems)]
  return data.flatMap((item, index) => check(schema.items ?? true, item, `${at}.${index}`))
}

function checkObject(schema: RJSFSchema, data: object, at: string): Fault[] {
  const fields = Object.entries(schema.properties ?? {})
  const missing = (schema.required ?? []).filter((name) => Reflect.get(data, name) === undefined)
  return [
    ...missing.map((name) => ({
      name: 'required',
      property: `${at}.${name}`,
      message: 'required',
      stack: 'required',
    })),
    ...fields.flatMap(([name, field]) => check(field, Reflect.get(data, name), `${at}.${name}`)),
  ]
}

function isOfType(type: RJSFSchema['type'], data: unknown): boolean {
  if (type === undefined) return true
  return [type].flat().some((one) => {
    if (one === 'integer') return Number.isInteger(data)
    if (one === 'array') return Array.isArray(data)
    if (one === 'null') return data === null
    if (one === 'object') return typeof data === 'object' && data !== null && !Array.isArray(data)
    return typeof data === one
  })
}

const number = (value: unknown, otherwise: number): number =>
  typeof value === 'number' ? value : otherwise

function validateFormData(
  data: unknown,
  schema: RJSFSchema,
  customValidate?: CustomValidator,
  transformErrors?: ErrorTransformer,
  uiSchema?: UiSchema,
): ValidationData<unknown> {
  const found: RJSFValidationError[] = check(schema, data, '')
  const errors = transformErrors === undefined ? found : transformErrors(found, uiSchema)
  const errorSchema: ErrorSchema = toErrorSchema(errors)
  const result = { errors, errorSchema }
  if (customValidate === undefined) return result
  const handler = customValidate(data, createErrorHandler(data), uiSchema)
  return validationDataMerge(result, unwrapErrorHandler(handler))
}
