// A measurement of room temperatures: what is written down, whether it keeps the city's protocol,
// and what it found. Pure; temperatures are degrees Celsius.
import { ruleValue } from '@linli/workflow'
import { z } from 'zod'
import type { HeatingRules } from './rules.ts'
import { localTime } from './season.ts'

/** One room: its points, each a stable reading of the instrument. Balconies are no rooms. */
export const Room = z.strictObject({
  room: z.string().min(1).max(40),
  kind: z.enum(['bedroom', 'living', 'other']),
  areaM2: z.number().positive().max(1000),
  points: z.array(z.number().min(-40).max(60)).min(1).max(20),
})
export type Room = z.infer<typeof Room>

/** The record of a measurement. The user signs it, or the record says why not. */
export const measurementFields = {
  rooms: z
    .array(Room)
    .min(1)
    .max(30)
    .refine((rooms) => rooms.some(isJudged), { message: 'a bedroom or living room is measured' }),
  instrument: z.string().min(1).max(40),
  conditions: z.strictObject({
    windowsClosedMinutes: z.int().min(0).max(1440),
    installation: z.enum(['normal', 'leaking', 'airlocked', 'blocked', 'valveClosed', 'altered']),
    outdoorC: z.number().min(-50).max(40).optional(),
  }),
  signedByMeasurer: z.literal(true),
  signedByUser: z.boolean(),
  userRefused: z.enum(['disagrees', 'absent', 'withoutReason', 'other']).optional(),
}

/** A measurement that the user did not sign says why. */
export const signedOrSaid = (given: {
  signedByUser: boolean
  userRefused?: string | undefined
}): boolean => given.signedByUser !== (given.userRefused !== undefined)

/** What is kept of a measurement: when (epoch ms), by whom, and what judges it. */
export type Measurement = { at: number; by: 'unit' | 'tester'; coldestC: number }

/**
 * The temperature that is judged: of bedrooms and living rooms the coldest, each room by the
 * arithmetic mean of its points, to a hundredth of a degree. That the coldest room judges is
 * linli's reading of "18 °C in bedrooms and living rooms".
 */
export function coldestOf(rooms: readonly Room[]): number {
  return Math.min(...rooms.filter(isJudged).map(meanOf))
}

/** True when hours of the visit, windows and points by room area are as the policy says. */
export function keepsProtocol(
  given: { rooms: readonly Room[]; conditions: { windowsClosedMinutes: number } },
  at: number,
  scene: { rules: HeatingRules; timeZone: string },
): boolean {
  const { rules } = scene
  const closed = ruleValue(rules.windowsClosedMinutes) ?? 0
  return (
    inVisitHours(at, scene) &&
    given.conditions.windowsClosedMinutes >= closed &&
    given.rooms.every((room) => room.points.length >= pointsFor(room.areaM2, rules))
  )
}

/** True when the local time lies in the policy's visit hours, both ends included. */
export function inVisitHours(
  at: number,
  { rules, timeZone }: { rules: HeatingRules; timeZone: string },
): boolean {
  const hours = ruleValue(rules.visitHours)
  if (hours === undefined) return true
  const time = localTime(at, timeZone)
  return time >= hours[0] && time <= hours[1]
}

/** How many points a room of this area needs; one where the city's rule is silent. */
export function pointsFor(areaM2: number, rules: HeatingRules): number {
  const rows = ruleValue(rules.points) ?? []
  const row = rows.find(({ belowM2 }) => belowM2 === undefined || areaM2 < belowM2)
  return row?.points ?? rows.at(-1)?.points ?? 1
}

function isJudged(room: Pick<Room, 'kind'>): boolean {
  return room.kind !== 'other'
}

function meanOf(room: Room): number {
  const hundredths = room.points.reduce((sum, point) => sum + Math.round(point * 100), 0)
  return Math.round(hundredths / room.points.length) / 100
}
