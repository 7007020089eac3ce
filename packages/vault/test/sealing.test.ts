import { chmodSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { inspect } from 'node:util'
import fc from 'fast-check'
import t from 'tap'
import { isSealed, loadKeyFile, normalisePhone, VaultFault } from '../src/index.ts'
import { Recent } from '../src/recent.ts'
import { openIn, startIn } from './opened.ts'

const code = (expected: string) => ({ name: 'VaultFault', code: expected })
const wellFormed = fc.string({ unit: 'binary', maxLength: 300 })
const place = fc.record({ stream: wellFormed, event: wellFormed, field: wellFormed })

t.test('a sealed text opens where it stands, and nowhere else', async (t) => {
  const { vault, close } = await startIn(t.testdir(), { poolSize: 8 })
  await vault.seal('person-1', '', { stream: 's', event: 'e', field: 'f' })

  await t.test('any text comes back, and two seals of it differ', async () => {
    await fc.assert(
      fc.asyncProperty(wellFormed, place, async (text, binding) => {
        const sealed = await vault.seal('person-1', text, binding)
        const again = await vault.seal('person-1', text, binding)
        return vault.open(sealed, binding) === text && sealed.$sealed !== again.$sealed
      }),
    )
  })

  await t.test('at another place it is a fault, never garbage', async () => {
    await fc.assert(
      fc.asyncProperty(wellFormed, place, place, async (text, binding, other) => {
        fc.pre(JSON.stringify(binding) !== JSON.stringify(other))
        const sealed = await vault.seal('person-1', text, binding)
        return faultOf(() => vault.open(sealed, other)) === 'not-authentic'
      }),
    )
  })

  await t.test('each flipped bit, cut byte or other name is noticed', async () => {
    const binding = { stream: 'appeal-1', event: 'event-1', field: 'note' }
    await vault.seal('person-2', 'x', binding)
    await fc.assert(
      fc.asyncProperty(wellFormed, fc.nat(), fc.nat(7), async (text, where, bit) => {
        const sealed = await vault.seal('person-1', text, binding)
        const bytes = Buffer.from(sealed.$sealed, 'base64url')
        const at = where % bytes.length
        bytes[at] = (bytes[at] ?? 0) ^ (1 << bit)
        const flipped = { ...sealed, $sealed: bytes.toString('base64url') }
        const cut = { ...sealed, $sealed: bytes.subarray(0, at).toString('base64url') }
        const renamed = { ...sealed, subject: 'person-2' }
        return [flipped, cut, renamed].every(
          (wrong) => faultOf(() => vault.open(wrong, binding)) === 'not-authentic',
        )
      }),
    )
  })

  await t.test('faults carry identifiers and no clear text', async (t) => {
    const binding = { stream: 'appeal-7', event: 'event-7', field: 'note' }
    const sealed = await vault.seal('person-1', 'canary-clear-text', binding)
    const moved = { ...binding, field: 'name' }
    try {
      await vault.open(sealed, moved)
      t.fail('it opened')
    } catch (fault) {
      t.match(fault, { message: /name of event event-7 in appeal-7/, retry: 'never' })
      t.notMatch(inspect(fault, { depth: 9 }), /canary/)
    }
    const noKey = { ...sealed, key: 'never-made' }
    await t.rejects(async () => await vault.open(noKey, binding), code('key-unknown'))
    const pseudonym = JSON.parse('{"$sealed":null}')
    t.notOk(isSealed(pseudonym))
    t.ok(isSealed(sealed))
    t.notOk(isSealed('text'))
    t.equal(
      faultOf(() => vault.open(pseudonym, binding)),
      'not-sealed',
    )
  })
  await close()
})

t.test('what is in memory is answered at once, and many are opened together', async (t) => {
  const folder = t.testdir()
  const first = await startIn(folder, { poolSize: 8 })
  const at = (number: number) => ({ stream: 'appeal-8', event: `event-${number}`, field: 'note' })
  const numbers = Array.from({ length: 700 }, (_, number) => number)
  const placed = await Promise.all(
    numbers.map(async (number) => ({
      sealed: await first.vault.seal(`person-${number}`, `text ${number}`, at(number)),
      binding: at(number),
    })),
  )
  t.notOk(first.vault.seal('person-1', 'now', at(0)) instanceof Promise)
  t.equal(first.vault.assign('person-new'), undefined)
  t.notOk(first.vault.seal('person-new', 'now', at(0)) instanceof Promise)
  await first.close()

  const second = await startIn(folder, { cacheSize: 100 })
  const texts = numbers.map((number) => `text ${number}`)
  t.same(await second.vault.openBatch(placed), texts)
  t.same(await second.vault.openBatch(placed), texts, 'more than the cache holds, again')
  t.same(await second.vault.openBatch([]), [])
  await second.close()
})

t.test('the bounded map keeps what is used and never grows over its limit', async () => {
  fc.assert(
    fc.property(fc.array(fc.nat(30), { maxLength: 200 }), (names) => {
      const recent = new Recent<number>(10)
      return names.every((name) => {
        recent.get('0')
        recent.set('0', 0)
        recent.set(String(name), name)
        return recent.size <= 10 && recent.get(String(name)) === name && recent.get('0') === 0
      })
    }),
  )
})

t.test('the key file', async (t) => {
  const folder = t.testdir()
  const path = join(folder, 'key')
  const load = (vaultExists: boolean) => () => loadKeyFile(path, { vaultExists })

  t.throws(load(true), code('key-file-missing'), 'never made beside a vault that exists')
  const made = load(false)()
  t.equal(statSync(path).mode & 0o777, 0o600)
  t.same(load(true)().derive('phone'), made.derive('phone'))
  t.notSame(made.derive('body'), made.derive('phone'))
  t.equal(made.derive('cursor').length, 32)
  const secret = readFileSync(path, 'utf8').split(' ')[1]?.trim() ?? ''
  t.equal(Buffer.from(secret, 'base64url').length, 32)
  t.notMatch(inspect(made, { depth: 9, showHidden: true }), secret)
  made.derive('phone').fill(0)
  t.notSame(made.derive('phone'), Buffer.alloc(32), 'a caller gets a copy')

  for (const mode of [0o640, 0o604, 0o660, 0o644, 0o700]) {
    chmodSync(path, mode)
    t.throws(load(true), code('key-file-mode'), mode.toString(8))
  }
  chmodSync(path, 0o400)
  t.ok(load(true)())
  chmodSync(path, 0o600)

  const { close } = await startIn(folder)
  await close()
  rmSync(path)
  await t.rejects(openIn(folder), code('key-file-mismatch'), 'a vault keeps to its key file')

  writeFileSync(path, 'linli-key-1 short\n')
  t.throws(load(true), code('key-file-damaged'))
  writeFileSync(path, '')
  t.throws(load(false), code('key-file-damaged'))
  t.throws(
    () => loadKeyFile(join(folder, 'no-such-folder', 'key'), { vaultExists: false }),
    code('key-file-failed'),
  )
  writeFileSync(join(folder, 'vault.db'), 'this is no database '.repeat(500))
  rmSync(path)
  await t.rejects(openIn(folder), { code: 'file-unusable' }, 'a damaged vault is one clear fault')
})

t.test('one spelling for a telephone number', async (t) => {
  const spellings: Record<string, string[]> = {
    '+8613800138000': [
      '13800138000',
      '138 0013 8000',
      '138-0013-8000',
      '+86 138 0013 8000',
      '(+86)13800138000',
      '008613800138000',
      '86-138-0013-8000',
      '013800138000',
      '１３８００１３８０００',
    ],
    '+865372345678': ['0537-2345678', '(0537) 2345678', '+86 537 2345678', '0537—2345678'],
    '+861065556666': ['010-65556666', '010 6555 6666', '+86 10 6555 6666'],
    '+865372345678;8001': ['0537-2345678转8001', '0537-2345678-8001', '0537-2345678 ext. 8001'],
    '+8695598': ['95598'],
    '+864008123123': ['400-812-3123'],
    '+12125551234': ['+1 212 555 1234', '001 (212) 555-1234'],
  }
  for (const [spelling, texts] of Object.entries(spellings)) {
    for (const text of texts) t.equal(normalisePhone(text), spelling, text)
  }
  for (const text of [
    '',
    '12345678901234',
    'none',
    '1380013800',
    '2345678',
    '12800138000',
    '转8',
  ]) {
    t.equal(normalisePhone(text), undefined, text)
  }
  t.equal(normalisePhone('2345678', '0537'), '+865372345678')
  t.equal(normalisePhone('1'.repeat(100_000)), undefined)
  fc.assert(
    fc.property(
      fc.stringMatching(/^1[3-9]\d{9}$/),
      fc.constantFrom(' ', '-', ''),
      (digits, gap) => {
        const groups = [digits.slice(0, 3), digits.slice(3, 7), digits.slice(7)]
        const typed = ['+86', ...groups].join(gap)
        return normalisePhone(typed) === `+86${digits}`
      },
    ),
  )
})

function faultOf(work: () => unknown): string | undefined {
  try {
    work()
    return undefined
  } catch (fault) {
    return fault instanceof VaultFault ? fault.code : String(fault)
  }
}
