// How a test deliberates over the API: bodies with members, topics, meetings, votes by link.
import { type House, instant } from '../end-to-end/house.ts'

/** What an event of a history says that these tests look at. */
export type Told = {
  type: string
  effects: { kind: string; instance: string }[]
  raw: { id: string }
}

/** The acts of a community's deliberations, each given as its coordinator unless it says else. */
export function deliberatingIn({ ask, take, neighbourhood }: House) {
  const { community, flats } = neighbourhood
  const topicAt = async (id: string) =>
    (await ask('coordinator', `GET /api/deliberation/${id}`)).body
  const giverOf =
    (id: string) =>
    (command: string, data: object = {}) =>
      take('coordinator', `POST /api/deliberation/${id}/${command}`, data)
  const refusalOf = async (id: string, command: string, data: object = {}) =>
    (await ask('coordinator', `POST /api/deliberation/${id}/${command}`, data)).body
  const eventsOf = async (id: string): Promise<Told[]> =>
    (await ask('coordinator', `GET /api/${id.slice(0, -37)}/${id}/events`)).body.events

  /** Registers somebody of a flat; the id is all that is told of a person. */
  async function neighbour(place: string | undefined): Promise<string> {
    const described = { kind: 'resident', name: 'neighbour', place }
    return (await take('coordinator', 'POST /api/person/register', described)).body.id
  }

  /** Opens the meeting and its vote, after these parties have signed in. */
  async function openedVote(id: string, parties: readonly string[]): Promise<void> {
    const give = giverOf(id)
    for (const party of parties) await give('signIn', { party })
    await give('openMeeting')
    await give('openVote')
  }

  return {
    ...{ topicAt, giverOf, refusalOf, eventsOf, neighbour, openedVote },
    /** What an appeal was told of deliberations. */
    toldOf: async (appeal: string) =>
      (await eventsOf(appeal))
        .map(({ type }) => type)
        .filter((type) => type.includes('deliberation')),
    /** The instance that the newest event began. */
    openedBy: async (id: string) => (await eventsOf(id)).at(-1)?.effects[0]?.instance ?? '',
    /** The secret link of a voter, as the office hands it out: its token. */
    async linkOf(id: string, person: string): Promise<string> {
      const { body } = await take('coordinator', `POST /api/deliberation/${id}/links`, { person })
      return body.link.replace('/r/', '')
    },
    byLink: (token: string, ballot: object) =>
      ask('anybody', `POST /api/resident/ballots/${token}`, ballot),
    /** An appeal of a flat about a category, brought to a topic. */
    async joining(topic: string, flat: number, about: { category: string; text: string }) {
      const words = { ...about, place: flats[flat], channel: 'grid', phone: `1380000020${flat}` }
      const { body } = await take('gridWorker', 'POST /api/appeal/report', words)
      await take('gridWorker', `POST /api/appeal/${body.id}/verify`, {})
      await take('coordinator', `POST /api/appeal/${body.id}/deliberate`, { topic })
      return String(body.id)
    },
    /** A standing body with a term of a year; its members by the party each stands for. */
    async bodyOf(kind: string, name: string, parties: readonly string[]) {
      const term = { from: instant('2026-03-01T00:00'), until: instant('2027-03-01T00:00') }
      const named = { kind, name, place: community, term, requiredParties: [...new Set(parties)] }
      const { id } = (await take('coordinator', 'POST /api/body/establish', named)).body
      const members: string[] = []
      for (const [n, party] of parties.entries()) {
        const person = await neighbour(flats[n % 3])
        members.push(person)
        await take('coordinator', `POST /api/body/${id}/seat`, { person, party })
      }
      return { id: String(id), members }
    },
    /** A topic of a body, accepted. */
    async topicOf(body: string, title: string, more: object = {}) {
      const about = { title, place: community, rule: 'committee', body, ...more }
      const { id } = (await take('coordinator', 'POST /api/deliberation/propose', about)).body
      await giverOf(id)('accept')
      return String(id)
    },
    /** Members sign in, each for a party, and the vote is opened. */
    async seated(id: string, members: readonly string[], parties: readonly string[]) {
      for (const [n, party] of parties.entries()) {
        await giverOf(id)('signIn', { party, person: members[n] })
      }
      await openedVote(id, [])
    },
    /** All of these vote yes by show of hands, and it is counted: the state afterwards. */
    async agreed(id: string, members: readonly string[]): Promise<string> {
      const give = giverOf(id)
      for (const person of members) await give('vote', { person, way: 'hand', openChoice: 'yes' })
      await give('closeVote')
      return (await give('count')).body.path
    },
    /** Lets a person in with a role, by a one-time link; what to send with each request. */
    async signedIn(person: string, role: string): Promise<object> {
      await take('administrator', `POST /api/person/${person}/grant`, { role, place: community })
      const { body } = await take('administrator', `POST /api/person/${person}/sign-in-link`)
      const token = String(body.link).replace('/link/', '')
      const session = await ask('anybody', 'POST /api/session/link', { token })
      const cookie = session.headers.get('set-cookie')?.split(';')[0] ?? ''
      return { cookie, 'sec-fetch-site': 'same-origin' }
    },
  }
}
