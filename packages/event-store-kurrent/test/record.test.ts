import sharedPb from '@eventstore/db-client/generated/shared_pb.js'
import streamsPb from '@eventstore/db-client/generated/streams_pb.js'
import type { NewEvent } from '@linli/event-store'
import fc from 'fast-check'
import t from 'tap'
import { hostsOf } from '../src/address.ts'
import { defaultBackOff, waitMs } from '../src/back-off.ts'
import { oursBy } from '../src/log-reader.ts'
import { appendRequests, correlationOf } from '../src/message.ts'
import { type Proposed, proposedOf, type Recorded, storedOf, uuidOf } from '../src/record.ts'

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/
const nil = '00000000-0000-0000-0000-000000000000'

t.test('what goes to the server comes back as it was, to the byte', async (t) => {
  const wellFormed = fc
    .string({ unit: 'binary', minLength: 1 })
    .filter((text) => text.isWellFormed())
  const event = fc.record<NewEvent>({
    id: fc.oneof(fc.uuid(), fc.uuid({ version: 8 }), wellFormed, fc.constant(nil)),
    type: wellFormed,
    text: fc.oneof(fc.json(), wellFormed, fc.constant(' {"big":12345678901234567890,"1":1e400}')),
  })
  fc.assert(
    fc.property(event, (event) => {
      const { stream, revision, position, ...given } = storedOf(recorded(proposedOf(event)), 'a-1')
      t.strictSame(given, { ...event })
      t.strictSame([stream, revision, position], ['a-1', 3, 4])
    }),
  )
})

t.test('an id that is no UUID becomes one, always the same', async (t) => {
  const own = '0198c0de-7a11-7abc-8def-0123456789ab'
  t.equal(uuidOf(own), own)
  const others = ['e-1', 'e-2', own.toUpperCase(), nil, `{${own}}`, '楼道']
  const mapped = others.map(uuidOf)
  t.strictSame(others.map(uuidOf), mapped)
  t.equal(new Set(mapped).size, others.length)
  for (const id of mapped) {
    t.match(id, uuid)
    t.match(id, /^.{14}8.{4}[89ab]/, 'version 8, variant of RFC 9562')
  }
  t.equal(uuidOf('e-1'), '995fed4d-92a3-80c8-abc9-781287438d05', 'as other installations map it')
})

t.test('the metadata are those that the tools of the server read', async (t) => {
  const metadata = (text: string, id = '0198c0de-7a11-7abc-8def-0123456789ab') => {
    const { metadata } = proposedOf({ id, type: 'appeal.reported', text })
    return metadata === undefined ? undefined : JSON.parse(Buffer.from(metadata).toString())
  }
  t.strictSame(metadata('{"command":"c-1"}'), { $correlationId: 'c-1', $causationId: 'c-1' })
  t.strictSame(metadata('{"command":"c-2","cause":"e-1"}'), {
    $correlationId: 'c-2',
    $causationId: 'e-1',
  })
  t.strictSame(metadata('{}', 'e-9'), { linliId: 'e-9' })
  for (const text of ['{}', '[]', 'null', '7', '"command"', '{"command":7}', '{no json']) {
    t.equal(metadata(text), undefined, text)
  }
  t.equal(proposedOf({ id: 'e-1', type: 'a', text: '{no json' }).isJson, false)
  t.equal(proposedOf({ id: 'e-1', type: 'a', text: 'null' }).isJson, true)
})

t.test('an answer is known by its correlation, in both of the spellings of a UUID', async (t) => {
  const correlation = 'f198c0de-7a11-4abc-8def-0123456789ab'
  const [request] = appendRequests({ stream: 'a', expected: -1, events: [] }, correlation)
  t.equal(correlationOf(request), correlation)
  const structured = new sharedPb.UUID.Structured()
    .setMostSignificantBits(String(BigInt.asIntN(64, 0xf198c0de7a114abcn)))
    .setLeastSignificantBits(String(BigInt.asIntN(64, 0x8def0123456789abn)))
  const uuid = new sharedPb.UUID().setStructured(structured)
  const answer = new streamsPb.BatchAppendResp().setCorrelationId(uuid)
  const wired = streamsPb.BatchAppendResp.deserializeBinary(answer.serializeBinary())
  t.equal(correlationOf(wired), correlation)
})

t.test('a large append goes in several requests, and only the last is final', async (t) => {
  const events = Array.from({ length: 20 }, (_, n) => {
    return proposedOf({ id: `e-${n}`, type: 'a', text: `"${'x'.repeat(999_998)}"` })
  })
  const requests = appendRequests({ stream: 'a', expected: 7, events }, 'c-1')
  t.strictSame(
    requests.map((request) => request.getProposedMessagesList().length),
    [3, 3, 3, 3, 3, 3, 2],
  )
  t.strictSame(
    requests.map((request) => request.getIsFinal()),
    [false, false, false, false, false, false, true],
  )
  t.strictSame(
    requests.map((request) => request.getOptions()?.getStreamPosition()),
    ['7', ...Array.from({ length: 6 }, () => undefined)],
  )
  const deadline = requests[0]?.getOptions()?.getDeadline()?.toDate()
  t.equal(deadline?.toISOString(), '2200-01-01T00:00:00.000Z')
})

t.test('the streams of others are nobody', async (t) => {
  const named = (stream: string) => ({ ...recorded(proposedOf(newEvent())), stream })
  const streamIn = (prefix: string, stream: string) => oursBy(prefix).event(named(stream))?.stream
  t.equal(streamIn('linli.', 'linli.appeal-1'), 'appeal-1')
  t.equal(streamIn('linli.', 'other.appeal-1'), undefined)
  t.equal(streamIn('linli.', '$$linli.appeal-1'), undefined)
  t.equal(streamIn('', 'appeal-1'), 'appeal-1')
  t.equal(streamIn('', '$stats-1'), undefined)
})

t.test('waits grow to the longest, and half of each is chance', async (t) => {
  const backOff = { ...defaultBackOff, firstMs: 100, mostMs: 1_000 }
  t.strictSame(
    [1, 2, 3, 4, 5, 99].map((failures) => waitMs(backOff, failures, 1)),
    [100, 200, 400, 800, 1_000, 1_000],
  )
  t.equal(waitMs(backOff, 3, 0), 200)
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 2_000 }), (failures) => {
      const wait = waitMs(backOff, failures)
      return wait >= 50 && wait <= 1_000
    }),
  )
})

t.test('an address is read before the client could print its password', async (t) => {
  t.equal(
    hostsOf('esdb://ops:hush-7@a.example:2113,b.example:2113?tls=true'),
    'a.example:2113,b.example:2113',
  )
  t.equal(hostsOf('esdb+discover://cluster.example'), 'cluster.example')
  t.equal(hostsOf(' esdb://127.0.0.1:2113/?tls=false&Keep_Alive-Interval=-1 '), '127.0.0.1:2113')
  const wrong = [
    'http://a.example',
    'esdb://',
    'esdb://ops:hush-7@',
    'esdb://ops:hush-7@a.example:port',
    'esdb://ops:hush-7@a.example?tlsVerifyCert=false',
    'esdb://ops:hush-7@a.example?throwOnAppendFailure=false',
    'esdb://ops:hush-7@a.example?tls',
  ]
  for (const url of wrong) {
    const fault = t.throws(() => hostsOf(url), { code: 'store-unreachable', retry: 'never' }, url)
    t.notMatch(String(fault), /hush/)
  }
})

function newEvent(): NewEvent {
  return { id: 'e-1', type: 'appeal.reported', text: '{}' }
}

function recorded(proposed: Proposed): Recorded {
  const { metadata = new Uint8Array(), ...event } = proposed
  return { ...event, metadata, stream: 'linli.a-1', revision: 3, position: 4 }
}
