// What a campaign takes: a building, its households, a team, and what each visit found.
import { command } from '@linli/workflow'
import { z } from 'zod'

const id = (workflow: string) => z.string().startsWith(`${workflow}-`).max(80)
const Nothing = z.strictObject({})
const Team = z.array(id('person')).min(1).max(60)

/** Households that one campaign visits at the most: a large building. */
export const HOUSEHOLDS_MAX = 300

/** Why a household is visited; `heating` keeps to the season of the city's policy. */
export const Purpose = z.enum(['heating', 'safety', 'survey', 'other'])

/** The commands of a campaign. */
export const commands = {
  announce: command({
    records: 'announced',
    starts: true,
    by: ['coordinator', 'grid-worker'],
    data: z
      .strictObject({
        place: id('place'),
        title: z.string().min(1).max(80),
        purpose: Purpose,
        households: z.array(id('place')).min(1).max(HOUSEHOLDS_MAX),
        /** Its members of the day are the visitors, beside those named. */
        team: id('team').optional(),
        visitors: Team.optional(),
        /** The end where no season says it. */
        endsAt: z.iso.datetime().optional(),
      })
      .refine((data) => data.team !== undefined || data.visitors !== undefined, {
        path: ['visitors'],
        message: 'name a team, or visitors',
      }),
    needs: { place: 'place', households: 'place[]', visitors: 'person[]', team: 'team' },
  }),
  enlist: command({
    records: 'enlisted',
    by: ['coordinator', 'grid-worker'],
    data: z.strictObject({ visitors: Team }),
    needs: { visitors: 'person[]' },
  }),
  dismiss: command({
    records: 'dismissed',
    by: ['coordinator', 'grid-worker'],
    data: z.strictObject({ visitor: id('person') }),
  }),
  begin: command({ records: 'begun', by: ['coordinator', 'grid-worker'], data: Nothing }),
  close: command({
    records: 'closed',
    by: ['coordinator'],
    data: z.strictObject({ reason: z.enum(['covered', 'weather', 'other']) }),
  }),
  cancel: command({
    records: 'cancelled',
    by: ['coordinator'],
    data: z.strictObject({ reason: z.enum(['mistake', 'weather', 'other']) }),
  }),
  visitRecorded: command({
    records: 'visitRecorded',
    by: ['system'],
    data: z.strictObject({
      visit: id('visit'),
      found: z.enum(['well', 'needs', 'notAtHome', 'refused', 'cancelled']),
    }),
  }),
}
