// What each person wants of notices outside the pages: by which channel, when it must be quiet,
// and whether once a day is enough. Kept in work.db; the address is sealed with the person's key,
// so that erasing the person ends it. Must not import HTTP.
import { isSealed, type Vault } from '@linli/vault'
import { z } from 'zod'
import type { Work, WorkTables } from './work.ts'

/** Ways out of linli. The pages themselves always show a notice. */
export const Channel = z.enum(['email', 'webhook'])
export type Channel = z.infer<typeof Channel>

/** A local time of day. */
const TimeOfDay = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'HH:MM')
const KINDS_MOST = 100

/**
 * A person's choices. `channels` goes by kind of notice: `<workflow>.<text>` before `<workflow>`
 * before `*`; a kind that is not named goes nowhere. Times are the community's own.
 */
export const NoticeChoice = z.strictObject({
  language: z.enum(['zh', 'en']).default('zh'),
  email: z.email().max(254).optional(),
  channels: z
    .record(z.string().min(1).max(80), z.array(Channel).max(2))
    .refine((kinds) => Object.keys(kinds).length <= KINDS_MOST, `at most ${KINDS_MOST} kinds`)
    .default({}),
  quiet: z
    .strictObject({ from: TimeOfDay, to: TimeOfDay })
    .refine(({ from, to }) => from !== to, 'from and to are the same')
    .optional(),
  digestAt: TimeOfDay.optional(),
})
export type NoticeChoice = z.infer<typeof NoticeChoice>

/** What a person chose, without the address. */
export type KeptChoice = Omit<NoticeChoice, 'email'> & { person: string; address: string | null }

/** The channels that a choice has for a notice: the most particular kind decides. */
export function channelsFor(
  { channels }: Pick<NoticeChoice, 'channels'>,
  kind: { workflow: string; text: string },
): readonly Channel[] {
  const { workflow, text } = kind
  return channels[`${workflow}.${text}`] ?? channels[workflow] ?? channels['*'] ?? []
}

/** Keeps a person's choices, in the place of those from before. */
export async function keepChoice(
  { work, vault }: { work: Work; vault: Vault },
  person: string,
  { email, ...choice }: NoticeChoice,
): Promise<void> {
  const address =
    email === undefined ? null : JSON.stringify(await vault.seal(person, email, bindingOf(person)))
  const choices = JSON.stringify(choice)
  await work
    .insertInto('notice_choice')
    .values({ person, choices, address })
    .onConflict((conflict) => conflict.column('person').doUpdateSet({ choices, address }))
    .execute()
}

/** A person's own choices with the address in clear; what nobody chose is nothing. */
export async function ownChoice(
  { work, vault }: { work: Work; vault: Vault },
  person: string,
): Promise<NoticeChoice> {
  const [kept] = await readChoices(work, [person])
  if (kept === undefined) return NoticeChoice.parse({})
  const { person: _, address, ...choice } = kept
  const email = await openAddress(vault, { person, address })
  return { ...choice, ...(email === undefined ? {} : { email }) }
}

/** The choices of these persons, or of everybody who made any. */
export async function readChoices(work: Work, persons?: readonly string[]): Promise<KeptChoice[]> {
  const all = work.selectFrom('notice_choice').selectAll().limit(CHOICES_MOST)
  if (persons === undefined) return (await all.execute()).map(choiceOf)
  const found: KeptChoice[] = []
  for (let from = 0; from < persons.length; from += ASKED_AT_ONCE) {
    const some = persons.slice(from, from + ASKED_AT_ONCE)
    found.push(...(await all.where('person', 'in', some).execute()).map(choiceOf))
  }
  return found
}

/** The address of a choice; undefined where there is none or the person was erased. */
export async function openAddress(
  vault: Vault,
  { person, address }: Pick<KeptChoice, 'person' | 'address'>,
): Promise<string | undefined> {
  const sealed: unknown = address === null ? undefined : JSON.parse(address)
  return isSealed(sealed) ? vault.open(sealed, bindingOf(person)) : undefined
}

const CHOICES_MOST = 20_000
const ASKED_AT_ONCE = 500

const bindingOf = (person: string) => ({ stream: person, event: 'notice-choice', field: 'email' })

function choiceOf({ person, choices, address }: WorkTables['notice_choice']): KeptChoice {
  return { ...NoticeChoice.parse(JSON.parse(choices)), person, address }
}
