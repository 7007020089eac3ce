// The guards of a roster: nobody in two places, everybody comes to their own shift in time.
import { check, when } from '@linli/workflow'
import { z } from 'zod'
import { dutyIn, isBusy, ownOf, placed, type RosterContext, SHIFTS_MAX, shiftOf } from './roster.ts'
import type { DutyRules } from './rules.ts'

type Context = RosterContext
type Span = { from: string; to: string; persons: readonly string[] }
type Own = { shift: string; person?: string; to?: string }
type Told = { shift: string; person: string }

const Known = z.object({ status: z.literal('active') })
const MINUTE_MS = 60_000

const insidePeriod = check<Context, Span>(({ context, data }) => {
  const [from, to] = [Date.parse(data.from), Date.parse(data.to)]
  return context.shifts.length < SHIFTS_MAX && from >= context.from && to <= context.to
})
const personsKnown = check<Context, unknown>(({ facts }) =>
  [facts.persons ?? facts.person ?? facts.to].flat().every((one) => Known.safeParse(one).success),
)
const nobodyTwice = check<Context, Span>(({ context, data }) => {
  const time = { from: Date.parse(data.from), to: Date.parse(data.to) }
  return !data.persons.some((person) => isBusy(context, person, time))
})
const notTwice = check<Context, Told>(({ context, data }) => {
  const shift = shiftOf(context, data.shift)
  const duty = dutyIn(context, data)
  const isIn = duty !== undefined && duty.status !== 'declined'
  return shift !== undefined && !isIn && !isBusy(context, data.person, shift)
})
const notOver = check<Context, { shift: string }>(
  ({ context, data, at }) => (shiftOf(context, data.shift)?.to ?? 0) > at,
)
const isOwn = check<Context, Own>(
  ({ data, by }) =>
    by.role === 'coordinator' ||
    (by.person !== undefined && ownOf({ data, by }).person === by.person),
)
const isExpected = check<Context, Own>(({ context, data, by }) => {
  const status = dutyIn(context, ownOf({ data, by }))?.status
  return status === 'booked' || status === 'absent'
})
const isInTime = check<Context, Own, DutyRules>(({ context, data, at, policy }) => {
  const shift = shiftOf(context, data.shift)
  const early = policy.rules.signInEarlyMinutes.value * MINUTE_MS
  return shift !== undefined && at >= shift.from - early && at < shift.to
})
const isOnDuty = check<Context, Own>(
  ({ context, data, by }) => dutyIn(context, ownOf({ data, by }))?.status === 'onDuty',
)
const isBooked = check<Context, Own>(
  ({ context, data, by }) => dutyIn(context, ownOf({ data, by }))?.status === 'booked',
)
const otherIsFree = check<Context, Own>(({ context, data }) => {
  const shift = shiftOf(context, data.shift)
  const other = data.to ?? ''
  const isIn = dutyIn(context, { shift: data.shift, person: other }) !== undefined
  return shift !== undefined && !isIn && !isBusy(context, other, shift)
})

const iAmFree = check<Context, Told>(({ context, data, by }) => {
  const shift = shiftOf(context, data.shift)
  const mine = { shift: data.shift, person: by.person ?? '' }
  const isIn = dutyIn(context, mine) !== undefined
  return shift !== undefined && !isIn && !isBusy(context, mine.person, shift)
})
const askedOfMe = check<Context, Told>(
  ({ context, data, by }) => by.person !== undefined && dutyIn(context, data)?.asked === by.person,
)

const parts = {
  ...{ insidePeriod, personsKnown, nobodyTwice, notTwice, notOver, isOwn, isExpected, isInTime },
  ...{ isOnDuty, isBooked, otherIsFree, askedOfMe, iAmFree },
} as const
type Tried = Parameters<typeof isInTime>[0]
const named: Readonly<Record<string, (given: Tried, params: undefined) => boolean>> = parts

/** The guards by name. */
export const guards = {
  ...parts,
  /** All that are named; the one that fails is told. */
  allHold: (given: Tried, { all }: { all: readonly string[] }): boolean =>
    all.every((name) => named[name]?.(given, undefined) === true),
  isRemovable: check<Context, Told>(({ context, data }) => {
    const status = dutyIn(context, data)?.status
    return status !== undefined && status !== 'onDuty' && status !== 'done'
  }),
  everybodyBooked: when<Context>(
    ({ context }) =>
      context.shifts.length > 0 &&
      placed(context, ({ status }) => status !== 'booked').length === 0,
  ),
  takesInOnDuty: check<Context, { shift: string; appeal: string }>(
    ({ context, data, by }) =>
      dutyIn(context, { shift: data.shift, person: by.person ?? '' })?.status === 'onDuty' &&
      !context.intakes.some(({ appeal }) => appeal === data.appeal),
  ),
  nobodyOnDuty: when<Context>(
    ({ context }) => placed(context, ({ status }) => status === 'onDuty').length === 0,
  ),
}
