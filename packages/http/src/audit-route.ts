// What supervisors look through: who looked at whose data, and what was recorded late.
import { type LateEntry, lateEntries, mayRead, rowIn, scopeOf } from '@linli/engine'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { eventText, roleText } from './language.ts'
import type { HttpPorts } from './ports.ts'
import { ProblemError } from './problem.ts'
import { callerOf, Instant, instantOf, iso, language, parsed } from './route.ts'

const AccessQuery = z.object({
  instance: z.string(),
  before: z.coerce.number().int().positive().optional(),
})
const LateQuery = z.object({
  workflow: z.string().max(40).optional(),
  from: Instant.optional(),
  to: Instant.optional(),
  before: z.coerce.number().int().positive().optional(),
  limit: z.coerce.number().int().min(1).max(200).optional(),
})
const tag = 'audit'
const may = ['supervisor'] as const

/** Adds the audit paths. */
export function addAuditRoutes(app: FastifyInstance, ports: HttpPorts): void {
  const accessDoc = { summary: 'Who looked at whose data', tag, query: AccessQuery }
  app.get('/api/access', { config: { may, doc: accessDoc } }, (request) => openings(ports, request))
  const lateDoc = { summary: 'What was recorded long after it happened', tag, query: LateQuery }
  app.get('/api/late-entries', { config: { may, doc: lateDoc } }, (request) => late(ports, request))
}

async function openings(ports: HttpPorts, request: FastifyRequest) {
  const query = parsed(AccessQuery, request.query, request)
  const instance = await ports.engine.instances.get(query.instance)
  if (instance === undefined) throw new ProblemError('not-found', { field: 'instance' })
  if (!mayRead(callerOf(request), instance.workflow.id, rowIn(instance))) {
    throw new ProblemError('forbidden')
  }
  const found = await ports.access.log.list(query.instance, {
    ...(query.before === undefined ? {} : { before: query.before }),
  })
  return {
    openings: found.map(({ at, role, ...rest }) => ({
      ...rest,
      at: iso(at),
      role,
      roleLabel: roleText(language(request), role),
    })),
  }
}

/** Cut to the places of a case, also where `workflow` says none. */
async function late(ports: HttpPorts, request: FastifyRequest) {
  const query = parsed(LateQuery, request.query, request)
  const { workflow, before, limit } = query
  const from = query.from === undefined ? undefined : instantOf(query.from)
  const to = query.to === undefined ? undefined : instantOf(query.to)
  const found = await lateEntries(ports.read.db, {
    scope: scopeOf(callerOf(request), workflow ?? ''),
    ...(workflow === undefined ? {} : { workflow }),
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
    ...(before === undefined ? {} : { before }),
    ...(limit === undefined ? {} : { limit }),
  })
  return { entries: found.map((entry) => entryOf(ports, entry, request)) }
}

function entryOf(ports: HttpPorts, entry: LateEntry, request: FastifyRequest) {
  const { position, instance, revision, type, at, recordedAt, role, person } = entry
  const into = language(request)
  const workflow = ports.engine.instances.workflowOf(instance)
  return {
    position: String(position),
    instance,
    workflow: workflow?.id,
    revision,
    type,
    label: workflow === undefined ? type : eventText(workflow, into, type),
    at: iso(at),
    recordedAt: iso(recordedAt),
    lateMs: recordedAt - at,
    by: { role, roleLabel: roleText(into, role), ...(person === null ? {} : { person }) },
  }
}
