// What a person takes. Name and phone are the person's own and sealed with the key of their own
// stream; roles are public and live here only, each with a begin and an end.
import { command, personal, Role } from '@linli/workflow'
import { z } from 'zod'
import { Skills } from './skill.ts'

/** What a person is to the software: people, scripts, and the command line. */
export const PersonKind = z.enum(['resident', 'staff', 'service', 'operator'])
export type PersonKind = z.infer<typeof PersonKind>

/** A role that can be granted: `system` belongs to effects and timers alone. */
export const GrantedRole = Role.exclude(['system'])
export type GrantedRole = z.infer<typeof GrantedRole>

/** The five duties of a building chief. */
export const Duty = z.enum(['messenger', 'organiser', 'mediator', 'informant', 'patrol'])
export type Duty = z.infer<typeof Duty>

/** Those who come to a community to serve for a time, or who registered there to serve. */
export const Group = z.enum(['partyVolunteer', 'student', 'deputy', 'veteran', 'youth'])

/** What a person agrees to; each has its own date. */
export const ConsentScope = z.enum([
  'contact',
  'shareContact',
  'visits',
  'errands',
  'careNotes',
  'photos',
])
export type ConsentScope = z.infer<typeof ConsentScope>

const scope = { role: GrantedRole, place: z.string().optional(), unit: z.string().optional() }
const time = z.iso.datetime()
const described = {
  name: personal(z.string().min(1).max(80)).optional(),
  phone: personal(z.string().min(3).max(32)).optional(),
  place: z.string().optional(),
  skills: Skills.optional(),
  groups: z.array(Group).max(Group.options.length).optional(),
  unit: z
    .string()
    .regex(/^organisation-/)
    .optional(),
}
const needs = { place: 'place', unit: 'organisation' }

/** The commands of a person. */
export const commands = {
  register: command({
    records: 'registered',
    starts: true,
    by: ['system', 'administrator', 'coordinator'],
    data: z.strictObject({ kind: PersonKind, ...described }),
    needs,
  }),
  grant: command({
    records: 'granted',
    by: ['administrator', 'system'],
    data: z.strictObject({
      ...scope,
      from: time.optional(),
      until: time.optional(),
      duties: z.array(Duty).min(1).max(Duty.options.length).optional(),
    }),
    needs,
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
    needs,
  }),
  consent: command({
    records: 'consented',
    by: ['resident', 'coordinator', 'grid-worker', 'administrator', 'system'],
    data: z.strictObject({
      scope: ConsentScope,
      on: z.iso.date().optional(),
      until: time.optional(),
    }),
  }),
  withdrawConsent: command({
    records: 'consentWithdrawn',
    by: ['resident', 'coordinator', 'grid-worker', 'administrator', 'system'],
    data: z.strictObject({ scope: ConsentScope }),
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
