import { readdirSync, readFileSync } from 'node:fs'
import { workflows } from '@linli/workflows'
import t from 'tap'
import { cases } from './cases.ts'
import { foldLines } from './fold-lines.ts'

const folder = new URL('streams/', import.meta.url)
const textOf = (name: string) => readFileSync(new URL(name, folder), 'utf8')

t.test('every golden stream folds to the states, clocks and rows that were recorded', (t) => {
  const streams = readdirSync(folder).filter((name) => name.endsWith('.ndjson'))
  t.same(
    streams
      .map((name) => name.replace('.ndjson', ''))
      .filter((name) => !name.startsWith('told-'))
      .sort(),
    cases.map(({ name }) => name).sort(),
    'a play has one stream and a stream has its play',
  )
  for (const stream of streams) {
    const lines = textOf(stream).trimEnd().split('\n')
    const { rows, faults } = foldLines(lines)
    t.same(faults, [], `${stream} folds to the states that its events name`)
    t.strictSame(rows, JSON.parse(textOf(stream.replace('.ndjson', '.rows.json'))), stream)
  }
  t.end()
})

t.test('the streams hold nothing personal, and reach every workflow', (t) => {
  const all = readdirSync(folder).map(textOf).join('')
  t.notOk(all.includes('"$sealed":"'), 'sealed values were left out')
  t.notOk(/13[89]0000000/.test(all), 'no telephone number')
  for (const workflow of workflows.keys()) {
    t.ok(all.includes(`"workflow":{"id":"${workflow}"`), workflow)
  }
  t.end()
})
