import { Instances, Lanes, openCalendars, type Engine, parseEvent, SYSTEM } from '@linli/engine'
import { openMemoryStore } from '@linli/event-store'
import { keyFileOf, openVault } from '@linli/vault'
import { sqliteDialect } from '@linli/projections'
import { cardOf, hasEnded, stateOf, statePath } from '@linli/workflow'
import { workflows } from '@linli/workflows'
import { Kysely } from 'kysely'
import { makeDemo } from './demo.ts'
export async function attempt(now: number) {
  const store = openMemoryStore()
  const keyFile = keyFileOf(Buffer.alloc(32, 1))
  const db = new Kysely<any>({ dialect: sqliteDialect(':memory:') })
  const vault = await openVault({ db, keyFile })
  await vault.recover([], 0)
  const engine = { workflows, store, vault, keyFile, calendars: openCalendars(), instances: new Instances(store, workflows), lanes: new Lanes(), policyId: () => 'jining@1', now: () => now, onEvent: [] } as any as Engine
  const claimed = new Set<string>()
  const t0 = performance.now()
  if (process.env.SHOW) process.once('beforeExit', () => {})
  const dump = async () => { let after = 0; for (;;) { const page = await store.readAll({ after }); for (const s of page.events) { const e = parseEvent(s); if (process.env.SHOW && s.text.includes(process.env.SHOW)) console.log(e.stream.slice(0, 24), e.revision, e.type, e.at, e.recordedAt, JSON.stringify(e.clocks ?? '')) } if (page.through === after) break; after = page.through } }
  const accounts = await makeDemo({ engine, store, vault, claimed, effects: { caughtUp: async () => {} } } as any, { now, city: 'jining' }).catch(async (f) => { console.log(f.message); await dump(); throw f })
  const ms = performance.now() - t0
  const counts: Record<string, number> = {}
  let events = 0
  const cards: Record<string, number> = {}
  let recent = 0, appeals = 0, late = 0
  const visited = new Set<string>()
  let after = 0
  const refused: string[] = []
  for (;;) {
    const page = await store.readAll({ after })
    for (const s of page.events) { const e = parseEvent(s); events++
      visited.add(e.stream.split('-')[0] + ':' + statePath(e.to))
      if (e.type === 'effect.refused') refused.push(JSON.stringify(e.data))
      if (Date.parse(e.recordedAt) > now) late++ }
    if (page.through === after) break
    after = page.through
  }
  const streams = new Set<string>()
  after = 0
  for (;;) { const page = await store.readAll({ after }); for (const s of page.events) streams.add(s.stream); if (page.through === after) break; after = page.through }
  for (const st of streams) { const i = await engine.instances.get(st); if (!i) continue
    const k = st.split('-')[0] + ':' + statePath(stateOf(i)); counts[k] = (counts[k] ?? 0) + 1
    if (st.startsWith('appeal')) { appeals++; cards[cardOf(i.clocks)] = (cards[cardOf(i.clocks)] ?? 0) + 1; if (i.startedAt > now - 10 * 86400_000) recent++ } }
  await vault.close(); await db.destroy()
  return { ms, events, appeals, cards, recent, counts, visited, late, refused, claimed: claimed.size, accounts: accounts.length }
}
if (process.argv[2]) {
  const r = await attempt(Date.parse(process.argv[2]))
  console.log(r)
}
