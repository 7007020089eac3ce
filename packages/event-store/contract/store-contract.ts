// The contract of an event store, as tests that every store must pass. It works on streams of its
// own, so the store that `open` gives may be shared and need not be empty.
// Must not import a store.

import type { Appended, EventStore, NewEvent, StoredEvent } from '@linli/event-store'
import { limits } from '@linli/event-store'
import type { Test } from 'tap'
import type { ContractTest } from './contract-events.ts'
import { idsOf, newEvent, newEvents, newStream } from './contract-events.ts'
import { readingContract } from './reading-contract.ts'
import { subscriptionContract } from './subscription-contract.ts'

/** A store's name, and what it cannot promise, with the reason: those tests are skipped. */
export type Subject = string | { name: string; idsOfTheWholeLog: string }

/** Runs the whole contract over the stores that `open` gives, one for each test. */
export async function storeContract(
  t: Test,
  subject: Subject,
  open: () => Promise<EventStore>,
): Promise<void> {
  const all = { ...appendContract, ...idContract, ...readingContract, ...subscriptionContract }
  const { name, idsOfTheWholeLog = undefined } =
    typeof subject === 'string' ? { name: subject } : subject
  await t.test(name, async (t) => {
    for (const [title, run] of Object.entries(all)) {
      const skip = title in idContract ? idsOfTheWholeLog : undefined
      await t.test(title, skip === undefined ? {} : { skip }, async (t) => {
        const store = await open()
        t.teardown(() => store.close())
        await run(t, store)
      })
    }
  })
}

const appendContract: Record<string, ContractTest> = {
  'events come back as they were given': async (t, store) => {
    const stream = newStream()
    const events = newEvents(2)
    const first = await store.append(stream, -1, events)
    const second = await store.append(stream, 1, [newEvent('{"n":2}')])
    const stored = await store.read(stream)
    t.match(first, { ok: true, revision: 1, position: stored[1]?.position })
    t.match(second, { ok: true, revision: 2, position: stored[2]?.position })
    t.strictSame(stored.slice(0, 2).map(given), events)
    t.strictSame(
      stored.map((event) => [event.stream, event.revision]),
      [
        [stream, 0],
        [stream, 1],
        [stream, 2],
      ],
    )
    t.ok(ascending(stored), 'positions increase')
    t.ok((await store.head()) >= (stored[2]?.position ?? Number.NaN), 'the head is not behind')
  },

  'a conflict is a value that names the actual revision': async (t, store) => {
    const stream = newStream()
    t.strictSame(await store.append(stream, 0, [newEvent()]), { ok: false, actual: -1 })
    await store.append(stream, -1, newEvents(2))
    t.strictSame(await store.append(stream, -1, [newEvent()]), { ok: false, actual: 1 })
    t.strictSame(await store.append(stream, 0, newEvents(2)), { ok: false, actual: 1 })
    t.strictSame(await store.append(stream, 7, [newEvent()]), { ok: false, actual: 1 })
    t.equal((await store.read(stream)).length, 2, 'nothing was added')
  },

  'of concurrent writers exactly one wins each revision': async (t, store) => {
    const stream = newStream()
    const won: string[] = []
    const writer = async () => {
      for (let expected = -1; expected < 29; ) {
        const event = newEvent()
        const answer = await store.append(stream, expected, [event])
        if (answer.ok) won.push(event.id)
        expected = answer.ok ? answer.revision : answer.actual
      }
    }
    await Promise.all(Array.from({ length: 8 }, writer))
    const stored = await store.read(stream)
    t.strictSame(idsOf(stored), won, 'what was acknowledged is stored, in that order')
    t.strictSame(
      stored.map((event) => event.revision),
      [...won.keys()],
    )
  },

  'the same ids at the same expected revision get the first answer': async (t, store) => {
    const stream = newStream()
    const events = newEvents(3)
    const [first, twin] = await Promise.all([
      store.append(stream, -1, events),
      store.append(stream, -1, events),
    ])
    t.match(first, { ok: true, revision: 2 })
    t.strictSame(twin, first, 'while the first is under way')
    await store.append(stream, 2, [newEvent()])
    t.strictSame(await store.append(stream, -1, events), first, 'after more has come')
    t.strictSame(await store.append(stream, -1, newEvents(3)), { ok: false, actual: 3 })
    t.strictSame(await store.append(stream, -1, [...events, ...newEvents(2)]), {
      ok: false,
      actual: 3,
    })
    t.equal((await store.read(stream)).length, 4)
  },

  'an append of several events is stored whole or not at all': async (t, store) => {
    const stream = newStream()
    t.match(await store.append(stream, -1, newEvents(3)), { ok: true, revision: 2 })
    t.strictSame(await store.append(stream, 3, newEvents(5)), { ok: false, actual: 2 })
    const most = await store.append(stream, 2, newEvents(limits.appendEvents))
    t.match(most, { ok: true, revision: 502 })
    const stored = await store.read(stream)
    t.strictSame(
      stored.map((event) => event.revision),
      Array.from({ length: 503 }, (_, revision) => revision),
    )
  },

  'along a stream positions are in the order of the answers': async (t, store) => {
    const streams = Array.from({ length: 20 }, () => newStream())
    const answered = await Promise.all(streams.map((stream) => appendOneByOne(store, stream, 10)))
    for (const [index, stream] of streams.entries()) {
      const stored = await store.read(stream)
      t.ok(ascending(stored))
      t.strictSame(
        stored.map((event) => event.position),
        answered[index]?.map(positionOf),
      )
    }
  },

  'the event loop turns before an append is answered': async (t, store) => {
    let turned = false
    setImmediate(() => {
      turned = true
    })
    await store.append(newStream(), -1, [newEvent()])
    t.ok(turned, 'a busy caller starves nobody')
  },

  'text is kept byte for byte': async (t, store) => {
    const stream = newStream('楼道-🏘️')
    const texts = [
      '{"说":"暖气不热，15.5 ℃","名":"邻里 𠮷野家"}',
      '{"emoji":"👩‍👩‍👧‍👦","combined":"e\u0301","one":"\u00e9","bom":"\ufeff"}',
      '{  "spaces" : "kept",\r\n\t"line":"\u2028\u2029","last":"\uffff\u{10ffff}" }',
      `"${'长'.repeat(300_000)}"`,
    ]
    const events = texts.map((text) => newEvent(text, '诉求.已报告'))
    await store.append(stream, -1, events)
    t.strictSame((await store.read(stream)).map(given), events)
  },

  'what passes a limit is refused and nothing of it stored': async (t, store) => {
    const stream = newStream()
    const long = newEvent('长'.repeat(limits.textBytes / 3 + 1))
    const tooLarge = { code: 'append-too-large', retry: 'never' }
    await t.rejects(store.append(stream, -1, [newEvent(), long]), tooLarge)
    await t.rejects(store.append(stream, -1, newEvents(limits.appendEvents + 1)), tooLarge)
    await t.rejects(store.append(stream, -1, newEvents(1, 't'.repeat(201))), tooLarge)
    await t.rejects(store.append(stream, -1, [newEvent('"\ud83d"')]), { code: 'text-malformed' })
    t.strictSame(await store.read(stream), [])
  },

  'a closed store takes nothing, and keeps what it took before': async (t, store) => {
    const taken = store.append(newStream(), -1, [newEvent()])
    await store.close()
    t.match(await taken, { ok: true, revision: 0 })
    await t.rejects(store.append(newStream(), -1, [newEvent()]), { code: 'closed' })
    await t.rejects(store.readAll(), { code: 'closed' })
    await store.close()
  },
}

// The tests that need an index of the ids of the whole log.
const idContract: Record<string, ContractTest> = {
  'an id at another expected revision is never taken again': async (t, store) => {
    const stream = newStream()
    const event = newEvent()
    await store.append(stream, -1, [event])
    await t.rejects(store.append(stream, 0, [event]), { code: 'id-repeated', retry: 'never' })
    await t.rejects(store.append(newStream(), -1, [event]), { code: 'id-repeated' })
    await store.append(stream, 0, [newEvent()])
    t.strictSame(await store.append(stream, 0, [event]), { ok: false, actual: 1 })
    t.equal((await store.read(stream)).length, 2)
  },

  'an append with a repeated id among its events is not stored at all': async (t, store) => {
    const stream = newStream()
    const taken = newEvent()
    await store.append(newStream(), -1, [taken])
    const answers = await Promise.all([
      store.append(stream, -1, newEvents(3)),
      store.append(stream, 2, [...newEvents(2), taken, ...newEvents(2)]).catch(codeOf),
      store.append(stream, 2, newEvents(limits.appendEvents)),
    ])
    t.match(answers, [{ ok: true }, 'id-repeated', { ok: true, revision: 502 }])
    const stored = await store.read(stream)
    t.equal(stored.length, 503)
    t.strictSame(
      stored.map((event) => event.revision),
      [...stored.keys()],
    )
  },
}

function given({ id, type, text }: StoredEvent): NewEvent {
  return { id, type, text }
}

function ascending(events: StoredEvent[]): boolean {
  return events.every((event, index) => event.position > (events[index - 1]?.position ?? -1))
}

function positionOf(answer: Appended): number | undefined {
  return answer.ok ? answer.position : undefined
}

function codeOf(error: Error): unknown {
  return 'code' in error ? error.code : error
}

async function appendOneByOne(
  store: EventStore,
  stream: string,
  count: number,
): Promise<Appended[]> {
  const answers: Appended[] = []
  for (let expected = -1; expected < count - 1; expected += 1) {
    answers.push(await store.append(stream, expected, [newEvent()]))
  }
  return answers
}
