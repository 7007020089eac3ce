// Files that no command names: kept a day by the scene's own clock, then gone; what a case names
// stays, however close the two come.
import { existsSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { isRefusal } from '@linli/workflow'
import t from 'tap'
import { Files } from '../src/files.ts'
import { foundTown, HOUR, openEngineScene, report, take } from './engine-scene.ts'

const DAY = 24 * HOUR

async function openFiles(test: { testdir: () => string; teardown: (end: () => unknown) => void }) {
  const scene = await openEngineScene()
  test.teardown(scene.close)
  const { engine, clock, work } = scene
  const town = await foundTown(engine)
  const { instance: id, after: instance } = await report(engine, town)
  const folder = test.testdir()
  const files = new Files(folder, engine, work)
  const put = async (text: string, of = instance) => {
    const answer = await files.put(of, Buffer.from(`%PDF-1.7 ${text}`))
    if (isRefusal(answer)) throw new Error(answer.refused)
    return answer.file
  }
  const attach = (file: string) => {
    const data = { file, kind: 'paper' }
    const given = { workflow: 'appeal', command: 'attach', instance: id, caller: town.worker }
    return take(engine, { ...given, data })
  }
  const waiting = () => work.selectFrom('unattached_file').select('file').execute()
  const there = () => readdirSync(join(folder, id)).sort()
  const later = (ms: number) => {
    clock.now += ms
    return files.removeUnattached(clock.now)
  }
  return { files, folder, id, instance, put, attach, waiting, there, later, clock }
}

t.test('after a day what was never attached is gone, and nothing else', async (test) => {
  const { files, put, attach, waiting, there, later, folder, id } = await openFiles(test)
  const kept = await put('kept')
  const left = await put('left')
  await attach(kept)
  test.equal(await later(2 * HOUR), 0)
  const younger = await put('younger')
  writeFileSync(join(folder, id, `${left}.draft`), 'a writing that a power cut ended')
  test.equal(await later(22 * HOUR - 1), 0, 'not a moment before')
  test.equal(await later(1), 1)
  test.same(there(), [kept, younger].sort())
  test.equal(await files.has(id, left), false)
  test.equal(await later(2 * HOUR), 1)
  test.same(there(), [kept])
  test.same(await waiting(), [], 'what was settled is forgotten')
  test.equal(await later(400 * DAY), 0)
  test.equal(await put('kept'), kept, 'brought once more it is the same file')
  test.equal(await later(2 * DAY), 0, 'which an event names already')
  test.same(there(), [kept])
})

t.test('a file that is being attached as its day ends stays', async (test) => {
  const { files, id, put, attach, there, later } = await openFiles(test)
  const named = await put('looked for')
  await later(DAY - 1)
  test.equal(await files.has(id, named), true, 'a route asks, and gives the command')
  test.equal(await later(1), 0)
  await attach(named)
  test.equal(await later(DAY), 0)

  const given = await put('given at once')
  await later(DAY - 1)
  const [, removed] = await Promise.all([attach(given), later(1)])
  test.equal(removed, 0)

  const again = await put('again')
  await later(DAY - 1)
  await put('again')
  test.equal(await later(HOUR), 0, 'its day began anew')
  test.same(there(), [named, given, again].sort())
  test.equal(await files.has(id, again), true)
  test.equal(await later(DAY), 1, 'asked for and never named')
  test.same(there(), [named, given].sort())
})

t.test('a policy may name another limit', async (test) => {
  const { instance, folder, id, put, later, waiting } = await openFiles(test)
  const policy = instance.workflow.policies.get(instance.policy)
  if (policy === undefined) throw new Error('the case has a policy')
  const unattached = { amount: 2, unit: 'hours' as const, source: 'a test' }
  const limits = { ...policy.limits, unattached }
  const policies = new Map([[policy.id, { ...policy, limits }]])
  const file = await put('short', { ...instance, workflow: { ...instance.workflow, policies } })
  test.equal(await later(2 * HOUR - 1), 0)
  test.equal(await later(1), 1)
  test.equal(existsSync(join(folder, id, file)), false)
  test.same(await waiting(), [])
})
