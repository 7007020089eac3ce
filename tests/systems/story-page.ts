// A story as a page of `docs/stories`: what was sent to a running API and what it answered, in the
// order in which a test did it. The test compares the page with the one that is filed, so that the
// page cannot say anything that linli does not do; LINLI_WRITE_STORIES=1 files it anew.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import type { Answer, House } from '../end-to-end/house.ts'

type Who = Parameters<House['ask']>[0]
/** A step: who sends what, and what of the answer the page shows. */
export type Step = {
  who: Who
  /** What the page calls whoever sends it, where that is no role of the neighbourhood. */
  as?: string
  send: string
  body?: unknown
  headers?: Record<string, string>
  shows?: ((body: Answer['body']) => unknown) | undefined
  /** What the instance that this step begins is called. */
  names?: string
}

/** A page that is being written. */
export type StoryPage = {
  /** A paragraph or a heading. */
  say: (text: string) => void
  /** Calls an id by a name in what follows. */
  call: (id: string, name: string) => void
  /** Writes a name for a secret, such as the token of a link. */
  hide: (secret: string, name: string) => void
  /** Sends a step, waits for what follows of it, and writes down both. */
  step: (house: House, step: Step) => Promise<Answer>
  /** The text of the page. */
  text: () => string
}

const ID = /[a-z]+(?:-[a-z]+)*-[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g

/** Begins a page. Ids are random: each is written as its name, or as the n-th of its kind. */
export function storyPage(): StoryPage {
  const parts: string[] = []
  const names = new Map<string, string>()
  const counts = new Map<string, number>()
  const secrets = new Map<string, string>()
  const named = (text: string): string => {
    const open = [...secrets].reduce((told, [one, name]) => told.replaceAll(one, `{${name}}`), text)
    return open.replaceAll(ID, (id) => {
      const name = names.getOrInsertComputed(id, () => numbered(id, counts))
      return `{${name}}`
    })
  }
  return {
    say: (text) => void parts.push(named(text)),
    call: (id, name) => void names.set(id, name),
    hide: (secret, name) => void secrets.set(secret, name),
    async step(house, { who, as = roleOf(who), send, body, headers, shows, names: name }) {
      const answer = await house.ask(who, send, body, headers)
      await house.community.settled()
      if (name !== undefined) names.set(answer.body.id, name)
      const told = [`${send}`, ...Object.entries(headers ?? {}).map(([name, v]) => `${name}: ${v}`)]
      parts.push(named(fenced('http', [`${told.join('\n')}${json(body)}`], as)))
      parts.push(named(`Answer: ${answer.status}${shown(answer, shows)}`))
      return answer
    },
    text: () => `${parts.join('\n\n')}\n`,
  }
}

/** The filed page of that name; written anew where the environment says so. */
export function filedPage(name: string, told: string): string {
  const file = new URL(`../../docs/stories/${name}.md`, import.meta.url)
  if (process.env.LINLI_WRITE_STORIES === '1') {
    mkdirSync(new URL('.', file), { recursive: true })
    writeFileSync(file, told)
  }
  return readFileSync(file, 'utf8')
}

function numbered(id: string, counts: Map<string, number>): string {
  const kind = id.slice(0, -37)
  const n = (counts.get(kind) ?? 0) + 1
  counts.set(kind, n)
  return `${kind} ${n}`
}

const json = (body: unknown): string => (body === undefined ? '' : `\n\n${laidOut(body)}`)

const ROLES: Partial<Record<Who, string>> = {
  gridWorker: 'Grid worker',
  heating: 'Handler of the heating company',
  property: 'Handler of the property company',
}

const roleOf = (who: Who): string => ROLES[who] ?? who.replace(/^./, (first) => first.toUpperCase())

function fenced(language: string, lines: readonly string[], who: string): string {
  return `${who}:\n\n\`\`\`${language}\n${lines.join('\n')}\n\`\`\``
}

function shown(answer: Answer, shows: Step['shows']): string {
  if (shows === undefined) return ''
  const picked: unknown = shows(answer.body)
  const text = typeof picked === 'string' ? picked.trim() : laidOut(picked)
  const language = typeof picked === 'string' ? 'text' : 'json'
  return `\n\n\`\`\`${language}\n${text}\n\`\`\``
}

const WIDTH = 90

/** JSON with what fits on a line on one line. */
function laidOut(value: unknown, indent = ''): string {
  const line = onLine(value)
  if (indent.length + line.length <= WIDTH || typeof value !== 'object' || value === null) {
    return line
  }
  const inner = `${indent}  `
  const isList = Array.isArray(value)
  const lines = Object.entries(value)
    .filter(([, one]) => one !== undefined)
    .map(([name, one]) => `${inner}${isList ? '' : `"${name}": `}${laidOut(one, inner)}`)
  const [open, close] = isList ? '[]' : '{}'
  return `${open}\n${lines.join(',\n')}\n${indent}${close}`
}

function onLine(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(onLine).join(', ')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null'
  const fields = Object.entries(value).filter(([, one]) => one !== undefined)
  if (fields.length === 0) return '{}'
  return `{ ${fields.map(([name, one]) => `"${name}": ${onLine(one)}`).join(', ')} }`
}
