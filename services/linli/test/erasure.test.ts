import { randomUUIDv7 } from 'node:crypto'
import {
  cpSync,
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { z } from 'zod'
import { linli, type Server, server } from './child-process.ts'

const PHONE = '13805378642'
const NAME = 'canary-name'
const TEXT = 'canary-text: 暖气不热'
const PUBLIC = 'canary-public'

const Case = z.object({
  summary: z.object({ persons: z.array(z.string()) }),
  personal: z.array(z.object({ field: z.string(), text: z.string().nullable() })),
})

/** A served neighbourhood of one flat, with a token for its coordinator. */
async function founded(folder: string): Promise<{ running: Server; token: string; place: string }> {
  const running = await server(folder, ['--empty'])
  const tokens = []
  for (const role of ['administrator', 'coordinator']) {
    const made = await linli(['token', 'create', '--role', role, '--data', folder, '--json'])
    tokens.push(z.object({ token: z.string() }).parse(made.json).token)
  }
  const [administrator = '', token = ''] = tokens
  const asked = { token: administrator, body: { kind: 'community', name: PUBLIC } }
  const place = z.object({ id: z.string() }).parse(await ask(running, '/api/place/register', asked))
  return { running, token, place: place.id }
}

type Asked = { token?: string; body?: unknown }

async function ask(running: Server, path: string, { token, body }: Asked = {}): Promise<unknown> {
  const response = await fetch(`${running.url}${path}`, {
    method: body === undefined ? 'GET' : 'POST',
    headers: {
      'idempotency-key': randomUUIDv7(),
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  const answer: unknown = await response.json()
  if (!response.ok) throw new Error(`${path}: ${JSON.stringify(answer)}`)
  return answer
}

async function report(running: Server, place: string): Promise<string> {
  const body = { place, category: 'heating.indoor', text: TEXT, phone: PHONE, name: NAME }
  const answer = await ask(running, '/api/resident/reports', { body })
  return z.object({ id: z.string() }).parse(answer).id
}

/** What the coordinator reads of a case: whose it is, and its personal texts by field. */
async function readCase(running: Server, id: string, token: string) {
  const found = Case.parse(await ask(running, `/api/appeal/${id}`, { token }))
  const [person = ''] = found.summary.persons
  const texts = Object.fromEntries(found.personal.map(({ field, text }) => [field, text]))
  return { person, texts }
}

/** The files below the folders that hold one of the texts in clear, in either encoding. */
function holding(folders: readonly string[], ...texts: string[]): string[] {
  const needles = texts.flatMap((text) => [Buffer.from(text), Buffer.from(text, 'utf16le')])
  return folders.flatMap((folder) =>
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .filter((file) => needles.some((needle) => readFileSync(file).includes(needle))),
  )
}

const CLEAR = { text: TEXT, phone: PHONE, name: NAME }
const GONE = { text: null, phone: null, name: null }

/** The person is opened by an effect: asked for until it is there. */
async function untilOpened(running: Server, person: string, token: string): Promise<void> {
  for (let tries = 0; tries < 500; tries += 1) {
    const path = `${running.url}/api/person/${person}`
    const { ok } = await fetch(path, { headers: { authorization: `Bearer ${token}` } })
    if (ok) return
  }
  throw new Error(`${person} was not opened`)
}

t.test('an erased person is gone, also from yesterday’s backup', async (t) => {
  const scratch = t.testdir()
  const at = (name: string) => join(scratch, name)
  const data = ['--data', at('data')]
  const { running, token, place } = await founded(at('data'))
  const id = await report(running, place)
  const { person, texts } = await readCase(running, id, token)
  t.match(texts, CLEAR)
  await untilOpened(running, person, token)
  const places = ['data', 'log-1', 'keys-1', 'log-2', 'keys-2'].map(at)
  const isClean = (t: Test, when: string) => {
    const there = places.filter((folder) => existsSync(folder))
    t.strictSame(holding(there, PHONE, NAME, TEXT, 'canary-text'), [], `nothing in clear ${when}`)
    t.not(holding(there, PUBLIC).length, 0, 'what is public is found that way')
  }

  const first = await linli(['backup', at('log-1'), '--keys', at('keys-1'), '--json', ...data])
  t.match(first, { status: 0, json: { folder: at('log-1') } })
  isClean(t, 'before the erasure')
  const erased = await linli(['erase', person, '--json', ...data])
  t.match(erased, { status: 0, json: { person, instances: 2, fields: 5, repeated: false } })
  t.match((await readCase(running, id, token)).texts, GONE)
  const again = await linli(['erase', person, ...data])
  t.match(again, { status: 0, stdout: /Destroyed the key of person-/ }, 'again is no fault')
  t.equal((await linli(['backup', at('log-2'), '--keys', at('keys-2'), ...data])).status, 0)
  isClean(t, 'after the erasure')
  t.match(await running.stop(), { status: 0 })

  const args = ['restore', at('log-1'), '--keys', at('keys-2'), '--json', ...data]
  t.match(await linli(args), { status: 1, json: { failed: { code: 'folder-not-empty' } } })
  const restored = await linli([...args, '--replace'])
  t.match(restored, { status: 0, json: { erasedAgain: 1, warnings: [] } }, restored.stderr)
  const back = await server(at('data'))
  t.match((await readCase(back, id, token)).texts, GONE)
  const { events } = z
    .object({ events: z.array(z.object({ type: z.string() })) })
    .parse(await ask(back, `/api/person/${person}/events`, { token }))
  t.equal(events.at(-1)?.type, 'person.erased', 'recorded again')
  const next = await readCase(back, await report(back, place), token)
  t.not(next.person, person, 'the same telephone number is a new person')
  t.match(next.texts, CLEAR)
  t.equal((await back.stop()).stderr, '', 'nothing failed in the background')
  isClean(t, 'after yesterday’s backup was restored')

  const before = ['restore', at('log-1'), '--keys', at('keys-1'), '--data', at('other')]
  t.match(await linli(before), { status: 0 })
  const other = await server(at('other'))
  t.match(
    (await readCase(other, id, token)).texts,
    CLEAR,
    'it was the key that made the difference',
  )
  await other.stop()
})

t.test('kill -9 between event and binding loses no field and no identity', async (t) => {
  const folder = join(t.testdir(), 'data')
  let { running, token, place } = await founded(folder)
  const persons = new Set<string>()
  for (let round = 1; round <= 3; round += 1) {
    const id = await report(running, place)
    // Bindings are written a second after the event: this comes before.
    await running.kill()
    running = await server(folder)
    const { person, texts } = await readCase(running, id, token)
    t.match(texts, CLEAR, `round ${round}`)
    persons.add(person)
  }
  t.equal(persons.size, 1, 'the telephone number leads to the same person')
  t.equal((await running.stop()).stderr, '', 'nothing failed in the background')
  const diagnosis = await linli(['doctor', '--all', '--json', '--data', folder])
  t.match(diagnosis, { status: 0, json: { ok: true } }, diagnosis.stdout)
})

t.test('backups that cannot be trusted are refused, and nothing is replaced', async (t) => {
  const scratch = t.testdir()
  const at = (name: string) => join(scratch, name)
  const { running } = await founded(at('data'))
  const data = ['--data', at('data')]
  const refused = async (args: readonly string[], code: string) => {
    const { status, json, stderr } = await linli([...args, '--json', ...data])
    t.match({ status, json }, { status: 1, json: { failed: { code } } }, stderr)
  }
  await refused(['backup', at('log'), '--keys', at('log')], 'same-place')
  await refused(['backup', at('log'), '--keys', join(at('log'), 'keys')], 'same-place')
  await refused(['backup', join(at('data'), 'log'), '--keys', at('keys')], 'same-place')
  t.notOk(existsSync(at('log')))
  t.equal((await linli(['backup', at('log'), '--keys', at('keys'), ...data])).status, 0)
  symlinkSync(at('log'), at('link'))
  await refused(['backup', at('log'), '--keys', at('link')], 'same-place')
  await refused(['restore', at('log'), '--keys', at('keys'), '--replace'], 'folder-in-use')
  await running.stop()
  await refused(['restore', at('log'), '--keys', at('keys')], 'folder-not-empty')
  await refused(['restore', at('keys'), '--keys', at('log'), '--replace'], 'not-a-backup')

  cpSync(at('log'), at('torn'), { recursive: true })
  const bytes = readFileSync(join(at('torn'), 'log.db'))
  bytes.writeUInt8((bytes.at(5_000) ?? 0) ^ 1, 5_000)
  writeFileSync(join(at('torn'), 'log.db'), bytes)
  const log = readFileSync(join(at('data'), 'log.db'))
  await refused(['restore', at('torn'), '--keys', at('keys'), '--replace'], 'backup-damaged')
  t.ok(readFileSync(join(at('data'), 'log.db')).equals(log))

  const foreign = await server(at('foreign'), ['--empty'])
  const there = ['--data', at('foreign')]
  await linli(['backup', at('log-b'), '--keys', at('keys-b'), ...there])
  await foreign.stop()
  await refused(['restore', at('log'), '--keys', at('keys-b'), '--replace'], 'backups-differ')
  rmSync(at('data'), { recursive: true })
  t.match(await linli(['restore', at('log'), '--keys', at('keys'), ...data]), { status: 0 })
  t.match(await linli(['doctor', '--all', ...data]), { status: 0 }, 'a whole installation again')
})
