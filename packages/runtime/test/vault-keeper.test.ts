import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { execute, SYSTEM } from '@linli/engine'
import { isRefusal } from '@linli/workflow'
import t from 'tap'
import { openCommunity } from '../src/index.ts'

/** The vault's marks, as they stand in its file. */
function marksIn(folder: string): Record<string, number> {
  const database = new DatabaseSync(join(folder, 'vault.db'), { readOnly: true })
  const rows = database.prepare('select name, value from vault_marks').all()
  database.close()
  return Object.fromEntries(rows.map(({ name, value }) => [String(name), Number(value)]))
}

t.test('a server leaves little of its log to be read at the next start', async (t) => {
  const folder = join(t.testdir(), 'data')
  const faults: unknown[] = []
  const onFault = (_what: string, fault: unknown) => faults.push(fault)
  const first = await openCommunity({ folder, onFault })
  const give = async (command: string, key: string, instance?: string) => {
    const data = command === 'register' ? { kind: 'staff' } : {}
    const asked = { workflow: 'person', command, key, caller: SYSTEM, data }
    const answer = await execute(first.engine, instance ? { ...asked, instance } : asked)
    if (isRefusal(answer)) throw new Error(JSON.stringify(answer))
    return answer.instance
  }
  const erased = await give('register', 'one')
  await give('register', 'two')
  await give('erase', 'erase', erased)
  t.notOk(first.vault.isErased(erased), 'the event alone: a crash may come between')
  const head = await first.settled()
  await first.close()
  t.match(marksIn(folder), { checkpoint: head, reconciled: head, tombstones: 0 })
  const second = await openCommunity({ folder, onFault })
  t.ok(second.vault.isErased(erased), 'closing found it')
  await second.close()
  t.match(marksIn(folder), { checkpoint: head, reconciled: head, tombstones: 1 })
  t.same(faults, [])
})
