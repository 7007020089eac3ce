// What a mediation takes. Parties are persons, units, or somebody outside who is in no register;
// what was said and agreed in words is personal, dates, kinds and owners are not.
import { command, personal } from '@linli/workflow'
import { z } from 'zod'

const id = (workflow: string) => z.string().startsWith(`${workflow}-`).max(80)
const text = (most = 4000) => personal(z.string().min(1).max(most))
const staff = ['coordinator', 'grid-worker', 'building-chief'] as const
/** Who mediates: staff, or a volunteer of the mediation team. */
const mediators = ['coordinator', 'grid-worker', 'building-chief', 'volunteer'] as const
const Side = z.enum(['complains', 'answers', 'helps'])
/** A party: a person's or a unit's id, or `outside-1` and so on in the order they were named. */
const Party = z
  .string()
  .regex(/^(person-|organisation-|outside-)[0-9a-z-]+$/)
  .max(80)
const Nothing = z.strictObject({})

/** Parties of each kind, talks and measures that one mediation may have. */
export const PARTIES_MAX = 12
export const TALKS_MAX = 50
export const MEASURES_MAX = 20

/** Something agreed: of what kind, whose duty, until when, and from then on at what time of day. */
const Measure = z.strictObject({
  kind: z.enum([
    ...['time', 'cleaning', 'repair', 'insulation', 'removal', 'payment'],
    ...['apology', 'conduct', 'information', 'other'],
  ] as const),
  what: text(500),
  owner: Party,
  due: z.iso.datetime(),
  timeOfDay: z
    .string()
    .regex(/^([01][0-9]|2[0-3]):[0-5][0-9]$/)
    .optional(),
})

/** The commands of a mediation. */
export const commands = {
  request: command({
    records: 'requested',
    starts: true,
    by: staff,
    data: z.strictObject({
      place: id('place'),
      matter: z.enum([
        ...['noise', 'smell', 'leak', 'parking', 'passage', 'pets', 'fees', 'family'],
        ...['neighbours', 'other'],
      ] as const),
      text: text(),
      persons: z
        .array(z.strictObject({ person: id('person'), side: Side }))
        .max(PARTIES_MAX)
        .optional(),
      units: z
        .array(z.strictObject({ unit: id('organisation'), side: Side }))
        .max(PARTIES_MAX)
        .optional(),
      outside: z
        .array(z.strictObject({ name: text(120), side: Side }))
        .max(PARTIES_MAX)
        .optional(),
      appeal: id('appeal').optional(),
    }),
    needs: {
      ...{ place: 'place', persons: 'person[]', units: 'organisation[]', appeal: 'appeal' },
    },
  }),
  accept: command({ records: 'accepted', by: mediators, data: Nothing }),
  arrange: command({
    records: 'arranged',
    by: mediators,
    data: z.strictObject({ at: z.iso.datetime(), room: z.string().min(1).max(120) }),
  }),
  talk: command({
    records: 'talked',
    by: mediators,
    data: z.strictObject({
      at: z.iso.datetime(),
      attended: z
        .array(Party)
        .min(2)
        .max(3 * PARTIES_MAX),
      record: text(),
    }),
  }),
  agree: command({
    records: 'agreed',
    by: mediators,
    data: z.strictObject({ measures: z.array(Measure).min(1).max(MEASURES_MAX) }),
  }),
  carryOut: command({
    records: 'carriedOut',
    by: [...mediators, 'unit-handler'],
    data: z.strictObject({ measure: z.string().max(20), note: text(1000).optional() }),
  }),
  check: command({
    records: 'checked',
    by: mediators,
    data: z.strictObject({ kept: z.enum(['all', 'part', 'none']), note: text(2000).optional() }),
  }),
  fail: command({
    records: 'failed',
    by: mediators,
    data: z.strictObject({
      reason: z.enum(['noAgreement', 'absent', 'notForMediation', 'broken', 'other']),
      advised: z.enum(['court', 'arbitration', 'department', 'none']),
      note: text(2000).optional(),
    }),
  }),
  withdraw: command({
    records: 'withdrawn',
    by: staff,
    data: z.strictObject({
      reason: z.enum(['settled', 'partyDeclined', 'court', 'mistake', 'other']),
      note: text(1000).optional(),
    }),
  }),
}
