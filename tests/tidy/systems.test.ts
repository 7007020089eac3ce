// docs/systems.md names every system of the community and the test that tells it; the tests of
// tests/systems begin their titles with the number of the row they tell.
import { readdirSync, readFileSync } from 'node:fs'
import t from 'tap'

const SYSTEMS = 34
const root = new URL('../../', import.meta.url)
const folder = new URL('tests/systems/', root)
const told = readdirSync(folder)
  .filter((name) => name.endsWith('.test.ts'))
  .flatMap((name) => {
    const text = readFileSync(new URL(name, folder), 'utf8')
    return [...text.matchAll(/test\(\s*'row (\d+): /g)].map(([, row]) => ({
      row: Number(row),
      file: `../tests/systems/${name}`,
    }))
  })
const table = readFileSync(new URL('docs/systems.md', root), 'utf8')
const rows = [...table.matchAll(/^\| (\d+) \|.*?\]\(([^)]+)\) \|$/gm)].map(([, row, file]) => ({
  row: Number(row),
  file,
}))

t.test('every system is a row of the table, in order', (t) => {
  t.same(
    rows.map(({ row }) => row),
    Array.from({ length: SYSTEMS }, (_, index) => index + 1),
  )
  t.end()
})

t.test('the table and the tests name each other', (t) => {
  const byRow = (a: { row: number }, b: { row: number }) => a.row - b.row
  t.same(told.toSorted(byRow), rows)
  t.end()
})
