// The one-machine installation and the scripts of infra/: the units name what is there, and each
// script is run as its reader would run it.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import t, { type Test } from 'tap'
import { root } from '../tidy/source.ts'

const infra = join(root, 'infra')
const textOf = (path: string) => readFileSync(join(infra, path), 'utf8')

const KEYS: Readonly<Record<string, RegExp>> = {
  Unit: /^(Description|Documentation|Wants|After|RequiresMountsFor|StartLimit(IntervalSec|Burst))$/,
  Service: new RegExp(
    '^(Type|User|Group|WorkingDirectory|Environment|EnvironmentFile|ExecStart|Restart|RestartSec|' +
      'RestartPreventExitStatus|KillSignal|Timeout(Start|Stop)Sec|LimitNOFILE|Memory(High|Max)|' +
      'TasksMax|StateDirectory(Mode)?|UMask|ReadWritePaths|Nice|IOSchedulingClass|Private' +
      '(Tmp|Devices|Users|Network)|Protect(System|Home|Clock|ControlGroups|Hostname|KernelLogs|' +
      'KernelModules|KernelTunables|Proc)|NoNewPrivileges|CapabilityBoundingSet|' +
      'AmbientCapabilities|Restrict(AddressFamilies|Namespaces|Realtime|SUIDSGID)|RemoveIPC|' +
      'LockPersonality|SystemCall(Architectures|Filter|ErrorNumber))$',
  ),
  Timer: /^(OnCalendar|RandomizedDelaySec|Persistent)$/,
  Install: /^WantedBy$/,
}
const HARDENED = {
  NoNewPrivileges: 'true',
  ProtectSystem: 'strict',
  ProtectHome: 'true',
  CapabilityBoundingSet: '',
  StateDirectoryMode: '0700',
  UMask: '0077',
}

const UNITS = ['linli.service', 'linli-backup.service', 'linli-backup.timer']

/** `section → key → values`; a key or section that systemd does not know fails. */
function unitOf(t: Test, name: string): Map<string, string[]> {
  const values = new Map<string, string[]>()
  let section = ''
  for (const line of textOf(`systemd/${name}`).split('\n')) {
    if (line === '' || line.startsWith('#')) continue
    const heading = /^\[(\w+)\]$/.exec(line)?.[1]
    if (heading !== undefined) {
      t.ok(heading in KEYS, `${name}: [${heading}]`)
      section = heading
      continue
    }
    const [, key = '', value = ''] = /^(\w+)=(.*)$/.exec(line) ?? []
    t.match(key, KEYS[section] ?? /^$/, `${name}: ${line}`)
    values.set(key, [...(values.get(key) ?? []), value])
  }
  return values
}

t.test('units: known keys, programs that are there, no rights', (t) => {
  t.same(
    readdirSync(join(infra, 'systemd'))
      .filter((name) => /\.(service|timer)$/.test(name))
      .sort(),
    [...UNITS].sort(),
  )
  for (const name of UNITS) {
    const unit = unitOf(t, name)
    if (name.endsWith('.timer')) {
      t.ok(UNITS.includes(name.replace('.timer', '.service')))
      continue
    }
    const [command = ''] = unit.get('ExecStart') ?? []
    const [program = '', ...words] = command.split(' ')
    const named = [program, ...words.filter((word) => word.endsWith('.ts') || word.includes('/'))]
    for (const path of named) {
      const ours = path.startsWith('/opt/linli/') || !path.startsWith('/')
      t.ok(existsSync(ours ? join(root, path.replace('/opt/linli/', '')) : path), path)
    }
    const line = readFileSync(join(root, 'services/linli/src/command-line.ts'), 'utf8')
    for (const option of words.filter((word) => word.startsWith('--'))) {
      t.match(line, `'${option}'`, `${option} is an option`)
    }
    const [user = 'root'] = unit.get('User') ?? []
    t.match(textOf('systemd/linli.sysusers.conf'), new RegExp(`^u ${user} `, 'm'))
    t.same(unit.get('EnvironmentFile'), ['/etc/linli/linli.env'])
    for (const [key, value] of Object.entries(HARDENED)) t.same(unit.get(key), [value], key)
    const places =
      unit
        .get('Environment')
        ?.join(' ')
        .match(/(?<=BACKUP_\w+=)\/\S+/g) ?? []
    t.same((unit.get('ReadWritePaths')?.[0] ?? '').split(' ').filter(Boolean), places)
  }
  t.end()
})

const run = (script: string, ...args: string[]) =>
  spawnSync('sh', [join(infra, script), ...args], { encoding: 'utf8' })
const saidBy = ({ status, stderr }: { status: number | null; stderr: string }) =>
  status === 0 ? 'it ends well' : stderr
const modeOf = (path: string) => statSync(path).mode & 0o777

t.test('secrets.sh makes all that compose needs, once', (t) => {
  const folder = t.testdir({})
  const made = run('compose/secrets.sh', 'linli.example.org', folder)
  t.equal(made.status, 0, saidBy(made))
  const lines = readFileSync(join(folder, '.env'), 'utf8').trimEnd().split('\n')
  const given = new Map(lines.map((line) => [line.split('=')[0], line.split('=')[1]]))
  const needed = [...textOf('compose/compose.yaml').matchAll(/\$\{(\w+):\?/g)].map(([, one]) => one)
  t.same([...given.keys()].sort(), [...new Set(needed)].sort())
  const passwords = [...given].filter(([name]) => /PASSWORD|TOKEN/.test(name ?? ''))
  t.equal(new Set(passwords.map(([, value]) => value)).size, passwords.length, 'no two alike')
  for (const [name, value] of passwords) t.match(value, /^[0-9a-f]{48}$/, `${name}`)
  const secrets = join(folder, 'secrets')
  t.equal(readFileSync(join(secrets, 'metrics-token'), 'utf8'), given.get('METRICS_TOKEN'))
  const [head, secret = ''] = readFileSync(join(secrets, 'key'), 'utf8').trimEnd().split(' ')
  t.equal(head, 'linli-key-1')
  t.equal(Buffer.from(secret, 'base64url').length, 32)
  const modes = [secrets, join(secrets, 'key'), join(folder, '.env')].map(modeOf)
  t.same(modes, [0o700, 0o600, 0o600])

  const again = run('compose/secrets.sh', 'other.example.org', folder)
  t.equal(again.status, 1)
  t.equal(readFileSync(join(folder, '.env'), 'utf8').trimEnd(), lines.join('\n'))
  t.not(run('compose/secrets.sh').status, 0, 'no name, nothing made')
  t.end()
})

const hasOpenssl = spawnSync('sh', ['-c', 'command -v openssl']).status === 0

t.test('certificates.sh: each server one of its own, all of one authority', (t) => {
  if (!hasOpenssl) {
    t.match(textOf('images/Dockerfile'), /install .*\bopenssl\b/, 'the image brings openssl')
    t.end()
    return
  }
  const out = t.testdir({})
  const made = run('compose/certificates.sh', out)
  t.equal(made.status, 0, saidBy(made))
  const read = (path: string) => readFileSync(join(out, path))
  const authority = new X509Certificate(read('ca/ca.crt'))
  const nodes = ['store-1', 'store-2', 'store-3']
  for (const node of nodes) {
    const certificate = new X509Certificate(read(`${node}/node.crt`))
    t.ok(certificate.verify(authority.publicKey) && certificate.checkIssued(authority), node)
    t.equal(certificate.checkHost(node), node)
    t.equal(certificate.checkHost('localhost'), 'localhost')
    t.equal(certificate.checkHost(nodes.find((one) => one !== node) ?? ''), undefined)
    t.equal(certificate.subject, 'CN=linli-store', 'the servers know each other by it')
    t.same(certificate.keyUsage, ['1.3.6.1.5.5.7.3.1', '1.3.6.1.5.5.7.3.2'])
    t.equal(modeOf(join(out, node, 'node.key')), 0o600)
    t.same(readdirSync(join(out, node)).sort(), ['node.crt', 'node.key'])
  }
  const before = nodes.map((node) => read(`${node}/node.crt`).toString())
  t.equal(run('compose/certificates.sh', out).status, 0)
  t.same(
    nodes.map((node) => read(`${node}/node.crt`).toString()),
    before,
    'good ones stay',
  )
  t.end()
})

t.test(
  'backup.sh keeps as many of the log as it is told, and of the keys the newest',
  async (t) => {
    const folder = t.testdir({ log: { 'not-ours': {} }, keys: {} })
    const [data, log, keys] = ['data', 'log', 'keys'].map((name) => join(folder, name))
    if (data === undefined || log === undefined || keys === undefined)
      throw new Error('three places')
    const server = await startLinli(data)
    t.teardown(() => server.kill('SIGKILL'))
    const back = (keep: string) =>
      spawnSync('sh', [join(infra, 'systemd/backup.sh')], {
        encoding: 'utf8',
        env: {
          ...process.env,
          LINLI_DATA: data,
          BACKUP_LOG: log,
          BACKUP_KEYS: keys,
          BACKUP_KEEP: keep,
        },
      })
    const backups = () =>
      readdirSync(log)
        .filter((name) => name.startsWith('linli-'))
        .sort()
    const first = back('2')
    t.equal(first.status, 0, saidBy(first))
    if (first.status !== 0) return
    const [newest = ''] = backups()
    renameSync(join(log, newest), join(log, 'linli-20200101T000000Z'))
    mkdirSync(join(log, 'linli-20190101T000000Z'))
    t.equal(back('2').status, 0)
    t.equal(backups().length, 3, 'two, and a folder that is no backup')
    t.ok(existsSync(join(keys, 'backup.json')) && existsSync(join(keys, 'vault.db')))
    t.equal(back('1').status, 0)
    const kept = backups()
    t.notOk(kept.includes('linli-20200101T000000Z'), 'the old one went')
    t.ok(existsSync(join(log, kept.at(-1) ?? '', 'log.db')))
    t.ok(existsSync(join(log, 'not-ours')))
    t.equal(back('none').status, 2)

    const ended = once(server, 'exit')
    server.kill('SIGTERM')
    await ended
    renameSync(data, `${data}-gone`)
    const failed = back('1')
    t.equal(failed.status, 1, 'a backup that failed says so')
    t.same(backups(), kept, 'and leaves the others')
  },
)

/** An empty community, once it listens. */
async function startLinli(data: string): Promise<ChildProcess> {
  const main = join(root, 'services/linli/src/main.ts')
  const given = ['start', '--empty', '--no-pages', '--port', '0', '--json', '--data', data]
  const child = spawn(process.execPath, [main, ...given], { stdio: ['ignore', 'pipe', 'pipe'] })
  let said = ''
  child.stderr.setEncoding('utf8').on('data', (part: string) => {
    said += part
  })
  const lines = createInterface({ input: child.stdout })
  const [line] = await Promise.race([once(lines, 'line'), once(child, 'close')])
  if (typeof line !== 'string') throw new Error(`linli did not start: ${said}`)
  return child
}
