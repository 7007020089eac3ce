// What differs from city to city: limits and rules, each figure with its source.
// Pure data; imports Zod only.
import { z } from 'zod'

/** Units of a limit; which of them skip nights, weekends and holidays is the calendar's matter. */
export const LimitUnit = z.enum(['minutes', 'hours', 'days', 'working hours', 'working days'])
export type LimitUnit = z.infer<typeof LimitUnit>

/** An amount of time; `ends: 'day'` runs on to the end of the local day in which it falls. */
export const Limit = z.strictObject({
  amount: z.number().positive(),
  unit: LimitUnit,
  ends: z.literal('day').optional(),
})
export type Limit = z.infer<typeof Limit>

/** A limit of a policy: how long, how long before its end it warns, and who says so. */
export const PolicyLimit = Limit.extend({
  warn: Limit.optional(),
  source: z.string().min(1),
})
export type PolicyLimit = z.infer<typeof PolicyLimit>

/** The calendar a policy counts by: an IANA zone and the windows of a working day. */
export const PolicyCalendar = z.strictObject({
  timeZone: z.string(),
  workingHours: z.array(z.tuple([z.string(), z.string()])).min(1),
  holidays: z.enum(['cn', 'none']),
})
export type PolicyCalendar = z.infer<typeof PolicyCalendar>

/** A rule with its source, or the statement that the city's rules are silent on it. */
export const sourced = <Value extends z.ZodType>(value: Value) =>
  z.union([
    z.strictObject({ value, source: z.string().min(1) }),
    z.strictObject({ silent: z.literal(true), source: z.string().min(1) }),
  ])

/** A rule's value, or undefined where the city is silent. */
export function ruleValue<Value>(
  rule: { value: Value; source: string } | { silent: true; source: string } | undefined,
): Value | undefined {
  return rule !== undefined && 'value' in rule ? rule.value : undefined
}

/** The shape of a policy file, given the schema of the workflow's own rules. */
export const policySchema = <Rules extends z.ZodType>(rules: Rules) =>
  z.strictObject({
    id: z.string().regex(/^[a-z-]+@[1-9][0-9]*$/),
    title: z.strictObject({ zh: z.string(), en: z.string() }),
    calendar: PolicyCalendar,
    offlineHours: z.number().positive().default(24),
    limits: z.record(z.string(), PolicyLimit),
    rules,
  })

/** A policy as machines, clocks and pages read it. */
export type Policy<Rules = unknown> = {
  id: string
  title: { zh: string; en: string }
  calendar: PolicyCalendar
  offlineHours: number
  limits: Record<string, PolicyLimit>
  rules: Rules
}
