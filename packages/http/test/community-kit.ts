// A small neighbourhood behind a real server: the real packages on real SQLite files, and callers
// for each role. What the services assemble with threads is assembled here in one.
import { mkdtempSync, rmSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  Access,
  EffectWorker,
  type Engine,
  execute,
  Files,
  type Grant,
  Instances,
  instanceProjection,
  isRefusal,
  Lanes,
  lateEntryProjection,
  makeWorkTables,
  openCalendars,
  pseudonymiser,
  type Reply,
  type Request,
  recoverVault,
  SYSTEM,
  searchProjection,
  viewInstance,
  type WorkTables,
} from '@linli/engine'
import { openSqliteReader, openSqliteStore } from '@linli/event-store'
import { openRunner } from '@linli/projections'
import { sqliteDialect } from '@linli/sql'
import { loadKeyFile, openVault, openVaultReader, type VaultTables } from '@linli/vault'
import { categories, residentStage, workflows } from '@linli/workflows'
import type { RouteOptions } from 'fastify'
import { Kysely } from 'kysely'
import { type AppOptions, buildApp, type HttpPorts } from '../src/index.ts'

/** An answer with its parsed body. */
export type Answer = { status: number; body: Body; headers: Headers }
/** Whatever JSON holds: tests look into bodies of every shape. */
type Body = ReturnType<typeof JSON.parse>

/** A request as tests write it: a token, a body, headers. */
export type Asking = {
  token?: string
  body?: unknown
  headers?: Record<string, string>
  raw?: string
}

/** Opens everything on a folder of its own; `close` ends and removes it. */
export async function openKit(more: Partial<HttpPorts> = {}, options: AppOptions = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'linli-http-'))
  const parts = await openParts(folder)
  const { engine, access, read } = parts
  const ports: HttpPorts = {
    ...parts,
    view: (id, asOf) =>
      viewInstance({ reader: engine.store, instances: engine.instances }, id, asOf),
    pseudonymise: pseudonymiser(engine.keyFile),
    categories,
    residentStage,
    signInsPerMinute: 1_000,
    ...more,
  }
  const routes: RouteOptions[] = []
  const app = await buildApp(ports, { ...options, onRoute: (route) => routes.push(route) })
  await app.listen({ host: '127.0.0.1', port: 0 })
  const { port } = app.server.address() as AddressInfo
  const base = `http://127.0.0.1:${port}`
  return {
    app,
    routes,
    ports,
    base,
    folder,
    engine,
    access,
    read,
    work: parts.work,
    ask: (method: string, path: string, asking: Asking = {}) =>
      ask(`${base}${path}`, method, asking),
    settle: parts.settle,
    async close() {
      await app.close()
      await parts.close()
      rmSync(folder, { recursive: true })
    },
  }
}

/** The kit as opened. */
export type Kit = Awaited<ReturnType<typeof openKit>>

async function openParts(folder: string) {
  const store = await openSqliteStore({ folder })
  const keyFile = loadKeyFile(join(folder, 'key'), { vaultExists: false })
  const vaultDb = new Kysely<VaultTables>({ dialect: sqliteDialect(join(folder, 'vault.db')) })
  const vault = await openVault({ db: vaultDb, keyFile })
  await recoverVault({ reader: store, vault, workflows })
  const work = new Kysely<WorkTables>({ dialect: sqliteDialect(join(folder, 'work.db')) })
  await makeWorkTables(work)
  const instances = new Instances(store, workflows)
  const engine: Engine = {
    ...{ workflows, store, vault, keyFile, instances },
    calendars: openCalendars(),
    lanes: new Lanes(),
    policyId: () => 'default@1',
    now: () => Date.now(),
    onEvent: [],
  }
  const access = new Access({ work, instances, keyFile, now: engine.now })
  engine.onEvent.push((event) => access.forget(event.stream))
  const file = join(folder, 'read.db')
  const reader = openSqliteReader(folder)
  const vaultReader = openVaultReader(join(folder, 'vault.db'), keyFile)
  const runner = await openRunner({
    file,
    reader,
    projections: [
      instanceProjection({ workflows }),
      searchProjection(keyFile.derive('search')),
      lateEntryProjection(),
    ],
    open: (sealed, where) => vaultReader.open(sealed, where),
  })
  await runner.advance()
  store.onAppended(() => void runner.advance().catch(() => undefined))
  const readDb = new Kysely<unknown>({ dialect: sqliteDialect(file, { readOnly: true }) })
  const effects = new EffectWorker({
    ...{ engine, work, isClaimed: () => false, now: engine.now },
    send: () => Promise.reject(new Error('no outside system here')),
    onFault: () => undefined,
  })
  await effects.start()
  const read = {
    db: readDb,
    position: () => runner.position(),
    waitFor: (position: number, ms: number) => runner.waitFor(position, ms),
  }
  const settle = async () => {
    for (let head = -1; head !== (await store.head()); ) {
      head = await store.head()
      await effects.caughtUp(head)
      await runner.waitFor(head, 20_000)
    }
  }
  const close = async () => {
    await effects.stop()
    await runner.close()
    reader.close()
    vaultReader.close()
    await readDb.destroy()
    await vault.close()
    await store.close()
    await work.destroy()
    await vaultDb.destroy()
  }
  const files = new Files(join(folder, 'files'), engine, work)
  return { engine, access, work, effects, files, read, settle, close }
}

async function ask(url: string, method: string, asking: Asking): Promise<Answer> {
  const { token, body, headers, raw } = asking
  const text = raw ?? (body === undefined ? undefined : JSON.stringify(body))
  const answer = await fetch(url, {
    method,
    ...(text === undefined ? {} : { body: text }),
    headers: {
      ...(text === undefined ? {} : { 'content-type': 'application/json' }),
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...headers,
    },
  })
  const told = await answer.text()
  const isJson = /[/+]json/.test(answer.headers.get('content-type') ?? '')
  return { status: answer.status, body: isJson ? JSON.parse(told) : told, headers: answer.headers }
}

/** Gives a command as linli itself. */
export async function give(
  engine: Engine,
  request: Omit<Request, 'caller' | 'key'> & Partial<Request>,
): Promise<Reply> {
  const answer = await execute(engine, { caller: SYSTEM, key: crypto.randomUUID(), ...request })
  if (isRefusal(answer)) throw new Error(JSON.stringify(answer))
  return answer
}

/** A person with roles and a bearer token. */
export async function hire(kit: Kit, grants: readonly Grant[]) {
  const { engine, access } = kit
  const { instance: person } = await give(engine, {
    workflow: 'person',
    command: 'register',
    data: { kind: 'staff', name: '甲' },
  })
  for (const grant of grants) {
    await give(engine, { workflow: 'person', command: 'grant', instance: person, data: grant })
  }
  return { person, token: await access.createToken({ person, label: 'test' }) }
}

/** A place below another. */
export async function settlePlace(kit: Kit, kind: string, parent?: string): Promise<string> {
  const data = { kind, name: `${kind} 1`, ...(parent === undefined ? {} : { parent }) }
  const { instance } = await give(kit.engine, { workflow: 'place', command: 'register', data })
  return instance
}

/** A community with two estates, a unit of each kind, and one person of each role. */
export async function settleIn(kit: Kit) {
  const community = await settlePlace(kit, 'community')
  const estate = await settlePlace(kit, 'estate', community)
  const building = await settlePlace(kit, 'building', estate)
  const elsewhere = await settlePlace(kit, 'estate', community)
  const unit = async (kind: string) => {
    const data = { kind, name: `${kind} company`, handles: [] }
    return (await give(kit.engine, { workflow: 'organisation', command: 'register', data }))
      .instance
  }
  const heating = await unit('heating')
  const property = await unit('property')
  return {
    ...{ community, estate, building, elsewhere, heating, property },
    coordinator: await hire(kit, [{ role: 'coordinator', place: community }]),
    gridWorker: await hire(kit, [{ role: 'grid-worker', place: estate }]),
    farWorker: await hire(kit, [{ role: 'grid-worker', place: elsewhere }]),
    heatingHandler: await hire(kit, [{ role: 'unit-handler', unit: heating }]),
    propertyHandler: await hire(kit, [{ role: 'unit-handler', unit: property }]),
    supervisor: await hire(kit, [{ role: 'supervisor' }]),
    analyst: await hire(kit, [{ role: 'analyst' }]),
    administrator: await hire(kit, [{ role: 'administrator' }]),
  }
}

/** The people and places of a test. */
export type Settled = Awaited<ReturnType<typeof settleIn>>
