// Reading one case: as it stands or stood, and its history.
import {
  type AsOf,
  type Event,
  hideSealed,
  type Instance,
  knownAt,
  LATE_MS,
  mayRead,
  type Recorded,
  revealData,
  statePath,
  type View,
  type Workflow,
} from '@linli/engine'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { caseOf, hasSealed, opening, type Viewer } from './case-view.ts'
import { eventText, roleText } from './language.ts'
import { nameOf } from './names.ts'
import type { HttpPorts } from './ports.ts'
import { ProblemError } from './problem.ts'
import { Case, History } from './reply-schema.ts'
import { callerOf, isIdOf, language, Moment, momentOf, parsed } from './route.ts'

const CaseQuery = Moment.extend({ revision: z.coerce.number().int().nonnegative().optional() })
const HistoryQuery = CaseQuery
type Params = { Params: { id: string } }

/** Adds the reading paths of every workflow. */
export function addCaseRoutes(app: FastifyInstance, ports: HttpPorts): void {
  for (const workflow of ports.engine.workflows.values()) {
    const tag = workflow.id
    app.get<Params>(
      `/api/${workflow.id}/:id`,
      {
        config: {
          may: 'signed-in',
          doc: { summary: `One ${tag}`, tag, query: CaseQuery, reply: Case },
        },
      },
      async (request, reply) => {
        const { view, asOf } = await readable(ports, workflow, request)
        reply.header('etag', `"${view.instance.revision}"`)
        const shown = await caseOf(ports, view, viewerOf(request, 'case'))
        return { ...shown, ...(asOf === undefined ? {} : { asOf }) }
      },
    )
    app.get<Params>(
      `/api/${workflow.id}/:id/events`,
      {
        config: {
          may: 'signed-in',
          doc: { summary: `The history of one ${tag}`, tag, query: HistoryQuery, reply: History },
        },
      },
      async (request) => {
        const { view } = await readable(ports, workflow, request)
        return { events: await historyOf(ports, view, viewerOf(request, 'history')) }
      },
    )
  }
}

const viewerOf = (request: FastifyRequest, why: string): Viewer => ({
  caller: callerOf(request),
  language: language(request),
  why,
})

/** The view asked for, when the caller may read the case as it is today. */
async function readable(
  ports: HttpPorts,
  workflow: Workflow,
  request: FastifyRequest<Params>,
): Promise<{ view: View; asOf?: z.output<typeof CaseQuery> }> {
  const query = parsed(CaseQuery, request.query, request)
  const { id } = request.params
  if (!isIdOf(workflow.id, id)) throw new ProblemError('not-found', { field: 'id' })
  const newest = await ports.engine.instances.current(id)
  if (newest === undefined) throw new ProblemError('not-found', { field: 'id' })
  if (!mayRead(callerOf(request), workflow.id, workflow.summary(newest))) {
    throw new ProblemError('forbidden')
  }
  const asOf: AsOf = {
    ...(await momentOf(query, (time) => knownAt(ports.read.db, time))),
    ...(query.revision === undefined ? {} : { revision: query.revision }),
  }
  const view = await ports.view(id, asOf)
  if (view === undefined) throw new ProblemError('not-found', { field: 'at' })
  if ((query.revision ?? 0) > view.lastRevision) {
    throw new ProblemError('not-found', { field: 'revision' })
  }
  return Object.keys(asOf).length === 0 ? { view } : { view, asOf: query }
}

async function historyOf(ports: HttpPorts, view: View, viewer: Viewer) {
  const { instance, events } = view
  const opens =
    events.some(({ event }) => hasSealed(event.data)) && (await opening(ports, instance, viewer))
  const shown = { instance, viewer, opens }
  return Promise.all(events.map((recorded) => eventOf(ports, recorded, shown)))
}

async function eventOf(
  ports: HttpPorts,
  { event, position }: Recorded,
  shown: { instance: Instance; viewer: Viewer; opens: boolean },
) {
  const { workflow } = shown.instance
  const { viewer } = shown
  const data = await revealData(shown.opens ? ports.engine.vault : undefined, event)
  return {
    revision: event.revision,
    position: String(position),
    type: event.type,
    label: eventText(workflow, viewer.language, event.type),
    at: event.at,
    recordedAt: event.recordedAt,
    late: Date.parse(event.recordedAt) - Date.parse(event.at) > LATE_MS,
    by: await actorOf(ports, event, viewer),
    from: event.from,
    to: event.to,
    fromPath: statePath(event.from),
    toPath: statePath(event.to),
    data: withoutNull(data),
    clocks: event.clocks ?? [],
    effects: hideSealed(event.effects ?? []),
    raw: hideSealed(event),
  }
}

async function actorOf(ports: HttpPorts, { by }: Event, viewer: Viewer) {
  const { role, person, unit } = by
  return {
    role,
    roleLabel: roleText(viewer.language, role),
    ...(person === undefined ? {} : { person }),
    ...(unit === undefined ? {} : { unit, unitName: await nameOf(ports.engine, unit) }),
  }
}

/** A hidden value is shown as null in a history: `raw` still says that it was sealed. */
function withoutNull(data: unknown): unknown {
  if (typeof data !== 'object' || data === null) return data
  if ('$sealed' in data) return null
  if (Array.isArray(data)) return data.map(withoutNull)
  return Object.fromEntries(Object.entries(data).map(([key, value]) => [key, withoutNull(value)]))
}
