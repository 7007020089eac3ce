// Keeps the shape of the tree: who may import whom, no cycles, lengths, and what is banned.
import { readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import t from 'tap'
import { codeOf, root, type SourceFile, sourceFiles } from './source.ts'

const LINES_PER_FILE = 400
const LINES_PER_FUNCTION = 70
const COLUMNS = 100
const README_LINES = 40
const NOT_A_FUNCTION = /^\s*(if|for|while|switch|return|catch)\b|=> \(?\{$/

/** The package table of ARCHITECTURE.md: what each may import of ours and of others. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  calendar: [],
  workflow: ['xstate', 'zod'],
  'event-store': [],
  'event-store-kurrent': ['@linli/event-store', '@eventstore/db-client'],
  sql: ['kysely', 'pg'],
  vault: ['@linli/sql', 'kysely'],
  projections: ['@linli/event-store', '@linli/sql', 'kysely'],
  engine: [
    '@linli/workflow',
    '@linli/calendar',
    '@linli/event-store',
    '@linli/sql',
    '@linli/vault',
    '@linli/projections',
    'kysely',
    'zod',
  ],
  interchange: ['@linli/event-store', 'csv-parse', 'zod'],
  http: ['@linli/engine', 'fastify', 'zod'],
  runtime: [
    '@linli/workflow',
    '@linli/event-store',
    '@linli/event-store-kurrent',
    '@linli/sql',
    '@linli/vault',
    '@linli/projections',
    '@linli/engine',
    '@linli/http',
    '@linli/workflows',
  ],
}
const ANY_OUTSIDE = new Set(['http', 'runtime'])

const code = sourceFiles(/\.(ts|tsx)$/).filter((file) => !file.path.endsWith('.d.ts'))
const sources = code.filter(
  (file) => !/(^|\/)(test|tests|contract|fixtures)\/|\.test\.ts$/.test(file.path),
)

t.test('manifests follow the package table', (t) => {
  for (const file of sourceFiles(/^packages\/[^/]+\/package\.json$/)) {
    const name = file.path.split('/')[1] ?? ''
    const allowed = MAY_IMPORT[name]
    if (allowed === undefined) {
      t.fail(`${name} is not in the package table`)
      continue
    }
    const manifest = JSON.parse(file.text) as { dependencies?: Record<string, string> }
    for (const dependency of Object.keys(manifest.dependencies ?? {})) {
      const free = ANY_OUTSIDE.has(name) && !dependency.startsWith('@linli/')
      t.ok(free || allowed.includes(dependency), `${name} may import ${dependency}`)
    }
  }
  t.end()
})

t.test('sources import only what their manifest names', (t) => {
  for (const file of sources) {
    const manifest = manifestOf(file)
    if (manifest === undefined) continue
    for (const name of importsOf(file)) {
      if (name.startsWith('.') || name.startsWith('node:') || name === manifest.name) continue
      const dependency = name
        .split('/')
        .slice(0, name.startsWith('@') ? 2 : 1)
        .join('/')
      t.ok(manifest.all.has(dependency), `${file.path} imports ${dependency}`)
    }
  }
  t.end()
})

t.test('no import cycle, types included', (t) => {
  const byPath = new Map(code.map((file) => [file.path, file]))
  const done = new Set<string>()
  const visit = (path: string, trail: readonly string[]): void => {
    if (trail.includes(path)) {
      t.fail(`cycle: ${[...trail.slice(trail.indexOf(path)), path].join(' → ')}`)
      return
    }
    const file = byPath.get(path)
    if (file === undefined || done.has(path)) return
    for (const name of importsOf(file)) {
      if (name.startsWith('.')) visit(normalize(join(dirname(path), name)), [...trail, path])
    }
    done.add(path)
  }
  for (const file of code) visit(file.path, [])
  t.ok(done.size > 0)
  t.end()
})

t.test('services never import one another', (t) => {
  for (const file of sources.filter((one) => one.path.startsWith('services/'))) {
    const own = file.path.split('/')[1]
    for (const name of importsOf(file)) {
      const other = /^@linli\/(linli|web|api|worker)$/.exec(name)?.[1]
      t.ok(other === undefined || other === own, `${file.path} imports ${name}`)
    }
  }
  t.end()
})

t.test('lengths', (t) => {
  for (const file of code) {
    const count = file.lines.length - 1
    t.ok(count <= LINES_PER_FILE, `${file.path} has ${count} lines`)
    for (const [index, line] of file.lines.entries()) {
      if (line.length > COLUMNS && !/https?:\/\/|^\s*\/\//.test(line) && !isText(line)) {
        t.fail(`${file.path}:${index + 1} has ${line.length} columns`)
      }
    }
  }
  for (const file of sources) {
    for (const { line, lines } of functionsOf(file)) {
      t.ok(lines <= LINES_PER_FUNCTION, `${file.path}:${line} is a function of ${lines} lines`)
    }
  }
  for (const file of sourceFiles(/^(packages|services)\/[^/]+\/README\.md$/)) {
    t.ok(file.lines.length - 1 <= README_LINES, `${file.path} has ${file.lines.length - 1} lines`)
  }
  t.end()
})

t.test('names of files', (t) => {
  const banned = /(^|\/)(types|utils|helpers|common)\.tsx?$/
  for (const file of code) {
    t.notMatch(file.path, banned)
    const name = file.path.split('/').at(-1) ?? ''
    t.match(name, /^[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9-]+)*\.tsx?$/, file.path)
  }
  t.end()
})

const BANS: readonly [ban: RegExp, why: string, allowed?: RegExp][] = [
  [/\bas any\b|: any\b|<any>/, 'any'],
  [/\bas unknown as\b/, 'as unknown as'],
  [/@ts-(ignore|nocheck)|biome-ignore/, 'silenced tool'],
  [/^\s*(export\s+)?(const\s+)?enum\s/, 'enum'],
  [/^export \* /, 'export *'],
  [/^export default\b/, 'default export', /vite\.config|knip|^tests\/|playwright/],
  [/^\s*@[A-Z]\w*\(/, 'decorator'],
  [/\b(TODO|FIXME|XXX|HACK)\b/, 'left open'],
  [/\.(skip|todo|only)\(/, 'test left out'],
]

t.test('bans of the house style', (t) => {
  const own = /^tests\/tidy\//
  for (const file of code.filter((one) => !own.test(one.path))) {
    const lines = codeOf(file)
    for (const [ban, why, allowed] of BANS) {
      if (allowed?.test(file.path)) continue
      const index = lines.findIndex((line) => ban.test(line))
      t.equal(index, -1, `${why} at ${file.path}:${index + 1}`)
    }
  }
  t.end()
})

t.test('versions are exact and in the catalog', (t) => {
  const catalog = readFileSync(`${root}pnpm-workspace.yaml`, 'utf8').split('catalog:')[1] ?? ''
  for (const line of catalog.split('\n').filter((one) => one.trim() !== '')) {
    t.match(line, /^ {2}\S+: ['"]?\d+\.\d+\.\d+[\w.-]*['"]?$/, line)
  }
  for (const file of sourceFiles(/package\.json$/)) {
    if (file.path.startsWith('tests/load/peers/')) continue
    const manifest = JSON.parse(file.text) as Record<string, Record<string, string>>
    for (const group of ['dependencies', 'devDependencies']) {
      for (const [name, range] of Object.entries(manifest[group] ?? {})) {
        t.match(range, /^(catalog:|workspace:\*)$/, `${file.path}: ${name}`)
      }
    }
  }
  t.end()
})

t.test('nothing in the tree tells of a machine', (t) => {
  for (const file of sourceFiles(/\.(ts|tsx|md|json|yaml|yml|sh)$/)) {
    if (file.path.startsWith('tests/tidy/')) continue
    t.notMatch(file.text, /(^|[^A-Za-z0-9_])\/(work|farm|root|home)\/[a-z]/, file.path)
  }
  t.end()
})

function importsOf(file: SourceFile): string[] {
  const found = file.text.matchAll(/(?:from|import)\s+'([^']+)'/g)
  return [...found].flatMap((match) => (match[1] === undefined ? [] : [match[1]]))
}

function manifestOf(file: SourceFile): { name: string; all: Set<string> } | undefined {
  const folder = /^((packages|services)\/[^/]+|workflows)\//.exec(file.path)?.[1]
  if (folder === undefined) return undefined
  const text = readFileSync(join(root, folder, 'package.json'), 'utf8')
  const manifest = JSON.parse(text) as {
    name: string
    dependencies?: Record<string, string>
    devDependencies?: Record<string, string>
  }
  const names = [manifest.dependencies, manifest.devDependencies].flatMap((one) =>
    Object.keys(one ?? {}),
  )
  return { name: manifest.name, all: new Set(names) }
}

/** Functions and methods by their first line and length, told by the formatter's indentation. */
function functionsOf(file: SourceFile): { line: number; lines: number }[] {
  const found: { line: number; lines: number }[] = []
  const begins = /^(\s*)(export\s+)?(async\s+)?(function\b|(static\s+|async\s+)*#?\w+\(.*\{$)/
  for (const [index, line] of file.lines.entries()) {
    const indent = begins.exec(line)?.[1]
    if (indent === undefined || NOT_A_FUNCTION.test(line)) continue
    const end = file.lines.findIndex((one, at) => at > index && one === `${indent}}`)
    if (end > index) found.push({ line: index + 1, lines: end - index + 1 })
  }
  return found
}

function isText(line: string): boolean {
  return /['"`].{60,}['"`]/.test(line)
}
