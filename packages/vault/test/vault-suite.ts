// What every vault does, wherever it is kept: run over a file of SQLite and over PostgreSQL.
import type { Test } from 'tap'
import type { Binding } from '../src/index.ts'
import { openIn, type Place, startIn, wrappedKey } from './opened.ts'

const code = (expected: string) => ({ name: 'VaultFault', code: expected })
const at = (event: string): Binding => ({ stream: 'appeal-1', event, field: 'note' })

/** Tests a vault; each test has a new and empty place. */
export function vaultSuite(t: Test, placeFor: (t: Test) => Promise<Place>): void {
  t.test('a thousand new subjects at once each have one key, also later', async (t) => {
    const place = await placeFor(t)
    const first = await startIn(place, { poolSize: 64 })
    const subjects = Array.from({ length: 1000 }, (_, number) => `person-${number}`)
    const seals = subjects.flatMap((subject) => [
      first.vault.seal(subject, subject, at(subject)),
      first.vault.seal(subject, subject, at(subject)),
    ])
    const sealed = await Promise.all(seals)
    t.equal(new Set(sealed.map(({ key }) => key)).size, 1000)
    t.equal(sealed.filter((one, index) => one.key !== sealed[index - (index % 2)]?.key).length, 0)
    await first.close()
    const second = await startIn(place, { poolSize: 64 })
    for (const { subject, key } of sealed) {
      const again = await second.vault.seal(subject, 'more', at('later'))
      if (again.key !== key) t.fail(`${subject} got another key`)
    }
    const placed = sealed.map((one) => ({ sealed: one, binding: at(one.subject) }))
    const opened = await second.vault.openBatch(placed)
    t.same(
      opened,
      sealed.map(({ subject }) => subject),
    )
    await second.close()
  })

  t.test('a vault keeps to its key file, and knows how far it agrees with the log', async (t) => {
    const place = await placeFor(t)
    const first = await startIn(place)
    t.same(await first.vault.reconciled(), { through: 0, tombstones: 0 })
    await first.vault.markReconciled({ through: 5, tombstones: 2 })
    await first.vault.markReconciled({ through: 9 })
    await first.close()
    const second = await openIn(place)
    t.same(await second.vault.reconciled(), { through: 9, tombstones: 2 })
    await second.close()
    const foreign = { ...place, folder: t.testdir({ other: {} }) }
    if (place.url !== undefined) await t.rejects(openIn(foreign), code('key-file-mismatch'))
  })

  t.test(
    'an erased subject opens no more, here, by another name, or in a later start',
    async (t) => {
      const place = await placeFor(t)
      const first = await startIn(place, { poolSize: 8 })
      const phone = first.vault.hashPhone('0537-2345678') ?? ''
      const sealed = await first.vault.seal('person-1', 'canary', at('event-1'))
      first.vault.bindIdentity(phone, 'person-1')
      await first.close()

      const again = await startIn(place, { poolSize: 8 })
      t.equal(await again.vault.open(sealed, at('event-1')), 'canary')
      t.equal(await again.vault.identify(phone), 'person-1')
      t.notSame(await wrappedKey(again, sealed.key), Buffer.alloc(60))
      const late = again.vault.seal('person-late', 'canary', at('event-2'))
      const erasing = again.vault.erase('person-1', { at: 1_800_000_000_000 })
      t.ok(again.vault.isErased('person-1'), 'at once')
      await erasing
      await again.vault.erase('person-1', { at: 1_900_000_000_000, vacuum: true })
      t.same(await wrappedKey(again, sealed.key), Buffer.alloc(60))
      t.equal(await again.vault.open(sealed, at('event-1')), undefined)
      t.same(await again.vault.openBatch([{ sealed, binding: at('event-1') }]), [undefined])
      const sealing = async () => await again.vault.seal('person-1', 'x', at('event-3'))
      await t.rejects(sealing, code('subject-erased'))
      t.throws(() => again.vault.bindIdentity(phone, 'person-1'), code('subject-erased'))
      t.same(again.vault.tombstones(), [{ subject: 'person-1', at: 1_800_000_000_000 }])
      t.equal(await again.vault.identify(phone), undefined, 'the number is free for a new person')
      again.vault.bindIdentity(phone, 'person-2')
      t.equal(await again.vault.identify(phone), 'person-2')
      t.equal(await again.vault.open(await late, at('event-2')), 'canary')
      await again.close()

      const third = await openIn(place)
      const inLog = [{ subject: 'person-1', key: sealed.key, hash: phone }]
      t.same(await third.vault.recover(inLog, 700), { added: 0, unknownKeys: 0 })
      t.equal(await third.vault.checkpoint(), 700)
      t.equal(await third.vault.open(sealed, at('event-1')), undefined)
      const alias = { ...sealed, subject: 'person-2' }
      t.equal(await third.vault.open(alias, at('event-1')), undefined, 'by another name either')
      t.equal(await third.vault.identify(phone), 'person-2')
      await third.close()
    },
  )

  t.test('erasing in the middle of sealing leaves nothing', async (t) => {
    const place = await placeFor(t)
    const { vault, db, close } = await startIn(place, { poolSize: 4 })
    const crowd = Array.from({ length: 50 }, async (_, number) =>
      vault.seal(`person-c${number}`, 'text', at('event-c')),
    )
    const last = crowd[49] ?? Promise.reject(new Error('no crowd'))
    const refused = t.rejects(last, code('subject-erased'), 'while it waited for a key')
    await vault.erase('person-c49', { at: 2 })
    const seals = await Promise.all(crowd.slice(0, 49))
    await refused
    t.equal(new Set(seals.map(({ key }) => key)).size, 49)
    await vault.erase('person-without-key', { at: 3 })
    t.equal(vault.tombstones().length, 2)
    await vault.flush(1)
    const bound = db.selectFrom('vault_bindings').select('subject').execute()
    t.equal((await bound).length, 49)
    await close()
  })

  t.test('before it has recovered it opens, and hands out no key', async (t) => {
    const place = await placeFor(t)
    const first = await startIn(place, { poolSize: 8 })
    const sealed = await first.vault.seal('person-1', 'text', at('event-1'))
    await first.close()

    const { vault, close } = await openIn(place)
    t.equal(await vault.open(sealed, at('event-1')), 'text')
    t.equal((await vault.seal('person-1', 'more', at('event-2'))).key, sealed.key)
    await t.rejects(
      async () => await vault.seal('person-2', 'text', at('e')),
      code('not-recovered'),
    )
    await t.rejects(async () => await vault.assign('person-2'), code('not-recovered'))
    await t.rejects(vault.erase('person-1', { at: 1 }), code('not-recovered'))
    const stranger = [{ subject: 'person-9', key: 'of-another-vault' }]
    t.same(await vault.recover(stranger, 9), { added: 0, unknownKeys: 1 })
    await t.rejects(vault.recover([], 9), code('already-recovered'))
    t.ok(await vault.seal('person-2', 'text', at('event-3')))
    await close()

    const third = await openIn(place)
    const wrong = [{ subject: 'person-3', key: sealed.key }]
    await t.rejects(third.vault.recover(wrong, 9), code('binding-conflict'))
    t.same(await third.vault.recover([], 4), { added: 0, unknownKeys: 0 }, 'it can be tried again')
    t.equal(await third.vault.checkpoint(), 4, 'an older log sets the checkpoint back')
    await third.close()
  })

  t.test('work on one identity is done in turn, on others beside it', async (t) => {
    const { vault, close } = await startIn(await placeFor(t), { poolSize: 64 })
    const made: string[] = []
    const report = (phone: string) => {
      const hash = vault.hashPhone(phone) ?? ''
      return vault.withIdentity(hash, async () => {
        const known = await vault.identify(hash)
        if (known !== undefined) return known
        const subject = `person-${made.length}`
        made.push(subject)
        await vault.seal(subject, phone, at(subject))
        vault.bindIdentity(hash, subject)
        return subject
      })
    }
    const calls = Array.from({ length: 100 }, () => report('13800138000'))
    t.same(new Set(await Promise.all(calls)), new Set(['person-0']))
    t.equal(await report('+86 138-0013-8000'), 'person-0')

    const held = Promise.withResolvers<void>()
    const first = vault.withIdentity('hash-1', () => held.promise)
    t.equal(await vault.withIdentity('hash-2', () => 'beside it'), 'beside it')
    const failed = vault.withIdentity('hash-1', () => Promise.reject(new Error('failed')))
    const after = vault.withIdentity('hash-1', () => 'after a failure')
    held.resolve()
    await first
    await t.rejects(failed, /failed/)
    t.equal(await after, 'after a failure')
    await vault.erase('person-0', { at: 1 })
    t.equal(await report('13800138000'), 'person-1', 'after an erasure it is a new person')
    await close()
  })
}
