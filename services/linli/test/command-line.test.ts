import { randomUUIDv7 } from 'node:crypto'
import { once } from 'node:events'
import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { connect, createServer } from 'node:net'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import t, { type Test } from 'tap'
import { type Ended, linli, server, stopped } from './child-process.ts'

/** One clear sentence on standard error, no stack trace, status 1. */
function saysOneSentence(t: Test, ended: Ended, sentence: RegExp): void {
  const lines = ended.stderr.trim().split('\n')
  t.equal(ended.status, 1, ended.stderr)
  t.match(lines.at(-1), sentence)
  t.match(lines.at(-1), /\.$/)
  t.notMatch(ended.stderr, /^ +at |node:internal/m, 'no stack trace')
}

t.test('wrong usage is status 2, help is status 0', async (t) => {
  const [unknown, flag, role, port, help] = await Promise.all([
    linli(['nonsense']),
    linli(['doctor', '--fast']),
    linli(['token', 'create', '--role', 'system']),
    linli(['start', '--port', '99999']),
    linli(['backup', '--help']),
  ])
  t.match(unknown, { status: 2, stderr: /unknown command 'nonsense'/, stdout: '' })
  t.match(flag, { status: 2, stderr: /unknown option '--fast'/ })
  t.match(role, { status: 2, stderr: /Allowed choices are resident/ })
  t.match(port, { status: 2, stderr: /LINLI_PORT must be a port number from 0 to 65535\./ })
  t.match(help, {
    status: 0,
    stderr: '',
    stdout: /Usage: linli backup .*--keys <dir>.*--data <dir>/s,
  })
})

t.test('imports and replays that cannot be read are refused', async (t) => {
  const folder = t.testdir({ 'plain.csv': 'a,b\n1,2\n', 'no.ndjson': 'no event\n' })
  const data = ['--data', join(folder, 'data')]
  const [columns, none, line, time] = await Promise.all([
    linli(['import', 'nyc311', join(folder, 'plain.csv'), ...data]),
    linli(['export', '--out', join(folder, 'out'), '--data', join(folder, 'nothing')]),
    linli(['replay', join(folder, 'no.ndjson')]),
    linli(['export', '--out', join(folder, 'out'), '--until', 'yesterday']),
  ])
  saysOneSentence(t, columns, /column/i)
  saysOneSentence(t, none, /holds no installation/)
  saysOneSentence(t, line, /line 1/i)
  t.match(time, { status: 2, stderr: /an instant: 2026-11-22T09:00:00\+08:00/ })
  const missing = await linli(['import', 'nyc311', join(folder, 'missing.csv'), ...data])
  saysOneSentence(t, missing, /missing\.csv does not exist/)
})

t.test('an import ends after the row in hand when it is told to, and can go on', async (t) => {
  const extract = new URL('../../../tests/golden/nyc311-extract.csv', import.meta.url)
  const [columns = '', ...rows] = readFileSync(extract, 'utf8').trimEnd().split('\n')
  const copies = Array.from({ length: 40 }, (_, copy) => rows.map((row) => `${copy}${row}`))
  const folder = t.testdir({ 'many.csv': [columns, ...copies.flat()].join('\n') })
  const args = ['import', 'nyc311', join(folder, 'many.csv'), '--data', join(folder, 'data')]
  const alone = await stopped(args, 'SIGINT')
  t.match(alone, { status: 130, stdout: GOES_ON })

  const running = await server(join(folder, 'data'))
  const asked = await stopped([...args, '--json'], 'SIGTERM')
  t.equal(asked.status, 143, asked.stderr)
  t.match(asked.json, { taken: Number, stopped: { steps: Number, of: Number, rows: Number } })
  t.equal((await fetch(`${running.url}/health/ready`)).status, 200, 'the server goes on')
  t.match(await running.stop(), { status: 0 })
})

const GOES_ON =
  /^Stopped at step \d+ of \d+, with \d+ of \d+ rows begun: .* it goes on from there\.$/m

t.test('a folder without an installation is left alone', async (t) => {
  const folder = join(t.testdir(), 'none')
  const rebuilt = await linli(['rebuild', '--data', folder, '--json'])
  saysOneSentence(t, rebuilt, /holds no installation/)
  t.match(rebuilt.json, { failed: { code: 'no-installation' } })
  t.match(await linli(['doctor', '--data', folder]), { status: 1, stdout: /WRONG {2}folder/ })
  t.notOk(existsSync(folder), 'nothing was made')
})

t.test('one server a folder, one program a port', async (t) => {
  const folder = t.testdir()
  const first = await server(folder, ['--empty'])
  const { port } = new URL(first.url)
  t.match(first.link, /^http:\/\/127\.0\.0\.1:\d+\/link\/[\w-]{43}$/)

  const second = await linli(['start', '--no-pages', '--data', folder, '--port', '0'])
  saysOneSentence(t, second, /is in use by another running process: stop that one first\.$/)
  const other = join(t.testdir({ other: {} }), 'other')
  const taken = await linli(['start', '--no-pages', '--data', other, '--port', port])
  saysOneSentence(t, taken, new RegExp(`The port ${port} is in use by another program`))
  t.strictSame(readdirSync(other), [], 'nothing was begun')

  t.equal((await fetch(`${first.url}/health/ready`)).status, 200, 'the first goes on')
  t.match(await first.stop(), { status: 0 })
  t.notOk(existsSync(join(folder, 'control.sock')))
})

t.test('a demo is refused where others could reach it', async (t) => {
  const folder = t.testdir()
  const args = ['start', '--demo', '--host', '0.0.0.0', '--port', '0', '--data', folder]
  saysOneSentence(t, await linli(args), /The demo is for this machine alone/)
  t.strictSame(readdirSync(folder), [])
})

t.test('what is damaged, missing or locked away is named', async (t) => {
  const folder = join(t.testdir({ data: {} }), 'data')
  const made = await server(folder, ['--empty'])
  t.match(await made.stop(), { status: 0 })
  const start = () => linli(['start', '--no-pages', '--port', '0', '--data', folder])
  const file = (name: string) => join(folder, name)
  const without = async (name: string, put: string | undefined, sentence: RegExp) => {
    // SQLite would mend the file from what it wrote ahead, if anything of that was left.
    const parts = ['', '-wal', '-shm'].filter((part) => existsSync(file(`${name}${part}`)))
    for (const part of parts) renameSync(file(`${name}${part}`), `${folder}-kept${part}`)
    if (put !== undefined) writeFileSync(file(name), put, { mode: 0o600 })
    saysOneSentence(t, await start(), sentence)
    if (name === 'log.db' || put === undefined) {
      const diagnosis = await linli(['doctor', '--data', folder])
      t.match(diagnosis, { status: 1, stdout: sentence }, 'doctor says it too')
    }
    for (const part of ['', '-wal', '-shm']) rmSync(file(`${name}${part}`), { force: true })
    for (const part of parts) renameSync(`${folder}-kept${part}`, file(`${name}${part}`))
  }
  const garbage = 'no database '.repeat(1_000)
  await without('log.db', garbage, /log\.db is damaged .*restore it from a backup\./)
  await without('vault.db', garbage, /vault\.db is damaged: restore it from the newest backup/)
  await without(
    'work.db',
    garbage,
    /work\.db is damaged: restore it from a backup, or move it away/,
  )
  await without('key', undefined, /key is missing/)
  await without('key', 'linli-key-1 short\n', /key is damaged: put back the copy/)
  chmodSync(file('key'), 0o644)
  saysOneSentence(t, await start(), /mode 0644.*chmod 600/)
  chmodSync(file('key'), 0o600)

  writeFileSync(file('read.db'), garbage)
  const again = await server(folder)
  t.match(again.link, /\/link\//, 'all is mended, and the read models are built anew')
  await again.stop()
  t.match(await linli(['doctor', '--all', '--data', folder]), { status: 0 })
})

t.test('a log that does not fold is told by doctor', async (t) => {
  const folder = t.testdir()
  const made = await server(folder, ['--empty'])
  await made.stop()
  const { DatabaseSync } = await import('node:sqlite')
  const log = new DatabaseSync(join(folder, 'log.db'))
  log.exec(`UPDATE event SET text = replace(text, '"active"', '"left"') WHERE position = 1`)
  log.close()
  const diagnosis = await linli(['doctor', '--all', '--json', '--data', folder])
  t.equal(diagnosis.status, 1)
  t.match(
    JSON.stringify(diagnosis.json),
    /does not fold at revision 0: reached active, stored left/,
  )
})

const asNobody =
  process.getuid?.() === 0 ? 'exec setpriv --reuid 65534 --clear-groups "$0" "$@"' : undefined

t.test('a read-only folder', async (t) => {
  const folder = t.testdir()
  mkdirSync(join(folder, 'data'))
  chmodSync(folder, 0o755)
  chmodSync(join(folder, 'data'), 0o555)
  const args = ['start', '--no-pages', '--port', '0', '--data', join(folder, 'data')]
  const ended = await linli(args, asNobody === undefined ? {} : { shell: asNobody })
  saysOneSentence(t, ended, /read-only|cannot be opened or made/)
  chmodSync(join(folder, 'data'), 0o755)
})

// A file system of its own, as small as the test needs; the namespace ends with the command.
const tiny = (folder: string, size: string) =>
  `exec unshare --map-root-user --mount sh -c 'mount -t tmpfs -o size=${size} tmpfs ${folder} && ` +
  `exec "$0" "$@"' "$0" "$@"`

t.test(
  'a full disk',
  { skip: process.platform === 'linux' ? false : 'mounts a file system the Linux way' },
  async (t) => {
    const folder = t.testdir()
    const args = ['start', '--empty', '--no-pages', '--port', '0', '--data', folder]
    const ended = await linli(args, { shell: tiny(folder, '64k') })
    saysOneSentence(t, ended, /disk .* is full|disk is full/)
  },
)

/** Of a commit that failed in the middle nobody can say at once what became of it. */
const UNTAKEN = /^(unavailable|outcome-unknown)$/

t.test(
  'a disk that fills while the server runs',
  { skip: process.platform === 'linux' ? false : 'mounts a file system the Linux way' },
  async (t) => {
    const folder = t.testdir()
    const running = await server(folder, ['--empty'], { shell: tiny(folder, '3m') })
    const json = { 'content-type': 'application/json', 'sec-fetch-site': 'same-origin' }
    const signedIn = await fetch(`${running.url}/api/session/link`, {
      method: 'POST',
      headers: json,
      body: JSON.stringify({ token: running.link?.split('/link/')[1] }),
    })
    const headers = { ...json, cookie: signedIn.headers.get('set-cookie')?.split(';')[0] ?? '' }
    const body = JSON.stringify({ kind: 'community', name: 'n'.repeat(120) })
    const taken: string[] = []
    let last: Response
    do {
      last = await fetch(`${running.url}/api/place/register`, { method: 'POST', headers, body })
      if (last.ok) taken.push(((await last.json()) as { id: string }).id)
    } while (last.ok && taken.length < 10_000)
    t.match(await last.json(), { status: 503, code: UNTAKEN }, 'then nothing more is taken')
    for (const id of taken) {
      const { status } = await fetch(`${running.url}/api/place/${id}`, { headers })
      if (status !== 200) t.fail(`${id} was acknowledged and is lost`)
    }
    t.ok(taken.length > 0, `${taken.length} acknowledged are all there`)
    const { status, stderr } = await running.stop()
    t.ok(status === 0 || /disk is full/.test(stderr.trim().split('\n').at(-1) ?? ''), stderr)
  },
)

t.test('a token works at once, is stored in no clear form, and acts as its role', async (t) => {
  const folder = t.testdir()
  const running = await server(folder, ['--empty'])
  const made = await linli([
    'token',
    'create',
    '--role',
    'administrator',
    '--data',
    folder,
    '--json',
  ])
  const { token } = made.json as { token: string }
  const register = (authorization: string) =>
    fetch(`${running.url}/api/place/register`, {
      method: 'POST',
      headers: {
        authorization,
        'idempotency-key': randomUUIDv7(),
        'content-type': 'application/json',
      },
      body: JSON.stringify({ kind: 'community', name: 'community 3' }),
    })
  t.equal((await register(`Bearer ${token}`)).status, 201)
  t.equal((await register(`Bearer ${token.slice(0, -2)}xx`)).status, 401)
  const found = await linli(['doctor', '--json', '--data', folder])
  t.match(found.json, { ok: true })
  await running.stop()
  const offline = await linli(['token', 'create', '--role', 'analyst', '--data', folder])
  t.match(offline, { status: 0, stdout: /^linli_[\w-]{43}\n$/ }, 'without a server too')
})

t.test('a server that is told to end answers what is in hand', async (t) => {
  const folder = t.testdir()
  const running = await server(folder, ['--empty'])
  const made = await linli([
    'token',
    'create',
    '--role',
    'administrator',
    '--data',
    folder,
    '--json',
  ])
  const { token } = made.json as { token: string }
  const headers = { authorization: `Bearer ${token}`, accept: 'text/event-stream' }
  const live = await fetch(`${running.url}/api/live`, { headers })
  t.equal(live.status, 200, 'a page is looking on')
  const body = JSON.stringify({ kind: 'community', name: 'community 3' })
  const slow = connect(Number(new URL(running.url).port), '127.0.0.1')
  slow.write(
    'POST /api/place/register HTTP/1.1\r\nhost: linli\r\ncontent-type: application/json\r\n' +
      `authorization: Bearer ${token}\r\ncontent-length: ${body.length}\r\n\r\n${body[0]}`,
  )
  const answered = text(slow)
  await fetch(`${running.url}/health/live`)
  const ended = running.stop()
  // Asked until it no longer takes anything new.
  while ((await fetch(`${running.url}/health/live`).catch(() => undefined))?.ok)
    t.pass('still open')
  slow.write(body.slice(1))
  t.match(await answered, /^HTTP\/1\.1 201 Created/)
  t.match(await ended, { status: 0, stderr: '' })
})

t.test('where others can reach it, it is not ready before its port closes', async (t) => {
  const open = await server(t.testdir(), ['--empty', '--host', '0.0.0.0'])
  const ready = async () => (await fetch(`${open.url}/health/ready`)).status
  t.equal(await ready(), 200)
  const ended = open.stop()
  let answer = 200
  while (answer === 200) answer = await ready()
  t.equal(answer, 503, 'it answers, and says that it is not ready')
  t.match(await ended, { status: 0 })

  const alone = await server(join(t.testdirName, 'alone'), ['--empty'])
  const begun = performance.now()
  const stopping = alone.stop()
  let isOpen = true
  while (isOpen) {
    isOpen = await fetch(`${alone.url}/health/ready`).then(
      ({ status }) => status === 200,
      () => false,
    )
  }
  t.ok(performance.now() - begun < NOTICE_MS, 'on a loopback address nobody is waited for')
  t.match(await stopping, { status: 0 })
})

/** How long who spreads requests is given to notice, where there may be one. */
const NOTICE_MS = 1_500

t.test('the control socket is its owner’s alone and takes nothing else', async (t) => {
  const folder = t.testdir({ [`${'long-'.repeat(20)}`]: {} })
  const long = join(folder, 'long-'.repeat(20))
  const running = await server(long, ['--empty'])
  const socket = join(long, 'control.sock')
  t.equal(statSync(socket).mode & 0o777, 0o600)
  const rebuilt = await linli(['rebuild', 'instances', '--json', '--data', long])
  t.match(rebuilt, { status: 0, json: { projections: ['instances'] } }, 'by a path too long for it')
  t.match(await linli(['rebuild', 'nothing', '--data', long]), {
    status: 1,
    stderr: /No read model is named nothing; there are: .*instances/,
  })
  await running.kill()
  t.ok(existsSync(socket), 'a killed server leaves it behind')
  t.match(await linli(['rebuild', '--data', long]), { status: 0 }, 'and nobody is stopped by it')
})

t.test('a start that fails begins nothing, and an interrupted demo is begun again', async (t) => {
  const folder = t.testdir()
  const busy = createServer().listen(0, '127.0.0.1')
  await once(busy, 'listening')
  const address = busy.address()
  const port = typeof address === 'object' && address !== null ? String(address.port) : ''
  const ended = await linli(['start', '--no-pages', '--port', port, '--data', folder])
  saysOneSentence(t, ended, /is in use/)
  busy.close()
  appendFileSync(join(folder, 'demo.part'), '')
  const running = await server(folder, ['--empty'])
  t.match((await running.stop()).stderr, /The demo was interrupted while it was made/)
  t.notOk(existsSync(join(folder, 'demo.part')))
})
