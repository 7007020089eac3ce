// What a team takes: its skills, its members with begin and end, a leader, and a weekly roster.
// Names of teams are public; members are named by their ids alone.
import { command } from '@linli/workflow'
import { z } from 'zod'
import { Skills } from '../person/skill.ts'

const WEEK_DAYS = 7
const id = (workflow: string) => z.string().regex(new RegExp(`^${workflow}-`))
const time = z.iso.datetime()
const Clock = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/)
const offices = ['administrator', 'coordinator', 'system'] as const

/** Who is where in a week (1 Monday to 7 Sunday), within one day. */
export const RosterLine = z
  .strictObject({
    person: id('person'),
    day: z.int().min(1).max(WEEK_DAYS),
    from: Clock,
    to: Clock,
    post: z.string().min(1).max(80),
  })
  .refine(({ from, to }) => from < to, { path: ['to'], message: 'ends before it begins' })
export type RosterLine = z.infer<typeof RosterLine>

const described = { name: z.string().min(1).max(120), skills: Skills.min(1) }

/** The commands of a team. */
export const commands = {
  form: command({
    records: 'formed',
    starts: true,
    by: offices,
    data: z.strictObject({
      ...described,
      place: id('place'),
      unit: id('organisation').optional(),
    }),
    needs: { place: 'place', unit: 'organisation' },
  }),
  correct: command({
    records: 'corrected',
    by: offices,
    data: z.strictObject(described).partial(),
  }),
  enlist: command({
    records: 'enlisted',
    by: offices,
    data: z.strictObject({
      person: id('person'),
      from: time.optional(),
      until: time.optional(),
    }),
    needs: { person: 'person' },
  }),
  release: command({
    records: 'released',
    by: offices,
    data: z.strictObject({
      person: id('person'),
      reason: z.enum(['request', 'moved', 'health', 'conduct', 'other']),
    }),
  }),
  appoint: command({
    records: 'appointed',
    by: offices,
    data: z.strictObject({ leader: id('person') }),
  }),
  plan: command({
    records: 'planned',
    by: offices,
    data: z.strictObject({ roster: z.array(RosterLine).max(500) }),
  }),
  disband: command({
    records: 'disbanded',
    by: offices,
    data: z.strictObject({ reason: z.enum(['done', 'merged', 'idle', 'mistake']) }),
  }),
}
