// Two api and two worker processes on one log server and one database: a case goes from one api
// to the next; whichever process is killed or frozen, nothing that was acknowledged is lost, and
// what it did is taken over within five seconds.
import t from 'tap'
import { Office } from './office.ts'
import { end, foundTown, kill, type Running, type Town } from './processes.ts'

const TAKEN_OVER_MS = 5_000

let town: Town | undefined
const running = new Set<Running>()
t.teardown(() => town?.close())

async function start(service: Running['service']): Promise<Running> {
  if (town === undefined) throw new Error('no town yet')
  const one = await town.start(service)
  running.add(one)
  return one
}

t.test('many processes', async (t) => {
  town = await foundTown(4)
  const { community, neighbourhood } = town
  const [, spare, first] = await Promise.all([
    start('api'),
    start('api'),
    start('worker'),
    start('worker'),
  ])
  const apis = () => [...running].filter(({ service }) => service === 'api').map(({ url }) => url)
  const office = new Office(apis, neighbourhood)
  const stateOf = async (id: string) => (await office.read(`appeal/${id}`)).path

  await t.test('a case from report to closed, each command through the other api', async (t) => {
    const id = await office.playCase(0)
    t.match(await stateOf(id), 'closed')
  })

  await t.test('kill -9 of an api and a worker in the midst of a case', async (t) => {
    let killedAt = 0
    const id = await office.playCase(1, async () => {
      running.delete(spare)
      running.delete(first)
      killedAt = performance.now()
      await Promise.all([kill(spare), kill(first)])
    })
    t.match(await stateOf(id), 'closed')
    t.ok(performance.now() - killedAt < TAKEN_OVER_MS, 'the others took over in time')
  })

  await t.test(
    'a frozen worker loses its work, and does nothing twice when it wakes',
    async (t) => {
      const [frozen] = [...running].filter(({ service }) => service === 'worker')
      await start('worker')
      let frozenAt = 0
      const id = await office.playCase(2, async () => {
        frozenAt = performance.now()
        frozen?.child.kill('SIGSTOP')
      })
      t.match(await stateOf(id), 'closed')
      t.ok(performance.now() - frozenAt < TAKEN_OVER_MS, 'the other took over in time')
      frozen?.child.kill('SIGCONT')
      t.match(await stateOf(await office.playCase(3)), 'closed')
    },
  )

  await t.test('nothing acknowledged is lost, and no effect has two outcomes', async (t) => {
    for (const { stream, revision } of office.acknowledged) {
      const [stored] = await community.store.read(stream, { from: revision, limit: 1 })
      t.equal(stored?.revision, revision, `${stream} revision ${revision}`)
    }
    const { events } = await community.store.readAll({
      filter: { types: ['referral.dispatched'] },
      limit: 5_000,
    })
    t.equal(events.length, 4, 'one referral for each case')
  })

  await t.test('told to end, a process is first not ready, then ends in order', async (t) => {
    const [api] = [...running].filter(({ service }) => service === 'api')
    if (api === undefined) throw new Error('no api is left')
    const ready = async () => (await fetch(`${api.url}/health/ready`)).status
    t.equal(await ready(), 200)
    const status = end(api)
    let answer = 200
    while (answer === 200) answer = await ready()
    t.equal(answer, 503, 'it still answers, and says that it is not ready')
    t.equal(await status, 0)
    running.delete(api)
    const workers = await Promise.all([...running].map((worker) => end(worker)))
    t.ok(workers.every((one) => one === 0))
  })
})
