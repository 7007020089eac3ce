// What activities come to, and whom the community honours: figures of participation for those
// signed in, and the honour list for everybody.
import { listInstances, openFields, parseEvent, participation } from '@linli/engine'
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { textOf } from './language.ts'
import { Asked, askedFor, type Exchange, ownWrites, workflowNamed, zoneOf } from './list-route.ts'
import { named, nameOf } from './names.ts'
import type { HttpPorts } from './ports.ts'
import { perMinute } from './rate.ts'
import { callerOf, instantOf, iso, language, parsed } from './route.ts'

const ParticipationQuery = Asked.extend({ by: z.enum(['kind', 'month', 'place']).optional() })
const Figures = z.object({
  by: z.string().optional(),
  groups: z.array(
    z.object({
      key: z.string().optional(),
      label: z.string().optional(),
      activities: z.int(),
      personTimes: z.int(),
      people: z.int(),
      knownPeople: z.int(),
      beneficiaries: z.int(),
      serviceMinutes: z.int(),
      output: z.int(),
    }),
  ),
})
const Honours = z.object({
  honours: z.array(
    z.object({
      id: z.string(),
      honour: z.string(),
      kind: z.string(),
      kindLabel: z.string(),
      name: z.string().optional(),
      place: z.array(z.object({ id: z.string(), name: z.string() })),
      grantedAt: z.string(),
    }),
  ),
})
const HONOURS_MOST = 200

/** Adds participation and the honour list. */
export function addParticipationRoutes(app: FastifyInstance, ports: HttpPorts): void {
  const { workflows } = ports.engine
  if (workflows.has('activity')) {
    const query = ParticipationQuery
    const doc = { summary: 'Person-times beside people', tag: 'figures', query, reply: Figures }
    app.get('/api/participation', { config: { may: 'signed-in', doc } }, (request, reply) =>
      figures(ports, { request, reply }),
    )
  }
  if (workflows.has('commendation')) {
    const doc = { summary: 'The honour list', tag: 'residents', reply: Honours }
    const config = { may: 'anyone' as const, rateLimit: perMinute(60), doc }
    const seen = new Set<string>()
    app.get('/api/honours', { config }, (request) => honours(ports, language(request), seen))
  }
}

async function figures(ports: HttpPorts, exchange: Exchange) {
  const { request } = exchange
  const { by, from, to, ...query } = parsed(ParticipationQuery, request.query, request)
  await ownWrites(ports, exchange)
  const workflow = workflowNamed(ports, 'activity')
  const asked = await askedFor(ports, { workflow, caller: callerOf(request), query })
  const groups = await participation(ports.read.db, {
    ...asked,
    timeZone: zoneOf(ports, workflow),
    ...(by === undefined ? {} : { by }),
    ...periodOf('from', from),
    ...periodOf('to', to),
  })
  const into = language(request)
  const labelOf = (key: string) =>
    by === 'kind'
      ? textOf(workflow, into, `option.kind.${key}`)
      : by === 'place'
        ? nameOf(ports.engine, key)
        : key
  return {
    ...(by === undefined ? {} : { by }),
    groups: await Promise.all(
      groups.map(async ({ key, ...group }) =>
        key === undefined ? group : { key, label: await labelOf(key), ...group },
      ),
    ),
  }
}

function periodOf(end: 'from' | 'to', text: string | undefined): { from?: number; to?: number } {
  const at = text === undefined ? undefined : instantOf(text)
  return at === undefined ? {} : { [end]: at }
}

/** The names are shown with their owners' consent; each is noted as opened when first shown. */
async function honours(ports: HttpPorts, into: 'zh' | 'en', seen: Set<string>) {
  const workflow = workflowNamed(ports, 'commendation')
  const { rows } = await listInstances(ports.read.db, {
    filter: { workflow: 'commendation', states: ['granted'] },
    scope: [{ all: true }],
    sort: 'enteredAt',
    descending: true,
    limit: HONOURS_MOST,
  })
  return {
    honours: await Promise.all(
      rows.map(async ({ id, title, place, category = '', enteredAt }) => {
        const name = await shownName(ports, id, seen)
        return {
          ...{ id, honour: title ?? '', kind: category },
          kindLabel: textOf(workflow, into, `option.kind.${category}`),
          ...(name === undefined ? {} : { name }),
          place: await named(ports.engine, place),
          grantedAt: iso(enteredAt),
        }
      }),
    ),
  }
}

/** As whom the one honoured wanted to be shown; a unit by its own name; else nobody. */
async function shownName(
  ports: HttpPorts,
  id: string,
  seen: Set<string>,
): Promise<string | undefined> {
  const { engine, access } = ports
  const [stored] = await engine.store.read(id, { limit: 1 })
  if (stored === undefined) return undefined
  const event = parseEvent(stored)
  const { unit } = event.data
  if (typeof unit === 'string') return nameOf(engine, unit)
  if (!('shownAs' in event.data)) return undefined
  if (!seen.has(id)) {
    const at = engine.now()
    await access.log.record({
      at,
      person: 'public',
      role: 'resident',
      instance: id,
      why: 'honours',
    })
    seen.add(id)
  }
  const opened = await openFields(engine.vault, event)
  return opened.find(({ field }) => field === 'shownAs')?.text ?? undefined
}
