// What infra/ says of containers, alerts and boards is true of itself and of this tree, as far as a
// machine without containers can tell.
import { existsSync, readFileSync } from 'node:fs'
import { join, normalize } from 'node:path'
import t from 'tap'
import { parse } from 'yaml'
import { z } from 'zod'
import { root, sourceFiles } from '../tidy/source.ts'
import { inherited, parseImageFile, type Stage } from './image-file.ts'
import { KNOWN_METRICS, metricsIn } from './known-metrics.ts'

const infra = join(root, 'infra')
const textOf = (path: string) => readFileSync(join(infra, path), 'utf8')
const yamlOf = (path: string): unknown => parse(textOf(path), { merge: true })

/** `container path → what it is mounted from`; `:ro` and the like left out. */
const mountOf = (mount: string) => mount.split(':').slice(0, 2)

const Limits = z.strictObject({ cpus: z.string(), memory: z.string(), pids: z.int() })
const Service = z.strictObject({
  image: z.string().regex(/^[a-z0-9./-]+(:[\w.-]+)?$/),
  build: z
    .strictObject({ context: z.string(), dockerfile: z.string(), target: z.string() })
    .optional(),
  profiles: z.array(z.string()).optional(),
  user: z.string().refine((user) => !/^(root|0)(:|$)/.test(user)),
  command: z.array(z.string()).optional(),
  environment: z.record(z.string(), z.string()).optional(),
  ports: z.array(z.string()).default([]),
  secrets: z.array(z.string()).default([]),
  volumes: z.array(z.string()).default([]),
  tmpfs: z.array(z.string()).default([]),
  shm_size: z.string().optional(),
  networks: z.array(z.string()).default([]),
  network_mode: z.literal('none').optional(),
  depends_on: z
    .record(
      z.string(),
      z.strictObject({
        condition: z.enum(['service_started', 'service_healthy', 'service_completed_successfully']),
      }),
    )
    .default({}),
  healthcheck: z
    .strictObject({
      test: z.array(z.string()).min(2),
      interval: z.string(),
      timeout: z.string(),
      retries: z.int(),
      start_period: z.string().optional(),
    })
    .optional(),
  restart: z.enum(['unless-stopped', 'no']),
  read_only: z.literal(true),
  cap_drop: z.tuple([z.literal('ALL')]),
  security_opt: z.tuple([z.literal('no-new-privileges:true')]),
  logging: z.strictObject({ driver: z.string(), options: z.record(z.string(), z.string()) }),
  stop_signal: z.string().optional(),
  stop_grace_period: z.string().optional(),
  deploy: z.strictObject({ resources: z.strictObject({ limits: Limits }) }),
})
const Compose = z.object({
  services: z.record(z.string(), Service),
  secrets: z.record(z.string(), z.strictObject({ file: z.string() })),
  networks: z.record(z.string(), z.unknown()),
  volumes: z.record(z.string(), z.null()),
})
const compose = Compose.parse(yamlOf('compose/compose.yaml'))
const services = Object.entries(compose.services)
const composeText = textOf('compose/compose.yaml')
const images = parseImageFile(textOf('images/Dockerfile'))
const required = new Set([...composeText.matchAll(/\$\{(\w+):\?/g)].map((match) => match[1] ?? ''))

t.test('compose: every name leads somewhere', (t) => {
  const used = new Set<string>()
  for (const [name, service] of services) {
    for (const other of Object.keys(service.depends_on)) {
      t.ok(compose.services[other], `${name} depends on ${other}`)
    }
    for (const network of service.networks) t.ok(network in compose.networks, `${name}: ${network}`)
    t.ok(service.networks.length > 0 || service.network_mode === 'none', `${name} has a network`)
    for (const secret of service.secrets) t.ok(compose.secrets[secret], `${name}: ${secret}`)
    for (const [from = '', to = ''] of service.volumes.map(mountOf)) {
      t.match(to, /^\//, `${name} mounts ${from}`)
      if (/^[./]/.test(from)) {
        t.ok(existsSync(normalize(join(infra, 'compose', from))) || from === '/', from)
      } else {
        used.add(from)
        t.ok(from in compose.volumes, `${name}: the volume ${from}`)
      }
    }
  }
  t.same(
    Object.keys(compose.volumes).filter((name) => !used.has(name)),
    [],
    'no volume is idle',
  )
  t.end()
})

t.test('compose: built here or pinned, watched, and one process of each kind may die', (t) => {
  for (const [name, { image, build, healthcheck, restart }] of services) {
    if (build === undefined) {
      t.match(image, /:v?\d+\.\d+/, `${name} is pinned`)
      t.ok(healthcheck, `${name} has a health check`)
      continue
    }
    t.equal(join(infra, 'compose', build.context, '.'), join(root, '.'))
    t.ok(existsSync(join(root, build.dockerfile)))
    const stage = stageOf(build.target)
    const check = inherited(images.stages, stage, 'HEALTHCHECK')
    if (restart !== 'no') t.match(check, /\bCMD\b/, `${name} has a health check`)
  }
  const count = (kind: string) => services.filter(([name]) => name.startsWith(`${kind}-`)).length
  t.same([count('api'), count('worker'), count('store')], [2, 2, 3])
  const stores = services.filter(([name]) => name.startsWith('store-'))
  for (const [name, { environment = {} }] of stores) {
    const others = stores.map(([one]) => one).filter((one) => one !== name)
    t.equal(environment.KURRENTDB_GOSSIP_SEED, others.map((one) => `${one}:2113`).join(','))
    t.equal(environment.KURRENTDB_NODE_HOST_ADVERTISE_AS, name)
    t.equal(environment.KURRENTDB_RUN_PROJECTIONS, 'None')
    t.notMatch(JSON.stringify(environment), /EVENTSTORE_|_INT_IP|_EXT_IP|INSECURE/)
  }
  t.end()
})

t.test('compose: no default password, no open port', (t) => {
  const secret = /PASSWORD|TOKEN|SECRET|KEY|SITE/
  for (const [whole, name = '', rest = ''] of composeText.matchAll(/\$\{(\w+)([^}]*)\}/g)) {
    t.match(rest, /^:[?-]/, `${whole} says what it is when it is missing`)
    if (secret.test(name)) t.match(rest, /^:\?\S/, `${whole} stops compose when it is missing`)
  }
  for (const [name, { environment = {}, ports }] of services) {
    for (const [key, value] of Object.entries(environment)) {
      if (!/PASSWORD|TOKEN/.test(key)) continue
      t.match(value, /^\$\{\w+:\?[^}]+\}$/, `${name}: ${key} has no value of its own`)
    }
    for (const port of ports) t.match(port, /^(127\.0\.0\.1|\$\{BIND_ADDRESS:-127\.0\.0\.1\}):/)
  }
  for (const { file } of Object.values(compose.secrets)) t.match(file, /^\$\{SECRETS_FOLDER:\?/)
  const example = textOf('compose/example.env')
  for (const name of required) t.match(example, new RegExp(`^${name}=$`, 'm'), `${name} is empty`)
  t.match(textOf('compose/.gitignore'), /^\.env\nsecrets\/$/m)
  t.end()
})

/** Settings that the parser knows, wherever in the tree it lies, and the two that come with it. */
function knownSettings(): Set<string> {
  const files = sourceFiles(/^(packages|services)\/[^/]+\/src\/settings\.ts$/)
  const named = files.flatMap((file) => file.text.match(/\bLINLI_[A-Z_]+\b/g) ?? [])
  return new Set([...named, 'LINLI_FILES', 'LINLI_OTLP_URL'])
}

t.test('every setting that is given exists', (t) => {
  const known = knownSettings()
  t.ok(known.has('LINLI_DATA'))
  for (const [name, { environment = {} }] of services) {
    const given = Object.keys(environment).filter((key) => key.startsWith('LINLI_'))
    for (const key of given) t.ok(known.has(key), `${name}: ${key}`)
    if (/^(api|worker)-|^linli$/.test(name)) t.ok(given.includes('LINLI_EVENTS'), name)
  }
  for (const path of ['systemd/linli.env.example', 'systemd/linli.service', 'images/Dockerfile']) {
    const named = textOf(path).match(/\bLINLI_[A-Z_]+\b/g) ?? []
    t.same(
      named.filter((name) => !known.has(name)),
      [],
      path,
    )
    t.ok(named.length > 0, path)
  }
  t.end()
})

function stageOf(name: string): Stage {
  const stage = images.stages.find((one) => one.name === name)
  if (stage === undefined) throw new Error(`no stage ${name}`)
  return stage
}

t.test('images: sources exist, no root, a health check', (t) => {
  const ignored = textOf('images/Dockerfile.dockerignore').split('\n')
  const taken = ignored.filter((line) => line.startsWith('!')).map((line) => line.slice(1))
  for (const path of taken) t.ok(existsSync(join(root, path)), `${path} exists`)
  t.ok(ignored.includes('*') && ignored.includes('**/node_modules'))
  for (const { name, from, instructions } of images.stages) {
    const argument = /^\$\{(\w+)\}$/.exec(from)?.[1]
    const pinned = /:\d+\.\d+\.\d+/.test(images.given.get(argument ?? '') ?? '')
    t.ok(pinned || images.stages.some((one) => one.name === from), `${name} is from ${from}`)
    for (const { value } of instructions.filter((one) => one.name === 'COPY')) {
      const words = value.split(/\s+/)
      const source = /^--from=(.*)$/.exec(words[0] ?? '')?.[1]
      if (source !== undefined) {
        t.ok(
          images.stages.some((one) => one.name === source),
          `${name} copies from ${source}`,
        )
        continue
      }
      for (const path of words.slice(0, -1)) {
        t.ok(
          taken.some((one) => path === one || path.startsWith(`${one}/`)),
          `${path} is sent`,
        )
      }
    }
  }
  for (const name of ['api', 'worker', 'linli', 'proxy']) {
    t.match(inherited(images.stages, stageOf(name), 'USER'), /^(node|1000:1000)$/, name)
    t.match(inherited(images.stages, stageOf(name), 'HEALTHCHECK'), /\bCMD \["/, name)
  }
  for (const name of ['api', 'worker', 'linli']) {
    const start = inherited(images.stages, stageOf(name), name === 'linli' ? 'ENTRYPOINT' : 'CMD')
    t.equal(start, `["node", "services/${name}/src/main.ts"]`)
    t.ok(existsSync(join(root, 'services', name, 'src/main.ts')), `services/${name} can be started`)
  }
  const version = /^ {2}node: (\d.*)$/m.exec(
    readFileSync(join(root, 'pnpm-workspace.yaml'), 'utf8'),
  )
  t.match(images.given.get('NODE_IMAGE'), `node:${version?.[1]}-`, 'the Node of the tests')
  t.end()
})

const Rules = z.strictObject({
  groups: z.array(
    z.strictObject({
      name: z.string(),
      rules: z.array(
        z.strictObject({
          alert: z.string().regex(/^Linli[A-Z]\w+$/),
          expr: z.string(),
          for: z.string().regex(/^\d+[smh]$/),
          labels: z.strictObject({ severity: z.enum(['critical', 'warning']) }),
          annotations: z.strictObject({ summary: z.string().min(10), runbook: z.string() }),
        }),
      ),
    }),
  ),
})

t.test('alerts: known figures, and a page for each and no other', (t) => {
  const { groups } = Rules.parse(yamlOf('prometheus/alerts.yml'))
  const rules = groups.flatMap((group) => group.rules)
  const names = rules.map(({ alert }) => alert)
  t.equal(new Set(names).size, names.length, 'no name twice')
  const pages = readFileSync(join(root, 'docs/operations.md'), 'utf8').split(/^### /m).slice(1)
  const paged = pages.map((page) => page.split('\n')[0] ?? '').filter((one) => /^Linli/.test(one))
  t.same([...paged].sort(), [...names].sort())
  for (const { alert, expr, annotations } of rules) {
    t.same(unknownIn(expr), [], `${alert} asks for what exists`)
    t.equal(metricsIn(expr).length > 0, true, alert)
    t.equal(annotations.runbook, `docs/operations.md#${alert.toLowerCase()}`)
    const page = pages.find((one) => one.startsWith(`${alert}\n`)) ?? ''
    for (const part of ['Means', 'Look', 'Do']) t.match(page, `**${part}.**`, `${alert}: ${part}`)
  }
  t.end()
})

function unknownIn(expr: string): string[] {
  return metricsIn(expr).filter((name) => !KNOWN_METRICS.has(name))
}

t.test('prometheus asks those who are there', (t) => {
  const Jobs = z.object({
    rule_files: z.array(z.string()),
    scrape_configs: z.array(
      z.object({
        job_name: z.string(),
        authorization: z.object({ credentials_file: z.string() }).optional(),
        static_configs: z.array(z.object({ targets: z.array(z.string()) })),
      }),
    ),
  })
  const { rule_files, scrape_configs } = Jobs.parse(yamlOf('prometheus/prometheus.yml'))
  const { volumes = [], secrets } = compose.services.prometheus ?? { secrets: [] }
  for (const file of rule_files)
    t.ok(
      volumes.some((mount) => mountOf(mount)[1] === file),
      file,
    )
  const watched = scrape_configs.flatMap((job) => {
    const token = job.authorization?.credentials_file
    if (job.job_name.startsWith('linli')) t.equal(token, `/run/secrets/${secrets[0]}`)
    return job.static_configs.flatMap((one) => one.targets.map((to) => to.split(':')[0] ?? ''))
  })
  for (const name of watched) {
    t.ok(compose.services[name]?.networks.includes('watch'), `${name} can be reached`)
  }
  for (const [name] of services.filter(([one]) => /^(api|worker)-/.test(one))) {
    t.ok(watched.includes(name), `${name} is watched`)
  }
  const jobs = new Set(scrape_configs.map((job) => job.job_name))
  for (const [, job = ''] of textOf('prometheus/alerts.yml').matchAll(/job="([^"]+)"/g)) {
    t.ok(jobs.has(job), `an alert names the job ${job}`)
  }
  t.end()
})

const Source = z.strictObject({ type: z.literal('prometheus'), uid: z.string() })
const Panel = z.looseObject({
  id: z.int(),
  type: z.enum(['row', 'stat', 'timeseries']),
  title: z.string().min(1),
  gridPos: z.strictObject({ x: z.int(), y: z.int(), w: z.int().max(24), h: z.int() }),
  datasource: Source.optional(),
  targets: z
    .array(z.object({ refId: z.string(), expr: z.string(), datasource: Source }))
    .optional(),
  fieldConfig: z.object({ defaults: z.looseObject({ unit: z.string() }) }).optional(),
})
const Board = z.looseObject({
  uid: z.string(),
  panels: z.array(Panel),
  templating: z.object({
    list: z.array(z.looseObject({ name: z.string(), query: z.object({ query: z.string() }) })),
  }),
})

t.test('the board: known figures, a unit each, nothing on top of anything', (t) => {
  const { panels, templating } = Board.parse(JSON.parse(textOf('grafana/dashboards/linli.json')))
  const sources = JSON.stringify(yamlOf('grafana/provisioning/datasources/prometheus.yml'))
  t.equal(new Set(panels.map(({ id }) => id)).size, panels.length, 'no id twice')
  const cells = new Set<string>()
  for (const { type, title, gridPos, targets = [], fieldConfig, datasource } of panels) {
    for (let x = gridPos.x; x < gridPos.x + gridPos.w; x++) {
      for (let y = gridPos.y; y < gridPos.y + gridPos.h; y++) {
        t.notOk(cells.has(`${x},${y}`) || x >= 24, `${title} has its place`)
        cells.add(`${x},${y}`)
      }
    }
    if (type === 'row') continue
    t.ok(targets.length > 0 && fieldConfig !== undefined, `${title} shows something in a unit`)
    for (const source of [datasource, ...targets.map((one) => one.datasource)]) {
      t.match(sources, `"uid":"${source?.uid}"`, title)
    }
    for (const { expr } of targets) t.same(unknownIn(expr), [], title)
  }
  for (const { query } of templating.list) {
    t.ok(KNOWN_METRICS.has(/^label_values\((\w+),/.exec(query.query)?.[1] ?? ''), query.query)
  }
  const asked = panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr)).join(' ')
  const shown = 'commands refusals append read_lag clocks_due effects_parked store_up nodejs'
  for (const word of shown.split(' ')) t.match(asked, `linli_${word}`, word)
  const { volumes = [] } = compose.services.grafana ?? {}
  const provider = textOf('grafana/provisioning/dashboards/linli.yml')
  const path = /path: (\S+)/.exec(provider)?.[1]
  t.ok(volumes.some((mount) => mountOf(mount).join() === `../grafana/dashboards,${path}`))
  t.end()
})
