// What an activity asks before it goes on.
import { check, ruleValue, when } from '@linli/workflow'
import { z } from 'zod'
import { type ActivityContext, isOne, knownPeople } from './context.ts'
import type { Rules } from './rules.ts'

const SHIFTS_MOST = 200
const PRESENCES_MOST = 20_000
const MINUTE_MS = 60_000

type Times = { startsAt?: string; endsAt?: string }
type Rostered = { shift: string; people: readonly string[] }
type SignedIn = {
  shift?: string
  people?: readonly string[]
  others?: { times: number; people: number }
}
type Served = { person: string; minutes: number; shift?: string }
const ProjectFacts = z.object({ ended: z.boolean() })

/** The guards by name. */
export const guards = {
  timesFit: check<ActivityContext, Times, Rules>(({ context, data }) => {
    const from = data.startsAt === undefined ? context.startsAt : Date.parse(data.startsAt)
    const to = data.endsAt === undefined ? context.endsAt : Date.parse(data.endsAt)
    return to > from
  }),
  planFits: check<ActivityContext, Required<Times>, Rules>(
    ({ data, facts }) =>
      Date.parse(data.endsAt) > Date.parse(data.startsAt) &&
      ProjectFacts.safeParse(facts.project).data?.ended !== true,
  ),
  shiftFits: check<ActivityContext, { from: string; to: string }, Rules>(
    ({ context, data }) =>
      context.shifts.length < SHIFTS_MOST && Date.parse(data.to) > Date.parse(data.from),
  ),
  atOnePlace: check<ActivityContext, Rostered, Rules>(({ context, data }) => {
    const shift = context.shifts.find(({ id }) => id === data.shift)
    if (shift === undefined) return false
    const beside = context.shifts.filter(
      ({ id, from, to }) => id !== shift.id && from < shift.to && to > shift.from,
    )
    return !beside.some(({ people }) => people.some((person) => data.people.includes(person)))
  }),
  hasRoom: check<ActivityContext, { person: string }, Rules>(
    ({ context: { registered, capacity }, data }) =>
      !registered.includes(data.person) && registered.length < (capacity ?? PRESENCES_MOST),
  ),
  isRegistered: check<ActivityContext, { person: string }, Rules>(
    ({ context, data, by }) =>
      context.registered.includes(data.person) &&
      (by.role !== 'resident' || by.person === data.person),
  ),
  comesOnce: check<ActivityContext, SignedIn, Rules>(({ context, data }) => {
    const people = data.people ?? []
    const counted = people.length + context.present.length
    if (counted > PRESENCES_MOST || (people.length === 0 && data.others === undefined)) return false
    if (data.others !== undefined && data.others.people > data.others.times) return false
    return (
      isKnownShift(context, data.shift) &&
      new Set(people).size === people.length &&
      !people.some((person) => isIn(context.present, { person, shift: data.shift }))
    )
  }),
  didCome: check<ActivityContext, { person: string; shift?: string }, Rules>(({ context, data }) =>
    isIn(context.present, data),
  ),
  servesOnce: check<ActivityContext, Served, Rules>(({ context, data, policy }) => {
    if (!isKnownShift(context, data.shift) || isIn(context.services, data)) return false
    const shift = context.shifts.find(({ id }) => id === data.shift)
    if (shift !== undefined && data.minutes > (shift.to - shift.from) / MINUTE_MS) return false
    const before = context.services.filter(({ person }) => person === data.person)
    const served = before.reduce((sum, { minutes }) => sum + minutes, data.minutes)
    return served <= (ruleValue(policy.rules.serviceMinutesMost) ?? served)
  }),
  hasGoal: when<ActivityContext, Rules>(({ context }) => context.goal !== null),
  somebodyCame: when<ActivityContext, Rules>(
    ({ context }) =>
      knownPeople(context).length + context.others.times + context.services.length > 0,
  ),
}

const isIn = (
  ones: readonly { person: string; shift: string }[],
  named: { person: string; shift?: string | undefined },
): boolean => ones.some((one) => isOne(one, named))

/** Where there are shifts, one of them is named; where there are none, none is. */
const isKnownShift = ({ shifts }: ActivityContext, named: string | undefined): boolean =>
  named === undefined ? shifts.length === 0 : shifts.some(({ id }) => id === named)
