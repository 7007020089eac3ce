// What a person takes. Name and phone are the person's own and sealed with the key of their own
// stream; roles are public and live here only, each with a begin and an end.
import { command, personal, Role } from '@linli/workflow'
import { z } from 'zod'

/** What a person is to the software: people, scripts, and the command line. */
export const PersonKind = z.enum(['resident', 'staff', 'service', 'operator'])
export type PersonKind = z.infer<typeof PersonKind>

/** A role that can be granted: `system` belongs to effects and timers alone. */
export const GrantedRole = Role.exclude(['system'])
export type GrantedRole = z.infer<typeof GrantedRole>

const scope = { role: GrantedRole, place: z.string().optional(), unit: z.string().optional() }
const described = {
  name: personal(z.string().min(1).max(80)).optional(),
  phone: personal(z.string().min(3).max(32)).optional(),
  place: z.string().optional(),
}

/** The commands of a person. */
export const commands = {
  register: command({
    records: 'registered',
    starts: true,
    by: ['system', 'administrator', 'coordinator'],
    data: z.strictObject({ kind: PersonKind, ...described }),
    needs: { place: 'place' },
  }),
  grant: command({
    records: 'granted',
    by: ['administrator', 'system'],
    data: z.strictObject({ ...scope, until: z.iso.datetime().optional() }),
    needs: { place: 'place', unit: 'organisation' },
  }),
  revoke: command({
    records: 'revoked',
    by: ['administrator', 'system'],
    data: z.strictObject(scope),
  }),
  correct: command({
    records: 'corrected',
    by: ['system', 'administrator', 'coordinator'],
    data: z.strictObject(described),
    needs: { place: 'place' },
  }),
  leave: command({
    records: 'left',
    by: ['administrator', 'coordinator'],
    data: z.strictObject({ reason: z.enum(['moved', 'ended', 'deceased', 'mistake']) }),
  }),
  erase: command({
    records: 'erased',
    by: ['administrator', 'system'],
    data: z.strictObject({}),
  }),
}
