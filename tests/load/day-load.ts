// A Beijing day as its people give it: 64 hands take what there is to do, what has come furthest
// first. Which referral an appeal led to, and when its answer has arrived, is learnt from the
// analysts' event stream, as a script of the city would.
import { randomUUIDv7 } from 'node:crypto'
import { type IncomingMessage, request } from 'node:http'
import { ANSWER, GOOD_FOLLOW_UP, phoneOf, referTo, reportOf } from './case-script.ts'
import { bearer, Connection, post } from './connection.ts'
import type { Neighbourhood } from './neighbourhood.ts'

/** A day: so many cases over so many connections. */
export type DayGiven = {
  port: number
  neighbourhood: Neighbourhood
  connections: number
  cases: number
  /** Position of the log before the day. */
  after: number
}

/** Commands answered, and the seconds until the last of them. */
export type Day = { commands: number; seconds: number }

type Work = { answer: string[]; close: string[]; begun: number; closed: number }

/** How long nothing may happen before the day is given up, ms. */
const STALLED_MS = 60_000

/** Plays the day; resolves when every case is closed. */
export async function playDay(given: DayGiven): Promise<Day> {
  const { connections, cases } = given
  const work: Work = { answer: [], close: [], begun: 0, closed: 0 }
  const desk = new Desk()
  const began = performance.now()
  const stream = await listen(given, (type, instance) => {
    if (type === 'referral.dispatched') work.answer.push(instance)
    else work.close.push(instance)
    desk.ring()
  })
  let commands = 0
  const hands = Array.from({ length: connections }, async () => {
    const connection = await Connection.open(given.port)
    const give = giver(connection, () => {
      commands += 1
    })
    while (work.closed < cases) {
      const task = nextTask(work, given)
      if (task === undefined) await desk.wait(STALLED_MS)
      else await task(give)
    }
    desk.ring()
    connection.close()
  })
  await Promise.all(hands)
  stream.destroy()
  return { commands, seconds: (performance.now() - began) / 1000 }
}

type Give = (token: string, path: string, data: unknown) => Promise<string>

/** What has come furthest is done first: so the day has few cases open at any moment. */
function nextTask(work: Work, given: DayGiven): ((give: Give) => Promise<void>) | undefined {
  const { tokens, place, unit, phones } = given.neighbourhood
  const appeal = work.close.shift()
  if (appeal !== undefined) {
    return async (give) => {
      await give(tokens.coordinator, `/api/appeal/${appeal}/followUp`, GOOD_FOLLOW_UP)
      work.closed += 1
    }
  }
  const referral = work.answer.shift()
  if (referral !== undefined) {
    return async (give) => {
      await give(tokens.handler, `/api/referral/${referral}/accept`, {})
      await give(tokens.handler, `/api/referral/${referral}/answer`, ANSWER)
    }
  }
  if (work.begun >= given.cases) return undefined
  const resident = work.begun++ % phones
  return async (give) => {
    const report = reportOf(place, phoneOf(resident))
    const id = await give(tokens.coordinator, '/api/appeal/report', report)
    await give(tokens.gridWorker, `/api/appeal/${id}/verify`, {})
    await give(tokens.coordinator, `/api/appeal/${id}/refer`, referTo(unit))
  }
}

function giver(connection: Connection, count: () => void): Give {
  return async (token, path, data) => {
    const key = `${bearer(token)}idempotency-key: ${randomUUIDv7()}\r\n`
    const { status, body } = await connection.send(post(path, JSON.stringify(data), key))
    if (status !== 200 && status !== 201) throw new Error(`${path}: ${status} ${body}`)
    count()
    const reply: { id: string } = JSON.parse(body)
    return reply.id
  }
}

/** Where hands without work wait for the next. */
class Desk {
  #bell = Promise.withResolvers<void>()

  ring(): void {
    this.#bell.resolve()
    this.#bell = Promise.withResolvers()
  }

  async wait(atMostMs: number): Promise<void> {
    const bell = this.#bell
    const timer = setTimeout(() => bell.reject(new Error('the day stalled')), atMostMs)
    try {
      await bell.promise
    } finally {
      clearTimeout(timer)
    }
  }
}

const TYPES = ['referral.dispatched', 'appeal.referralAnswered']

/** Hears of every event of the two types behind the position the day began at. */
async function listen(
  { port, neighbourhood, after }: DayGiven,
  hear: (type: string, instance: string) => void,
): Promise<IncomingMessage> {
  const types = TYPES.map((type) => `type=${type}`).join('&')
  const message = await new Promise<IncomingMessage>((resolve, reject) => {
    const headers = {
      authorization: `Bearer ${neighbourhood.tokens.analyst}`,
      accept: 'text/event-stream',
    }
    const asked = { port, host: '127.0.0.1', path: `/api/events?after=${after}&${types}`, headers }
    request(asked, resolve).on('error', reject).end()
  })
  if (message.statusCode !== 200) throw new Error(`the event stream answered ${message.statusCode}`)
  message.setEncoding('utf8')
  let rest = ''
  message.on('error', () => {})
  message.on('data', (text: string) => {
    const lines = (rest + text).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) {
      const found = line.startsWith('data: ') ? EVENT.exec(line) : null
      if (found?.[1] !== undefined && found[2] !== undefined) hear(found[1], found[2])
    }
  })
  return message
}

const EVENT = /"type":"([^"]+)","stream":"([^"]+)"/
