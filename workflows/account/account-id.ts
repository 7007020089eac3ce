// Which account is whose: one for each owner and currency, so its id follows from both, and the
// effects that open it and claim what was earned. Other workflows import this file alone.
import { instanceFrom, type OpenParams, type TellParams } from '@linli/workflow'
import { z } from 'zod'

/** What an account is kept in: points, or minutes of service. */
export const Currency = z.enum(['points', 'minutes'])
export type Currency = z.infer<typeof Currency>

/** Whose an account is: a person's, a unit's, or the community's own, which issues. */
export const AccountKind = z.enum(['person', 'unit', 'issuing'])
export type AccountKind = z.infer<typeof AccountKind>

/** An account before it has moved anything. `place` is the path from the community down. */
export type Opening = {
  owner: string
  kind: AccountKind
  currency: Currency
  place: readonly string[]
}

const UUID_LENGTH = 36

/** The one account of an owner in a currency; an owner is a person, a unit or a community. */
export const accountOf = (owner: string, currency: Currency): string =>
  instanceFrom('account', owner.slice(-UUID_LENGTH), `${owner}:${currency}`)

/** The account that issues a currency in the community at the head of a path. */
export const issuingAccount = (place: readonly string[], currency: Currency): string =>
  accountOf(place[0] ?? '', currency)

/** Opens an account; one that is open already stays as it is. */
export const openAccount = (opening: Opening): OpenParams => ({
  workflow: 'account',
  command: 'open',
  instance: accountOf(opening.owner, opening.currency),
  with: { ...opening, place: [...opening.place] },
})

/** Something a person did that counts. `proof` names it once: case and part. */
export type Service = {
  person: string
  place: readonly string[]
  proof: string
  activity: string
  minutes: number
}

/** Opens the accounts that a service is told to, where they are not open yet. */
export const openForService = ({ person, place }: Service): OpenParams[] =>
  Currency.options.map((currency) =>
    openAccount({ owner: person, kind: 'person', currency, place }),
  )

/** Tells a person's accounts of a service, each counts by its own rule: after `openForService`. */
export const tellService = ({ person, proof, activity, minutes }: Service): TellParams[] =>
  Currency.options.map((currency) => ({
    instance: accountOf(person, currency),
    command: 'earn',
    with: { proof, activity, minutes },
  }))
