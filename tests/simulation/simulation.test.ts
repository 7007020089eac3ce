import t from 'tap'
import { simulate } from './simulate.ts'

// The long form is `node tests/simulation/simulate.ts --seed N --steps 2000`.
const STEPS = 400

t.test('whatever is offered may be done, and nobody is forgotten', async (t) => {
  const seed = Number(process.env.LINLI_SEED ?? Date.now() % 1_000_000)
  t.comment(`seed ${seed}`)
  const found = await simulate({ seed, steps: STEPS })
  t.ok(found.taken > STEPS / 10, `${found.taken} commands were taken, ${found.events} events`)
  t.same(found.broken, [], `seed ${seed}`)
})
