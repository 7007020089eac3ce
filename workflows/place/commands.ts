// What a place takes: registered once, renamed, corrected or moved, ended. Names of places are
// public; so are what a facility offers and when it is open.
import { command } from '@linli/workflow'
import { z } from 'zod'

/**
 * The kinds of place, from the largest to the smallest; a grid lies over buildings, and a resource
 * is a facility that residents can walk to.
 */
export const PlaceKind = z.enum([
  'community',
  'estate',
  'building',
  'entrance',
  'household',
  'grid',
  'resource',
])
export type PlaceKind = z.infer<typeof PlaceKind>

/** What a building is for. */
export const BuildingUse = z.enum(['residential', 'commercial', 'public', 'mixed'])

/** What a resource of the 15-minute circle offers. */
export const Offer = z.enum([
  'health',
  'care',
  'dining',
  'education',
  'culture',
  'sport',
  'shop',
  'repair',
  'legal',
  'government',
  'parking',
  'shelter',
  'other',
])

const Clock = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/)
const DAYS = 7

/** When a resource is open: weekdays (1 Monday to 7 Sunday) and hours of its own day. */
export const Opening = z
  .strictObject({
    days: z.array(z.int().min(1).max(DAYS)).min(1).max(DAYS),
    from: Clock,
    to: Clock,
  })
  .refine(({ from, to }) => from < to, { path: ['to'], message: 'ends before it begins' })
export type Opening = z.infer<typeof Opening>

const name = z.string().min(1).max(120)
const unit = z.string().regex(/^organisation-/)
const measured = {
  areaM2: z.number().positive().max(10_000_000).optional(),
  floors: z.int().min(1).max(200).optional(),
  households: z.int().min(0).max(100_000).optional(),
  address: z.string().min(1).max(200).optional(),
  buildings: z.array(z.string()).max(500).optional(),
  use: BuildingUse.optional(),
}
const offered = {
  offer: Offer.optional(),
  opens: z.array(Opening).max(21).optional(),
  walkMinutes: z.int().min(0).max(120).optional(),
  unit: unit.optional(),
}

/** The commands of a place. */
export const commands = {
  register: command({
    records: 'registered',
    starts: true,
    by: ['administrator', 'system'],
    data: z
      .strictObject({
        kind: PlaceKind,
        name,
        parent: z.string().optional(),
        ...measured,
        ...offered,
      })
      .refine(({ kind, offer }) => (kind === 'resource') === (offer !== undefined), {
        path: ['offer'],
        message: 'a resource says what it offers, and nothing else does',
      })
      .refine(
        ({ kind, opens, walkMinutes, unit }) =>
          kind === 'resource' ||
          (opens === undefined && walkMinutes === undefined && unit === undefined),
        { path: ['opens'], message: 'only a resource is open, reached on foot and run by a unit' },
      )
      .refine(({ kind, use }) => use === undefined || kind === 'building', {
        path: ['use'],
        message: 'only a building is for something',
      }),
    needs: { parent: 'place', buildings: 'place[]', unit: 'organisation' },
  }),
  rename: command({
    records: 'renamed',
    by: ['administrator', 'system'],
    data: z.strictObject({ name }),
  }),
  correct: command({
    records: 'corrected',
    by: ['administrator', 'system'],
    data: z.strictObject(measured),
    needs: { buildings: 'place[]' },
  }),
  announce: command({
    records: 'announced',
    by: ['administrator', 'coordinator', 'system'],
    data: z.strictObject(offered),
    needs: { unit: 'organisation' },
  }),
  move: command({
    records: 'moved',
    by: ['administrator', 'system'],
    data: z.strictObject({ parent: z.string().regex(/^place-/) }),
    needs: { parent: 'place' },
  }),
  end: command({
    records: 'ended',
    by: ['administrator', 'system'],
    data: z.strictObject({ reason: z.enum(['demolished', 'merged', 'divided', 'mistake']) }),
  }),
}
