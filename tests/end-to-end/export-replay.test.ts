// What leaves the house and comes back: the analyst's export folds to the same states and holds
// nothing personal, the audit export is the log byte for byte, and another city's limits are asked.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { exportNdjson, replayFile } from '@linli/linli'
import { stateOf, statePath } from '@linli/workflow'
import { workflows } from '@linli/workflows'
import t from 'tap'
import { instant, openHouse } from './house.ts'

const scratch = t.testdir()
const house = await openHouse(scratch, '2026-04-01T09:00')
t.teardown(() => house.close())
const { community, take, moveTo, neighbourhood } = house
const { flats, propertyCompany } = neighbourhood
const { store, keyFile, engine } = community
const PHONE = '13900001234'
const fileOf = (name: string) => join(scratch, `${name}.ndjson`)
const linesOf = (name: string) => readFileSync(fileOf(name), 'utf8').trimEnd().split('\n')

/** A case that is referred now, answered `answeredAt`, and closed. */
async function live(flat: number, category: string, answeredAt: string): Promise<void> {
  const { body } = await take('gridWorker', 'POST /api/appeal/report', {
    ...{ place: flats[flat], category, channel: 'phone' },
    ...{ text: `canary-text-${flat}`, name: `canary-name-${flat}`, phone: PHONE },
  })
  const appeal = `POST /api/appeal/${body.id}`
  await take('gridWorker', `${appeal}/contact`, { by: 'phone', note: `canary-note-${flat}` })
  await take('gridWorker', `${appeal}/verify`, {})
  const units = [{ unit: propertyCompany, lead: true, kind: 'general' }]
  const referred = await take('coordinator', `${appeal}/refer`, { units })
  const stored = await store.read(referred.body.id, { from: referred.body.revision, limit: 1 })
  const { effects } = JSON.parse(stored[0]?.text ?? '')
  const referral = `POST /api/referral/${effects[0].instance}`
  await take('property', `${referral}/accept`, {})
  await moveTo(answeredAt)
  const answer = { outcome: 'solved', answer: `canary-answer-${flat}` }
  await take('property', `${referral}/answer`, answer)
  const happy = { solved: 'yes', satisfied: 'yes', close: true }
  await take('coordinator', `${appeal}/followUp`, happy)
}

t.before(async () => {
  await moveTo('2026-04-10T12:00')
  await live(0, 'heating.indoor.cold', '2026-04-13T09:00')
  // Over the Labour Day holiday, five working days are much longer than seven days.
  await moveTo('2026-04-29T12:00')
  await live(1, 'property.service.cleaning', '2026-05-08T09:00')
})

t.test('the analyst’s export replays to the same states, and holds nothing personal', async (t) => {
  const given = { reader: store, keyFile, readers: 'analyst' as const, out: fileOf('analyst') }
  const { events } = await exportNdjson(given)
  const lines = linesOf('analyst')
  t.equal(lines.length, events)
  const all = lines.join('\n')
  t.notOk(all.includes('canary'))
  t.notOk(all.includes(PHONE))
  t.notOk(all.includes('"$sealed":"'))
  const persons = [...Object.values(neighbourhood.people)].map(({ id }) => id)
  t.notOk(
    persons.some((person) => all.includes(person)),
    'persons have pseudonyms',
  )
  const reporters = lines.map((line) => JSON.parse(line)).filter(isReport)
  const [first, second] = reporters.map(({ data }) => data.reporter)
  t.match(first, /^person-/)
  t.equal(first, second, 'the same reporter has the same pseudonym')

  const replayed = await replayFile({ file: fileOf('analyst'), workflows })
  t.match(replayed, { events, equal: true, faults: [] })
  const ended = new Map<string, string>()
  for (const line of lines) {
    const { stream, to } = JSON.parse(line)
    ended.set(stream, statePath(to))
  }
  t.equal(replayed.instances, ended.size)
  for (const [stream, path] of ended) {
    if (stream.startsWith('person-')) continue
    const instance = await engine.instances.get(stream)
    t.equal(instance && statePath(stateOf(instance)), path, stream)
  }
  await t.rejects(exportNdjson(given), { code: 'EEXIST' }, 'a file is never overwritten')
})

const isReport = ({ type }: { type: string }) => type === 'appeal.reported'

t.test('the audit export is the log byte for byte, up to what was known at a time', async (t) => {
  const given = { reader: store, keyFile, readers: 'audit' as const, out: fileOf('audit') }
  const { events, through } = await exportNdjson(given)
  const head = await store.head()
  const stored = (await store.readAll({ limit: 2_000 })).events.map(({ text }) => text)
  t.equal(events, stored.length)
  t.equal(readFileSync(fileOf('audit'), 'utf8'), `${stored.join('\n')}\n`)
  t.match(await replayFile({ file: fileOf('audit'), workflows }), { events, equal: true })
  t.equal(Number(through), head)

  const until = Date.parse(instant('2026-04-13T00:00'))
  const part = await exportNdjson({ ...given, out: fileOf('part'), until })
  t.ok(part.events > 0 && part.events < events)
  t.same(linesOf('part'), stored.slice(0, part.events), 'a prefix of the log')
  const next = JSON.parse(stored[part.events] ?? '')
  t.ok(Date.parse(next.recordedAt) > until)
})

t.test('under another city’s limits other clocks would have run out', async (t) => {
  const own = await replayFile({ file: fileOf('audit'), workflows, policy: 'default' })
  t.match(own.whatIf, { policy: 'default', unlimited: 0, differences: [] })
  t.same(own.whatIf?.otherwise, { warned: 0, notWarned: 0, expired: 0, notExpired: 0 })
  const beijing = await replayFile({ file: fileOf('audit'), workflows, policy: 'beijing' })
  t.equal(beijing.whatIf?.clocks, own.whatIf?.clocks, 'the same path, the same clocks')
  t.match(beijing.whatIf?.otherwise, { expired: 3, notExpired: 0, notWarned: 0 })
  const late = beijing.whatIf?.differences.filter(({ wouldBe }) => wouldBe.expired)
  t.same(
    late?.map(({ clock, was, wouldBe }) => [clock, was.expired, wouldBe.dueAt]),
    [
      ['handle', false, Date.parse(instant('2026-04-11T12:00'))],
      ['handle', false, Date.parse(instant('2026-05-06T12:00'))],
      ['answer', false, Date.parse(instant('2026-05-06T12:00'))],
    ],
    'heat has 24 hours there, the rest seven days, and these end in the holiday week',
  )
  t.match(beijing, { equal: true, faults: [] }, 'the path taken stays')
  const part = { file: fileOf('audit'), workflows, until: Date.parse(instant('2026-04-30T00:00')) }
  const early = await replayFile({ ...part, policy: 'beijing' })
  t.match(early, { equal: true, whatIf: { otherwise: { expired: 1 } } }, 'but one by April')
})

t.test('a file that was changed by hand is found out', async (t) => {
  const lines = linesOf('audit')
  const broken = lines.findIndex((line) => line.includes('"appeal.verified"'))
  const bent = lines.with(
    broken,
    (lines[broken] ?? '').replace('"to":{"open":"grid"}', '"to":"closed"'),
  )
  writeFileSync(fileOf('bent'), bent.join('\n'))
  const replayed = await replayFile({ file: fileOf('bent'), workflows })
  t.equal(replayed.equal, false)
  t.match(replayed.faults, [{ stream: JSON.parse(lines[broken] ?? '').stream }])
  writeFileSync(fileOf('torn'), `${lines[0]}\n{"id":`)
  await t.rejects(replayFile({ file: fileOf('torn'), workflows }), { code: 'not-an-event' })
})
