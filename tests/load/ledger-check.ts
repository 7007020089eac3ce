// How long the check takes that all accounts come to zero, over a million postings:
// `node tests/load/ledger-check.ts [postings]`. The tables are the projection's own; their rows
// are made by SQL, for the check asks nothing of how they came.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { accountProjection, checkAccounts, instanceProjection } from '@linli/engine'
import { openDatabase } from '@linli/sql'
import { workflows } from '@linli/workflows'

/** The check and what it is compared with: reading every line once. Milliseconds. */
export type LedgerCheck = { postings: number; checkMs: number; scanMs: number; trouble: string[] }

const ACCOUNTS = 10_000
const POSTINGS = 1_000_000

/** Fills a file with so many postings between accounts, and checks it. */
export async function measureLedgerCheck(postings: number): Promise<LedgerCheck> {
  const folder = mkdtempSync(join(tmpdir(), 'linli-ledger-'))
  const file = join(folder, 'read.db')
  const db = await openDatabase<unknown>(file, { schema: 'linli_read', poolSize: 1 })
  try {
    for (const projection of [instanceProjection({ workflows }), accountProjection()]) {
      await projection.tables(db, (base) => base)
      await projection.indexes?.(db, (base) => base)
    }
    const rows = new DatabaseSync(file)
    rows.exec(filling(postings))
    const scan = performance.now()
    rows.prepare('select sum("amount") as "all" from account_lines').get()
    const begin = performance.now()
    rows.close()
    const { trouble } = await checkAccounts(db)
    return { postings, checkMs: performance.now() - begin, scanMs: begin - scan, trouble }
  } finally {
    await db.destroy()
    rmSync(folder, { recursive: true })
  }
}

const filling = (postings: number): string => `
  with recursive n(i) as (select 0 union all select i + 1 from n where i < ${ACCOUNTS - 1})
    insert into account_owners select printf('account-%036d', i), printf('person-%036d', i),
      'person', iif(i % 2, 'points', 'minutes'), '/place/' from n;
  ${[0, 1].map((side) => linesOf(postings, side)).join(';')};
  insert into instances ("key", "id", "workflow", "startedAt", "state", "ended",
      "place", "units", "persons", "supervised", "card", "enteredAt", "counted", "met", "rest",
      "revision", "fromAt", "fromPosition")
    select rowid, "account", 'account', 0, 'active', 0, '/place/', '', '', 0, 'none', 0, 0, 0,
      json_object('extra', json_object('balance',
        (select sum("amount") from account_lines l where l."account" = o."account"))), 0, 0, 0
    from account_owners o`

/** One side of every posting: out of the payer's account, or into one of the same currency. */
const linesOf = (postings: number, side: number): string => `
  with recursive n(i) as (select 0 union all select i + 1 from n where i < ${postings - 1})
    insert into account_lines select i * 2 + ${side},
      printf('account-%036d', (i * 7 + ${side} * (2 * (i % 13) + 2)) % ${ACCOUNTS}),
      printf('posting-%028d', i), ${side === 0 ? -1 : 1} * (1 + i % 9), 0, i * 1000 from n`

if (import.meta.main) {
  const found = await measureLedgerCheck(Number(process.argv[2] ?? POSTINGS))
  process.stdout.write(`${JSON.stringify(found)}\n`)
}
