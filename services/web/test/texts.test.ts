// The wording: both languages have the same keys, every key is used, and every key used exists.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import en from '../src/texts/en.json' with { type: 'json' }
import zh from '../src/texts/zh.json' with { type: 'json' }

const src = fileURLToPath(new URL('../src/', import.meta.url))
const sources = readdirSync(src, { recursive: true, encoding: 'utf8' })
  .filter((name) => /\.tsx?$/.test(name))
  .map((name) => readFileSync(join(src, name), 'utf8'))
  .join('\n')

/** Keys written out in the sources, and the stems of those put together, `state.${kind}.title`. */
const written = new Set(
  [...sources.matchAll(/'([a-z][\w-]*(?:\.[\w -]+)*)'/gi)].map(([, key]) => key),
)
const stems = [...sources.matchAll(/t\(`([a-z][\w.]*\.)\$\{/gi)].map(([, stem]) => stem ?? '')

t.test('zh and en have the same keys and the same values to fill in', async (t) => {
  t.same(Object.keys(zh), Object.keys(en))
  const gaps = (text: string) => [...text.matchAll(/\{\{\w+\}\}/g)].map(String).sort()
  const other: Record<string, string> = en
  const uneven = Object.entries(zh).filter(
    ([key, text]) => text.trim() === '' || String(gaps(text)) !== String(gaps(other[key] ?? '')),
  )
  t.same(uneven, [])
  t.notMatch(Object.values({ ...zh }).join(), /[!！]/, 'no exclamation marks')
})

t.test('every text is used, and every text used is there', async (t) => {
  const unused = Object.keys(zh).filter(
    (key) => !written.has(key) && !stems.some((stem) => key.startsWith(stem)),
  )
  t.same(unused, [])
  const asked = [...sources.matchAll(/\bt\(\s*'([^']+)'/g)].map(([, key]) => key ?? '')
  t.same(
    asked.filter((key) => !(key in zh)),
    [],
  )
})
