// What an organisation takes. Its name is public; it holds no person's contact data: the people
// who act for it are persons with a role in it.
import { command } from '@linli/workflow'
import { z } from 'zod'
import { Skills } from '../person/skill.ts'

/** What an organisation is to the community. */
export const OrganisationKind = z.enum([
  'unit',
  'property',
  'heating',
  'cleansing',
  'department',
  'partner',
  'social',
  'community',
])
export type OrganisationKind = z.infer<typeof OrganisationKind>

const described = {
  name: z.string().min(1).max(120),
  handles: z.array(z.string().min(1).max(80)).max(200),
  place: z.string().optional(),
  skills: Skills.optional(),
}

/** The commands of an organisation. `handles` are category prefixes such as `heating.indoor`. */
export const commands = {
  register: command({
    records: 'registered',
    starts: true,
    by: ['administrator', 'system'],
    data: z.strictObject({ kind: OrganisationKind, ...described }),
    needs: { place: 'place' },
  }),
  correct: command({
    records: 'corrected',
    by: ['administrator', 'system'],
    data: z.strictObject(described).partial(),
    needs: { place: 'place' },
  }),
  ally: command({
    records: 'allied',
    by: ['administrator', 'coordinator', 'system'],
    data: z.strictObject({ on: z.iso.date().optional() }),
  }),
  leaveAlliance: command({
    records: 'allianceLeft',
    by: ['administrator', 'coordinator', 'system'],
    data: z.strictObject({}),
  }),
  suspend: command({
    records: 'suspended',
    by: ['administrator'],
    data: z.strictObject({ reason: z.enum(['request', 'review', 'contract', 'other']) }),
  }),
  resume: command({ records: 'resumed', by: ['administrator'], data: z.strictObject({}) }),
  end: command({
    records: 'ended',
    by: ['administrator'],
    data: z.strictObject({ reason: z.enum(['dissolved', 'contract', 'mistake', 'other']) }),
  }),
}
