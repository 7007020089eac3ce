// Questions to the read model of accounts: rankings as of a moment, and whether all accounts and
// what is in transit come to zero. Times are epoch milliseconds.
import { kindOf } from '@linli/sql'
import { type Kysely, sql } from 'kysely'
import type { Scope } from './permission.ts'
import { type Sql, wordsOf } from './sql-words.ts'

/** A ranking: who is building chief at `at`, by what was earned from `from` until then. */
export type RankingAsked = { currency: string; from: number; at: number; scope: Scope }

/** A chief's place in a ranking; equal sums have equal ranks. */
export type Ranked = { rank: number; person: string; place: string; earned: number }

/** The most chiefs of one ranking. */
export const RANKED_MAX = 1_000

/** The building chiefs of a scope, who earned most first. */
export async function rankedChiefs(db: Kysely<unknown>, asked: RankingAsked): Promise<Ranked[]> {
  const { currency, from, at, scope } = asked
  const words = wordsOf(db)
  const places = scope.map((one): Sql => {
    if ('place' in one) return words.holds(sql`"path"`, `/${one.place}/`)
    return 'all' in one ? sql`1 = 1` : sql`1 = 0`
  })
  if (places.length === 0) return []
  const { rows } = await sql<Omit<Ranked, 'rank'>>`
    select "person", "place", coalesce((
      select sum("counts") from account_owners o join account_lines l on l."account" = o."account"
      where o."owner" = "person" and o."currency" = ${currency}
        and l."at" >= ${from} and l."at" <= ${at}), 0) as "earned"
    from (select "person", min("place") as "place" from chief_terms
      where "fromAt" <= ${at} and "toAt" > ${at} and (${sql.join(places, sql` or `)})
      group by "person") as chiefs
    order by 3 desc, "person" limit ${RANKED_MAX}`.execute(db)
  const sums = rows.map(({ earned }) => Number(earned))
  return rows.map((row, n) => {
    const earned = sums[n] ?? 0
    return { rank: sums.indexOf(earned) + 1, ...row, earned }
  })
}

/** What the check of all accounts found; `trouble` is empty when they come to zero. */
export type AccountsChecked = {
  accounts: number
  postings: number
  /** What stands in transit, by currency. */
  inTransit: Readonly<Record<string, number>>
  trouble: string[]
}

const SHOWN = 5

/**
 * Compares what each account's own fold says with the lines of all postings: every balance is the
 * sum of its lines, every posting has one side out and at most one in, of the same amount, and so
 * all balances and what is in transit come to zero.
 */
export async function checkAccounts(db: Kysely<unknown>): Promise<AccountsChecked> {
  const inServer = kindOf(db) === 'postgres'
  const balance = inServer
    ? sql`coalesce((nullif(i."rest", '')::json #>> '{extra,balance}')::bigint, 0)`
    : sql`coalesce(json_extract(nullif(i."rest", ''), '$.extra.balance'), 0)`
  const compared = sql`(select o."account", o."currency", ${balance} as "folded",
      coalesce((select sum("amount") from account_lines l where l."account" = o."account"), 0)
        as "posted"
    from account_owners o join instances i on i."id" = o."account")`
  const sums = await sql<{ currency: string; accounts: number; folded: number; posted: number }>`
    select "currency", count(*) as "accounts", sum("folded") as "folded", sum("posted") as "posted"
    from ${compared} as compared group by "currency"`.execute(db)
  const unlike = await sql<{ account: string; folded: number; posted: number }>`
    select "account", "folded", "posted" from ${compared} as compared
    where "folded" <> "posted" order by "account" limit ${SHOWN}`.execute(db)
  const sided = await sql<{ posting: string }>`
    select "posting" from account_lines group by "posting"
    having count(*) > 2 or (count(*) = 2 and sum("amount") <> 0) or min("amount") > 0
    order by "posting" limit ${SHOWN}`.execute(db)
  const { rows: counted } = await sql<{ postings: number }>`
    select count(*) as "postings" from account_lines where "amount" < 0`.execute(db)
  const trouble = [
    ...unlike.rows.map((one) => `${one.account} says ${one.folded}, its postings ${one.posted}`),
    ...sided.rows.map(({ posting }) => `the posting ${posting} has not one side out and one in`),
    ...sums.rows.flatMap(({ currency, folded, posted }) => {
      const sum = Number(folded) - Number(posted)
      return sum === 0 ? [] : [`all accounts of ${currency} and its transit come to ${sum}`]
    }),
  ]
  return {
    accounts: sums.rows.reduce((all, { accounts }) => all + Number(accounts), 0),
    postings: Number(counted[0]?.postings ?? 0),
    inTransit: Object.fromEntries(
      // `-0` would be told as such.
      sums.rows.map(({ currency, posted }) => [currency, 0 - Number(posted)]),
    ),
    trouble,
  }
}
