// A community served over HTTP on a clock that the test moves. What happens in a story goes
// through the API; only founding the neighbourhood and handing out tokens does not.

import { join } from 'node:path'
import { Access, execute, nextClockAt } from '@linli/engine'
import { buildServer, type Community, type CommunityOptions, openCommunity } from '@linli/runtime'
import { fileGolden } from '../golden/told.ts'
import { foundNeighbourhood, type Neighbourhood, type People } from '../simulation/neighbourhood.ts'

/** Who asks: a role of the neighbourhood, or nobody in particular. */
export type Who = keyof People | 'anybody'

/** Whatever JSON holds: stories look into bodies of every shape. */
type Body = ReturnType<typeof JSON.parse>

/** An answer as a test looks at it; `body` is parsed JSON, or text where it is something else. */
export type Answer = { status: number; headers: Headers; body: Body }

/** A served community. Times are local, `2026-12-07T09:00`. */
export type House = {
  folder: string
  community: Community
  neighbourhood: Neighbourhood
  /** Moves the clock; what is due on the way happens at its own time. */
  moveTo: (local: string) => Promise<void>
  /** `ask('coordinator', 'POST /api/appeal/…/refer', { … })`. */
  ask: (who: Who, what: string, body?: unknown, headers?: object) => Promise<Answer>
  /** The same, for commands that must be taken; waits until everything has followed. */
  take: (who: Who, what: string, body?: unknown, headers?: object) => Promise<Answer>
  /** The bytes of what is no text. */
  bytes: (who: Who, path: string) => Promise<Buffer>
  close: () => Promise<void>
}

/** How else the community is opened. */
export type HouseOptions = Pick<
  CommunityOptions,
  'city' | 'outlets' | 'send' | 'publicUrl' | 'onFault'
>

const ZONE = '+08:00'
/** The instant of a local time, as the API writes instants. */
export const instant = (local: string): string => new Date(`${local}:00${ZONE}`).toISOString()

/** Opens a community in a new folder, founded at `local`, by a city's policies; it listens. */
export async function openHouse(
  scratch: string,
  local: string,
  more: string | HouseOptions = {},
): Promise<House> {
  const folder = join(scratch, 'community')
  const time = { now: Date.parse(instant(local)) }
  const faults: unknown[] = []
  // The stories are the same wherever the log and the read models are.
  const { LINLI_EVENTS: events, LINLI_READ: read } = process.env
  const community = await openCommunity({
    ...{ folder, events, read },
    clock: () => time.now,
    onFault: (what, fault) => faults.push(new Error(what, { cause: fault })),
    ...(typeof more === 'string' ? { city: more } : more),
  })
  const { engine } = community
  const neighbourhood = await foundNeighbourhood((request) => execute(engine, request))
  const app = await buildServer(community)
  const address = await app.listen({ host: '127.0.0.1', port: 0 })
  const tokens = await tokensFor(community, neighbourhood.people)
  const asking = askingOf(address, tokens)
  return {
    ...{ folder, community, neighbourhood, ask: asking },
    async bytes(who, path) {
      const headers = { authorization: `Bearer ${tokens.get(who)}` }
      return Buffer.from(await (await fetch(address + path, { headers })).arrayBuffer())
    },
    moveTo: (to) => moveTo(community, time, Date.parse(instant(to))),
    async take(who, what, body, headers) {
      const answer = await asking(who, what, body, headers)
      if (answer.status >= 300) throw new Error(`${what}: ${JSON.stringify(answer.body)}`)
      await community.settled()
      return answer
    },
    async close() {
      if (!app.server.listening) return
      await fileGolden(community)
      await app.close()
      await community.close()
      if (faults.length > 0) throw new AggregateError(faults, 'faults of the background')
    },
  }
}

async function tokensFor(community: Community, people: People): Promise<Map<Who, string>> {
  const { work, keyFile, engine } = community
  const access = new Access({ work, keyFile, instances: engine.instances, now: engine.now })
  const tokens = new Map<Who, string>()
  for (const [who, { id }] of Object.entries(people)) {
    tokens.set(who as Who, await access.createToken({ person: id, label: who }))
  }
  return tokens
}

function askingOf(address: string, tokens: ReadonlyMap<Who, string>): House['ask'] {
  return async (who, what, body, headers = {}) => {
    const [method = '', path = ''] = what.split(' ')
    const token = tokens.get(who)
    const answer = await fetch(`${address}${path}`, {
      method,
      headers: {
        'accept-language': 'en',
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const text = await answer.text()
    const { status, headers: told } = answer
    const isJson = JSON_TYPE.test(told.get('content-type') ?? '')
    return { status, headers: told, body: isJson ? JSON.parse(text) : text }
  }
}

const JSON_TYPE = /^application\/(problem\+)?json/

async function moveTo(community: Community, time: { now: number }, to: number): Promise<void> {
  for (;;) {
    await community.settled()
    const next = await nextClockAt(community.read.db)
    if (next === undefined || next > to) break
    time.now = Math.max(time.now, next)
    await community.timers.tick(time.now)
  }
  time.now = to
}
