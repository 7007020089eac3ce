import t from 'tap'
import { crash } from './crash.ts'

// The long form is `node tests/crash/crash.ts --rounds 50`; here a few rounds of it.
const ROUNDS = 4

t.test('kill -9 in the middle of load loses nothing and doubles nothing', async (t) => {
  const seed = Number(process.env.LINLI_SEED ?? Date.now() % 1_000_000)
  t.comment(`seed ${seed}`)
  const found = await crash({ rounds: ROUNDS, seed }, (line) => t.comment(line))
  t.ok(found.acknowledged > 0, `${found.acknowledged} acknowledged commands were looked at`)
  t.ok(found.effects > 0, `${found.effects} effects came to one outcome each`)
  t.ok(found.rows > 0, `${found.rows} rows are as a fresh rebuild makes them`)
})
