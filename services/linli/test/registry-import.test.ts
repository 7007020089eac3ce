// Importing households and people into an installation: what is there already, what is somebody's
// own, and what a file as a whole is refused for.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { AccessLog, execute, freshId, type Request, SYSTEM } from '@linli/engine'
import { openCommunity } from '@linli/runtime'
import { isRefusal } from '@linli/workflow'
import t, { type Test } from 'tap'
import { importHouseholds, importPeople } from '../src/index.ts'
import { linli } from './child-process.ts'

const HEADING = '社区,小区,楼栋,单元,户号'
const HOMES = [
  '红旗社区,东区,3,1,101,80',
  '红旗社区,东区,3,2,101,80',
  '红旗社区,东区,3,2,3-2-501,89',
]

const ONE_ENTRANCE =
  'household: condition-not-met; A household is in one entrance: its door number names another ' +
  'entrance than this one.'

async function opened(t: Test) {
  const folder = t.testdir()
  const faults: unknown[] = []
  const community = await openCommunity({
    folder: join(folder, 'data'),
    onFault: (_what, fault) => faults.push(fault),
  })
  t.teardown(async () => {
    await community.close()
    if (faults.length > 0) throw new AggregateError(faults, 'faults of the background')
  })
  const file = (heading: string, rows: readonly string[]) => {
    const path = join(folder, 'import.csv')
    writeFileSync(path, [heading, ...rows].join('\n'))
    return path
  }
  const give = async (request: Omit<Request, 'caller' | 'key'>) => {
    const given = { ...request, caller: SYSTEM, key: freshId() }
    const answer = await execute(community.engine, given)
    if (isRefusal(answer)) throw new Error(JSON.stringify(answer))
    return answer.instance
  }
  return {
    community,
    give,
    households: (rows: readonly string[]) =>
      importHouseholds(community, file(`${HEADING},面积`, rows)),
    people: (rows: readonly string[], asker = {}) =>
      importPeople(community, file(`${HEADING},姓名,电话`, rows), asker),
  }
}

t.test('households: what is registered stays as it is', async (t) => {
  const { households } = await opened(t)
  t.match(await households(HOMES), { taken: 3, refused: 0, warned: 0 })
  const again = await households([
    ...HOMES.slice(0, 2),
    '红旗社区,东区,3,2,3-2-501,90',
    '红旗社区,东区,3,,3-2-501,89',
    '红旗社区,东区,3,3,3-2-502,89',
    '红期社区,东区,3,1,102,80',
    '红旗社区,东区,3,1,103,',
  ])
  t.match(again, { taken: 1, known: 3, refused: 3, warned: 2 })
  t.same(
    again.rows.map(({ row, outcome, reasons }) => [row, outcome, reasons[0]]),
    [
      [3, 'warned', 'areaM2: 89 m² is registered and was left; correct it in linli'],
      [4, 'refused', 'entrance: row 3 has this household in another entrance'],
      [5, 'refused', ONE_ENTRANCE],
      [6, 'refused', 'community: none of this name'],
      [7, 'warned', 'areaM2: missing, so no vote by area and no refund'],
    ],
  )
  const other = await households(['红旗社区,东区,3,1,3-2-501,89'])
  t.match(other.rows, [
    { reasons: ['entrance: this household is registered outside this entrance'] },
  ])
})

t.test('people: one who reported before is the same, one number serves a family', async (t) => {
  const { community, give, households, people } = await opened(t)
  await households(HOMES)
  const { vault, work } = community
  const told = { kind: 'resident', name: '居民甲', phone: '13800000001' }
  const before = await give({ workflow: 'person', command: 'register', data: told })
  const hash = vault.hashPhone('13800000001') ?? ''
  vault.bindIdentity(hash, before)
  const rows = [
    '红旗社区,东区,3,2,3-2-501,居民甲,138 0000 0001',
    '红旗社区,东区,3,,3-2-501,居民乙,13800000001',
    '红旗社区,东区,3,,101,居民丙,',
  ]
  const first = await people(rows)
  t.match(first, { taken: 2, refused: 1, warned: 0 })
  t.match(first.rows, [{ row: 3, reasons: ['entrance: more than one has this household'] }])
  t.equal(await vault.identify(hash), before, 'the number still leads there')
  const instance = await community.engine.instances.get(before)
  t.equal(instance?.workflow.summary(instance).place.length, 5, 'and has a home now')
  t.match(await people(rows), { taken: 0, known: 2, refused: 1 })
  const openings = await new AccessLog(work).list(before)
  t.ok(openings.length > 0 && openings.every(({ why }) => why === 'import people'), 'was looked at')

  await give({ workflow: 'person', command: 'erase', instance: before, data: {} })
  await community.settled()
  t.match(await people(rows.slice(0, 1)), { taken: 1 }, 'who was erased is nobody any more')
  const stop = new AbortController()
  stop.abort()
  t.match(await people(rows, { signal: stop.signal }), { taken: 0, stopped: { rows: 0 } })
})

t.test('a file without a column is refused with its name', async (t) => {
  const folder = t.testdir({ 'a.csv': 'community,building,household\nA,1,2\n' })
  const data = ['--data', join(folder, 'data')]
  const ended = await linli(['import', 'people', join(folder, 'a.csv'), ...data, '--json'])
  t.equal(ended.status, 1)
  t.match(ended.stderr, /The file lacks the columns estate .*; name \/ 姓名\. Its heading is: comm/)
  t.match(ended.json, { failed: { code: 'columns-missing' } })
})
