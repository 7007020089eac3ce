// What a visit takes: planned by hand, by a plan or by a campaign, and recorded at the door.
// What is written about people is personal; what was found, counts and temperatures are not.
import { command, personal } from '@linli/workflow'
import { z } from 'zod'
import { isCategory } from '../appeal/category.ts'
import { signedOrSaid } from '../referral/measurement.ts'

const text = (most = 2000) => personal(z.string().min(1).max(most), 'resident')
const id = (workflow: string) => z.string().startsWith(`${workflow}-`).max(80)
const Nothing = z.strictObject({})
const office = ['coordinator', 'grid-worker', 'building-chief'] as const
/** Who goes to the door. */
const visitors = ['volunteer', ...office, 'duty-officer'] as const

/** What a visit found at the door. */
export const Found = z.enum(['well', 'needs', 'notAtHome', 'refused'])
export type Found = z.infer<typeof Found>

/** An appeal that is opened on the spot. */
const Raised = z.strictObject({
  category: z.string().max(80).refine(isCategory, 'not in the category tree'),
  text: text(4000),
  urgent: z.boolean().optional(),
})

/** A room temperature with the instrument and both signatures. It settles no refund. */
const Measurement = z
  .strictObject({
    room: z.enum(['bedroom', 'living']),
    celsius: z.number().min(-40).max(60),
    instrument: z.string().min(1).max(40),
    signedByMeasurer: z.literal(true),
    signedByUser: z.boolean(),
    userRefused: z.enum(['disagrees', 'absent', 'withoutReason', 'other']).optional(),
  })
  .refine(signedOrSaid, { path: ['userRefused'] })

/** Nobody opened the door: nothing can have been measured inside. */
const measuredInside = (given: { found: Found; measurement?: unknown }): boolean =>
  given.measurement === undefined || given.found === 'well' || given.found === 'needs'

/** The commands of a visit. */
export const commands = {
  plan: command({
    records: 'planned',
    starts: true,
    by: ['system', ...office],
    data: z.strictObject({
      place: id('place'),
      dueAt: z.iso.datetime(),
      purpose: z.enum(['care', 'heating', 'safety', 'survey', 'other']),
      visitor: id('person').optional(),
      person: id('person').optional(),
      plan: id('visit-plan').optional(),
      campaign: id('campaign').optional(),
    }),
    needs: { place: 'place', visitor: 'person', person: 'person' },
  }),
  assign: command({
    records: 'assigned',
    by: ['system', ...office],
    data: z.strictObject({ visitor: id('person') }),
    needs: { visitor: 'person' },
  }),
  depart: command({ records: 'departed', by: visitors, data: Nothing }),
  record: command({
    records: 'recorded',
    by: visitors,
    data: z
      .strictObject({
        found: Found,
        people: z.int().min(0).max(30).optional(),
        note: text().optional(),
        measurement: Measurement.optional(),
        appeal: Raised.optional(),
      })
      .refine(measuredInside, { path: ['measurement'], message: 'nobody let the visitor in' }),
  }),
  raise: command({ records: 'raised', by: visitors, data: Raised }),
  finish: command({
    records: 'finished',
    by: visitors,
    data: z.strictObject({ note: text().optional() }),
  }),
  cancel: command({
    records: 'cancelled',
    by: ['system', ...office],
    data: z.strictObject({ reason: z.enum(['season', 'away', 'ended', 'mistake', 'other']) }),
  }),
}
