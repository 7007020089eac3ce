// Voting by link: the office hands each voter a secret link, and whoever has it sees the topic with
// its live turnout and votes. What may be voted, by whom and until when is the machine's to say.
import {
  type Instance,
  mayRead,
  offeredTo,
  rowIn,
  stateOf,
  statePath,
  type Workflow,
} from '@linli/engine'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { give } from './command-route.ts'
import { stateText } from './language.ts'
import type { HttpPorts } from './ports.ts'
import { ProblemError } from './problem.ts'
import { perMinute } from './rate.ts'
import { type Followed, linkedCase } from './resident-route.ts'
import { callerOf, isIdOf, iso, language, parsed } from './route.ts'

const TOPIC = 'deliberation'
const person = z.string().startsWith('person-').max(80)
const Voter = z.strictObject({ person })
const VoterLink = z.strictObject({ link: z.string() })
const Ballot = z.strictObject({
  choice: z.enum(['yes', 'no', 'abstain']),
  /** Whom one votes for, where that voter named one; without it, for oneself. */
  for: person.optional(),
  /** Said when the vote was given before. */
  changes: z.literal(true).optional(),
})
/** Words of a sealed ballot, all of one length. */
const SEALED = { yes: 'yes', no: 'nay', abstain: 'abs' } as const
const TURNOUT = [
  ...['persons', 'personsOf', 'personsNeeded', 'areaM2', 'areaM2Of', 'areaM2Needed'],
  ...['yesPersons', 'yesAreaM2', 'noPersons', 'noAreaM2', 'abstainPersons', 'abstainAreaM2'],
]
const tag = 'resident'
type Params = { Params: { token: string } }

/** Adds the links of voters, and what they open. */
export function addBallotRoutes(app: FastifyInstance, ports: HttpPorts): void {
  const workflow = ports.engine.workflows.get(TOPIC)
  const vote = workflow?.commands.get('vote')
  if (workflow === undefined || vote === undefined) return
  const rateLimit = perMinute((ports.signInsPerMinute ?? 20) * 6)
  const linkDoc = { summary: 'The secret link of a voter', tag, body: Voter, reply: VoterLink }
  app.post<{ Params: { id: string } }>(
    `/api/${TOPIC}/:id/links`,
    { config: { may: ['coordinator'], doc: { ...linkDoc, status: 201 } } },
    async (request, reply) => reply.code(201).send(await voterLink(ports, workflow, request)),
  )
  const seeDoc = { summary: 'See what is voted on, by link', tag }
  app.get<Params>(
    '/api/resident/ballots/:token',
    { config: { may: 'anyone', rateLimit, doc: seeDoc } },
    async (request) => ballotOf(ports, await topicOf(ports, request), request),
  )
  const voteDoc = { summary: 'Vote by link', tag, body: Ballot }
  app.post<Params>(
    '/api/resident/ballots/:token',
    { config: { may: 'anyone', rateLimit, doc: voteDoc } },
    async (request, reply) => {
      const { instance, caller } = await topicOf(ports, request)
      const ballot = parsed(Ballot, request.body, request)
      request.body = voteOf(ballot, instance, caller.person)
      const asked = { workflow, command: vote, id: instance.stream, caller }
      return give(ports, asked, { request, reply })
    },
  )
}

async function voterLink(
  ports: HttpPorts,
  workflow: Workflow,
  request: FastifyRequest<{ Params: { id: string } }>,
) {
  const { id } = request.params
  const voter = parsed(Voter, request.body, request)
  const instance = isIdOf(TOPIC, id) ? await ports.engine.instances.current(id) : undefined
  if (instance === undefined) throw new ProblemError('not-found', { field: 'id' })
  const caller = callerOf(request)
  if (!mayRead(caller, TOPIC, rowIn(instance))) throw new ProblemError('forbidden')
  if (!workflow.summary(instance).persons.includes(voter.person)) {
    throw new ProblemError('not-found', { field: 'person' })
  }
  // Whoever has the link can vote with it: that it was asked for stays on record.
  await ports.access.log.record({
    ...{ at: ports.engine.now(), person: caller.person ?? caller.id, role: 'coordinator' },
    ...{ instance: id, why: 'voter-link' },
  })
  const linked = { instance: id, person: voter.person }
  return { link: `/r/${await ports.access.links.tokenOf(linked)}` }
}

async function topicOf(ports: HttpPorts, request: FastifyRequest<Params>): Promise<Followed> {
  const linked = await linkedCase(ports, request.params.token)
  if (linked.instance.workflow.id !== TOPIC) throw new ProblemError('not-found', { field: 'token' })
  return linked
}

/** The command of a ballot: in words of one length where they will be sealed. */
function voteOf(ballot: z.output<typeof Ballot>, instance: Instance, voter: string | undefined) {
  const { extra } = instance.workflow.summary(instance)
  return {
    person: ballot.for ?? voter,
    way: 'link',
    ...(ballot.changes === undefined ? {} : { changes: true }),
    ...(extra?.secret === true ? { choice: SEALED[ballot.choice] } : { openChoice: ballot.choice }),
  }
}

/** What a voter sees: nothing of how anybody chose, in a secret vote or an open one. */
async function ballotOf(ports: HttpPorts, { instance, caller }: Followed, request: FastifyRequest) {
  const { workflow, clocks } = instance
  const { title, extra = {}, persons } = workflow.summary(instance)
  const path = statePath(stateOf(instance))
  const dueAt = clocks.vote?.status === 'running' ? clocks.vote.dueAt : undefined
  const known = Meeting.safeParse(Reflect.get(instance.snapshot.context, 'meeting')).data
  const me = caller.person ?? ''
  const voices = Object.entries(known?.delegations ?? {})
    .filter(([, to]) => to === me)
    .map(([from]) => from)
  return {
    id: instance.stream,
    title,
    state: path,
    stateLabel: stateText(workflow, language(request), path),
    meetingAt: extra.meetingAt ?? null,
    secret: extra.secret ?? null,
    ...(dueAt === undefined ? {} : { until: iso(dueAt) }),
    turnout: Object.fromEntries(
      TURNOUT.flatMap((key) => (key in extra ? [[key, extra[key]]] : [])),
    ),
    entitled: persons.includes(me) && known !== undefined,
    voted: Object.hasOwn(known?.ballots ?? {}, me),
    delegatedTo: known?.delegations[me] ?? null,
    votesFor: voices.map((one) => ({
      person: one,
      voted: Object.hasOwn(known?.ballots ?? {}, one),
    })),
    answers: offeredTo(ports.engine, instance, caller),
  }
}

/** What the route reads of the folded meeting: who has voted, and for whom. */
const Meeting = z.object({
  ballots: z.record(z.string(), z.unknown()),
  delegations: z.record(z.string(), z.string()),
})
