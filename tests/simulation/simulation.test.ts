import t from 'tap'
import { simulate } from './simulate.ts'

// The long form is `node tests/simulation/simulate.ts --seed N --steps 2000`.
const STEPS = 1_000
/** The same on every run: new seeds are the long form's work. */
const SEED = 465_608
/** Of how many workflows something was done at the least; which ones is drawn. */
const KINDS = 12

t.test('whatever is offered may be done, and nobody is forgotten', async (t) => {
  const seed = Number(process.env.LINLI_SEED ?? SEED)
  t.comment(`seed ${seed}`)
  const found = await simulate({ seed, steps: STEPS })
  t.ok(found.taken > STEPS / 4, `${found.taken} commands were taken, ${found.events} events`)
  const kinds = new Set(found.commands.map((name) => name.split('.')[0]))
  t.ok(kinds.size > KINDS, `of ${kinds.size} kinds: ${found.commands.length} different ones`)
  t.same(found.broken, [], `seed ${seed}`)
})
