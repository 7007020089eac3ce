// Notifications outside the pages, with a real mail server and a real receiver of webhooks: whom
// they reach, when they may, what they say, and what becomes of those that nobody takes.
import { createHmac } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Access, type Event, sendingTime } from '@linli/engine'
import {
  mailOutlet,
  optionsOf,
  readSettings,
  webhookOutlet,
  webhookSender,
  webhookSignature,
} from '@linli/runtime'
import fc from 'fast-check'
import { SMTPServer } from 'smtp-server'
import t from 'tap'
import { filesHolding } from '../end-to-end/canary.ts'
import { openHouse } from '../end-to-end/house.ts'

const SECRET = `whsec_${Buffer.from('a secret of twenty-four b').toString('base64')}`
const PUBLIC_URL = 'https://linli.example'
const SITE = { from: 'linli@linli.example' }

type Mail = { to: string[]; text: string; headers: string }
/** What has come in, and a wait for the next that has not been looked at. */
class Inbox<Item> {
  readonly items: Item[] = []
  #looked = 0
  #arrived = Promise.withResolvers<void>()

  take(item: Item): void {
    this.items.push(item)
    this.#arrived.resolve()
  }

  async next(): Promise<Item> {
    for (;;) {
      const item = this.items[this.#looked]
      if (item !== undefined) {
        this.#looked += 1
        return item
      }
      this.#arrived = Promise.withResolvers()
      await this.#arrived.promise
    }
  }
}

const mails = new Inbox<Mail>()
const mailServer = new SMTPServer({
  ...{ authOptional: true, disabledCommands: ['STARTTLS', 'AUTH'] },
  onRcptTo: ({ address }, _, done) =>
    done(address.startsWith('gone') ? new Error(`no such mailbox ${address}`) : null),
  onData(stream, { envelope }, done) {
    const parts: Buffer[] = []
    stream.on('data', (part) => parts.push(part))
    stream.on('end', () => {
      const [headers = '', ...body] = Buffer.concat(parts).toString().split('\r\n\r\n')
      const to = envelope.rcptTo.map(({ address }) => address)
      mails.take({ to, headers, text: decoded(headers, body.join('\r\n\r\n')) })
      done()
    })
  },
})
mailServer.listen(0, '127.0.0.1')

type Call = { headers: IncomingHttpHeaders; raw: string; body: ReturnType<typeof JSON.parse> }
const calls = new Inbox<Call>()
const gateway = { status: 204 }
const receiver = createServer(async (request, response) => {
  const parts: Buffer[] = []
  for await (const part of request) parts.push(part)
  const raw = Buffer.concat(parts).toString()
  response.writeHead(gateway.status, { location: 'https://elsewhere.example' }).end()
  calls.take({ headers: request.headers, raw, body: JSON.parse(raw) })
})
receiver.listen(0, '127.0.0.1')
await Promise.all([once(mailServer.server, 'listening'), once(receiver, 'listening')])
const portOf = (server: { address: () => unknown }) => (server.address() as AddressInfo).port
const mail = { url: `smtp://127.0.0.1:${portOf(mailServer.server)}`, ...SITE }
const webhook = { url: `http://127.0.0.1:${portOf(receiver)}/hook`, secret: SECRET }

const faults: unknown[] = []
const house = await openHouse(t.testdir(), '2026-03-02T09:00', {
  outlets: { email: mailOutlet(mail), webhook: webhookOutlet(webhook) },
  publicUrl: PUBLIC_URL,
  onFault: (_, fault) => faults.push(fault),
})
t.teardown(async () => {
  await house.close()
  await new Promise<void>((done) => mailServer.close(() => done()))
  receiver.close()
})
const { ask, take, moveTo, neighbourhood } = house
const { courier, engine, work, keyFile } = house.community
const basis = 'canary-basis: ten years of stairs'
const address = 'canary-office@example.org'
const me = '/api/me/notifications'
const propose = (honour: string) =>
  take('gridWorker', 'POST /api/commendation/propose', {
    ...{ kind: 'household', honour, place: neighbourhood.flats[0], basis },
  })
const turn = () => courier.turn(engine.now())
const choose = (choice: object) => take('coordinator', `PUT ${me}`, choice)
const english = { language: 'en', email: address }

t.test('nobody is told outside who did not choose so', async (t) => {
  const { body } = await ask('coordinator', `GET ${me}`)
  t.match(body, {
    channels: [
      { channel: 'email', available: true },
      { channel: 'webhook', available: true },
    ],
    choice: { language: 'zh', channels: {} },
  })
  const kind = { kind: 'commendation.proposed', label: 'A commendation was proposed' }
  t.match(
    body.kinds.find((one: { kind: string }) => one.kind === kind.kind),
    kind,
  )
  await propose('Told in the pages alone')
  t.equal(await turn(), 0)
  const { notices, unread } = (await ask('coordinator', 'GET /api/notices')).body
  t.match([notices[0].label, unread], [kind.label, 1])
})

t.test(
  'refused: an address that is none, an unknown kind, a quiet time without length',
  async (t) => {
    const wrong = [
      { email: 'nobody' },
      { channels: { 'commendation.praised': ['email'] } },
      { channels: { '*': ['pigeon'] } },
      { quiet: { from: '22:00', to: '22:00' } },
      { quiet: { from: '25:00', to: '07:00' } },
      { digestAt: 'noon' },
      { phone: '1' },
    ]
    for (const choice of wrong) {
      const { status, body } = await ask('coordinator', `PUT ${me}`, choice)
      t.match([status, body.code], [422, 'invalid'], JSON.stringify(choice))
    }
    t.equal((await ask('anybody', `GET ${me}`)).status, 401)
    t.equal((await ask('gridWorker', 'GET /api/notifications/parked')).status, 403)
    t.same((await ask('coordinator', `GET ${me}`)).body.choice.channels, {}, 'nothing was kept')
  },
)

t.test('by mail and by signed webhook, in the words that the receiver may read', async (t) => {
  await choose({ ...english, channels: { 'commendation.proposed': ['email', 'webhook'] } })
  t.equal((await ask('coordinator', `GET ${me}`)).body.choice.email, address)
  const { body } = await propose('Tidiest stairs')
  await turn()
  const mailed = await mails.next()
  t.same(mailed.to, [address])
  t.match(mailed.headers, /^Subject: A commendation was proposed$/m)
  t.match(mailed.headers, /^Auto-Submitted: auto-generated$/m)
  const link = `${PUBLIC_URL}/cases/${body.id}`
  t.equal(
    mailed.text.trim().replaceAll('\r', ''),
    `A commendation was proposed\ncommendation · Tidiest stairs\n${link}`,
  )
  const called = await calls.next()
  t.match(called.body, {
    ...{ type: 'notification', subject: 'A commendation was proposed', language: 'en' },
    ...{ to: { person: neighbourhood.people.coordinator.id }, lines: [{ url: link }] },
  })
  t.equal(called.headers['webhook-id'], called.body.id)
  const signed = `${called.body.id}.${called.headers['webhook-timestamp']}.${called.raw}`
  const key = Buffer.from(SECRET.replace('whsec_', ''), 'base64')
  const wanted = createHmac('sha256', key).update(signed).digest('base64')
  t.equal(called.headers['webhook-signature'], `v1,${wanted}`)
  t.notOk([mailed.text, called.raw].some((text) => text.includes(basis)))
  t.equal(await turn(), 0, 'once')
  const { rows } = await opened()
  t.equal(rows, 2, 'each look at where the person is reached is noted')
})

const opened = async () => {
  const { person } = neighbourhood.people.coordinator
  const found = await work
    .selectFrom('access')
    .select('id')
    .where('instance', '=', `${person}`)
    .where('why', '=', 'notification')
    .execute()
  return { rows: found.length }
}

t.test('not in quiet hours, and once a day where that is enough', async (t) => {
  const channels = { commendation: ['email'] }
  await choose({ ...english, channels, quiet: { from: '22:00', to: '07:00' } })
  await moveTo('2026-03-02T23:30')
  await propose('Found at night')
  const before = mails.items.length
  await moveTo('2026-03-03T06:59')
  t.equal(await turn(), 0)
  t.equal(mails.items.length, before)
  await moveTo('2026-03-03T07:00')
  await turn()
  t.match((await mails.next()).text, /Found at night/)

  await choose({ ...english, channels, digestAt: '18:00' })
  await propose('First of the day')
  await moveTo('2026-03-03T15:00')
  await propose('Second of the day')
  t.equal(await turn(), 0)
  await moveTo('2026-03-03T18:00')
  await turn()
  const digest = await mails.next()
  t.match(digest.headers, /^Subject: 2 notices$/m)
  t.match(digest.text, /First of the day[\s\S]*Second of the day/)
})

t.test('what nobody takes is tried again, parked, and can be tried anew', async (t) => {
  await choose({ ...english, channels: { commendation: ['webhook'] } })
  gateway.status = 500
  await propose('Nobody listens')
  let at = engine.now()
  const came = calls.items.length
  for (const waitMs of [0, 1_000, 5_000, 30_000, 120_000, 600_000]) {
    at += waitMs
    await courier.turn(at)
  }
  const tries = calls.items.slice(came)
  t.equal(tries.length, 6)
  t.equal(new Set(tries.map(({ headers }) => headers['webhook-id'])).size, 1, 'the same id')
  t.equal(await courier.turn(at + 86_400_000), 0, 'not again by itself')
  const { parked } = (await ask('coordinator', 'GET /api/notifications/parked')).body
  t.match(parked, [{ channel: 'webhook', tries: 6, error: /answered 500$/ }])
  gateway.status = 204
  t.same((await take('coordinator', 'POST /api/notifications/release')).body, { released: 1 })
  await courier.turn(engine.now())
  t.equal(calls.items.at(-1)?.headers['webhook-id'], tries[0]?.headers['webhook-id'])
  t.same((await ask('coordinator', 'GET /api/notifications/parked')).body, { parked: [] })

  await choose({ ...english, email: 'gone@example.org', channels: { '*': ['email'] } })
  await propose('To a mailbox that is gone')
  await turn()
  const { error } = await work
    .selectFrom('notice_delivery')
    .select('error')
    .where('tries', '>', 0)
    .executeTakeFirstOrThrow()
  t.match(error, /EENVELOPE 550$/)
  t.notOk(`${error}${faults.join()}`.includes('gone@'), 'a fault names no address')
})

t.test('who may not read a case gets the words alone, and the erased get nothing', async (t) => {
  await choose({ ...english, channels: {} })
  const registered = await take('administrator', 'POST /api/person/register', {
    ...{ kind: 'resident', name: 'canary-name of 3-1-301', phone: '13800138000' },
  })
  const person: string = registered.body.id
  const access = new Access({ work, keyFile, instances: engine.instances, now: engine.now })
  const token = await access.createToken({ person, label: 'neighbour' })
  const own = { authorization: `Bearer ${token}` }
  const choice = { language: 'zh', channels: { '*': ['webhook'] } }
  await take('anybody', `PUT ${me}`, choice, own)
  const plan = async (title: string) => {
    const times = { startsAt: '2026-03-10T01:00:00Z', endsAt: '2026-03-10T03:00:00Z' }
    const { body } = await take('coordinator', 'POST /api/activity/plan', {
      ...{ kind: 'clinic', title, place: neighbourhood.estate, ...times },
    })
    const path = `POST /api/activity/${body.id}`
    await take('coordinator', `${path}/addShift`, { from: times.startsAt, to: times.endsAt })
    await take('coordinator', `${path}/roster`, { shift: 'shift-1', people: [person] })
  }
  const came = calls.items.length
  await plan('Free clinic')
  await turn()
  t.equal(calls.items.length, came + 1)
  const told = calls.items.at(-1)?.body
  t.match(told.to, { person, phone: '13800138000' })
  t.same(told.lines.map(Object.keys), [['text', 'at']])
  t.equal(told.subject, '您被排入一个活动班次')
  await plan('A second clinic')
  await take('administrator', `POST /api/person/${person}/erase`, {})
  await turn()
  t.equal(calls.items.length, came + 1)
  const kept = work.selectFrom('notice_choice').select('person').where('person', '=', person)
  t.same(await kept.execute(), [])
})

t.test(
  'the signature is the standard’s, an effect goes by its own id, a redirect is no answer',
  async (t) => {
    // The example of the specification's reference libraries.
    const given = {
      id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
      timestamp: 1614265330,
      body: '{"test": 2432232314}',
    }
    t.equal(
      webhookSignature('whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', given),
      'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
    )
    const send = webhookSender(webhook)
    const sealed = { $sealed: 'v1.abc', subject: 'person-1', key: '1' }
    const effect = {
      id: 'appeal-1:3:0',
      kind: 'send',
      system: 'hotline',
      with: { n: 1, text: sealed },
    } as const
    const event = { stream: 'appeal-1', at: '2026-03-02T01:00:00.000Z' } as Event
    await send(effect, event)
    t.match(calls.items.at(-1), {
      headers: { 'webhook-id': effect.id },
      body: { ...{ type: 'effect', system: 'hotline', instance: 'appeal-1' }, with: { n: 1 } },
    })
    t.notOk(calls.items.at(-1)?.raw.includes('v1.abc'))
    gateway.status = 302
    await t.rejects(send(effect, event), { code: 'webhook-not-taken' })
    gateway.status = 204
  },
)

t.test('settings turn the channels on, both halves of each', (t) => {
  const found = optionsOf(
    readSettings({
      ...{ LINLI_SMTP_URL: mail.url, LINLI_MAIL_FROM: mail.from },
      ...{ LINLI_WEBHOOK_URL: webhook.url, LINLI_WEBHOOK_SECRET: SECRET },
    }),
    'linli',
  )
  t.same(Object.keys(found.outlets), ['email', 'webhook'])
  t.type(found.send, 'function')
  const none = optionsOf(readSettings({}), 'linli')
  t.match([none.outlets, none.send], [{}, undefined])
  const wrong = [
    { LINLI_SMTP_URL: mail.url },
    { LINLI_SMTP_URL: 'mail.example.org', LINLI_MAIL_FROM: mail.from },
    { LINLI_SMTP_URL: mail.url, LINLI_MAIL_FROM: 'linli' },
    { LINLI_WEBHOOK_URL: webhook.url },
    { LINLI_WEBHOOK_URL: webhook.url, LINLI_WEBHOOK_SECRET: 'secret' },
  ]
  for (const settings of wrong) {
    t.throws(() => readSettings(settings), { code: 'settings-wrong' }, Object.keys(settings).join())
  }
  t.end()
})

t.test(
  'a notice is never before its time, never in quiet hours, and never later than two days',
  (t) => {
    const zone = 'Asia/Shanghai'
    const time = fc
      .tuple(fc.nat(23), fc.nat(59))
      .map((parts) => parts.map((part) => String(part).padStart(2, '0')).join(':'))
    const quiet = fc.record({ from: time, to: time }).filter(({ from, to }) => from !== to)
    const clock = (at: number) =>
      Temporal.Instant.fromEpochMilliseconds(at)
        .toZonedDateTimeISO(zone)
        .toPlainTime()
        .toString()
        .slice(0, 5)
    const isIn = ({ from, to }: { from: string; to: string }, at: string) =>
      from < to ? from <= at && at < to : !(to <= at && at < from)
    const property = fc.property(
      fc.integer({ min: 0, max: 4e12 }),
      fc.option(quiet, { nil: undefined }),
      fc.option(time, { nil: undefined }),
      (now, quiet, digestAt) => {
        const choice = { ...(quiet && { quiet }), ...(digestAt && { digestAt }) }
        const at = sendingTime(choice, now, zone)
        const isFree = quiet === undefined || !isIn(quiet, clock(at))
        const isDigest = digestAt === undefined || quiet !== undefined || clock(at) === digestAt
        return at >= now && at <= now + 2 * 86_400_000 && isFree && isDigest
      },
    )
    t.doesNotThrow(() => fc.assert(property))
    t.end()
  },
)

t.test('no address and no name lies in any file', async (t) => {
  await house.close()
  t.same(filesHolding(house.folder, [address, 'gone@example.org', basis, 'canary-name']), [])
  t.ok(faults.length > 0 && faults.every((fault) => /not-taken/.test(`${Object(fault).code}`)))
})

/** The body of a mail, whichever way it is encoded. */
function decoded(headers: string, body: string): string {
  if (/base64/i.test(headers)) return Buffer.from(body, 'base64').toString()
  if (!/quoted-printable/i.test(headers)) return body
  const bytes = body
    .replace(/=\r?\n/g, '')
    .replace(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
  return Buffer.from(bytes, 'latin1').toString()
}
