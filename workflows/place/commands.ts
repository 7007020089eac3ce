// What a place takes: registered once, renamed or corrected, ended. Names of places are public.
import { command } from '@linli/workflow'
import { z } from 'zod'

/** The kinds of place, from the largest to the smallest; a grid lies over buildings. */
export const PlaceKind = z.enum([
  'community',
  'estate',
  'building',
  'entrance',
  'household',
  'grid',
])
export type PlaceKind = z.infer<typeof PlaceKind>

const name = z.string().min(1).max(120)
const measured = {
  areaM2: z.number().positive().max(10_000_000).optional(),
  floors: z.int().min(1).max(200).optional(),
  households: z.int().min(0).max(100_000).optional(),
  address: z.string().min(1).max(200).optional(),
  buildings: z.array(z.string()).max(500).optional(),
}

/** The commands of a place. */
export const commands = {
  register: command({
    records: 'registered',
    starts: true,
    by: ['administrator', 'system'],
    data: z.strictObject({ kind: PlaceKind, name, parent: z.string().optional(), ...measured }),
    needs: { parent: 'place', buildings: 'place[]' },
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
  end: command({
    records: 'ended',
    by: ['administrator', 'system'],
    data: z.strictObject({ reason: z.enum(['demolished', 'merged', 'divided', 'mistake']) }),
  }),
}
