// Notices to oneself: by name, to one's unit, or to a role where one holds it. What has been read
// is kept for each person: a notice to a role has many readers.
import { type Addressed, type Caller, isFor, pathOf, type Work } from '@linli/engine'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { textOf } from './language.ts'
import type { HttpPorts } from './ports.ts'
import { ProblemError } from './problem.ts'
import { callerOf, iso, language } from './route.ts'

const tag = 'office'
const NOTICES = 100

/** Adds one's notices. */
export function addNoticeRoutes(app: FastifyInstance, ports: HttpPorts): void {
  app.get(
    '/api/notices',
    { config: { may: 'signed-in', doc: { summary: 'One’s own notices', tag } } },
    (request) => notices(ports, request),
  )
  app.post<{ Params: { id: string } }>(
    '/api/notices/:id/read',
    { config: { may: 'signed-in', doc: { summary: 'Mark a notice as read', tag, status: 204 } } },
    async (request, reply) => {
      const caller = callerOf(request)
      const { id } = request.params
      const rows = await addressed(ports.work, caller).where('id', '=', id).execute()
      const [mine] = await whereHeld(ports, caller, rows)
      if (mine === undefined) throw new ProblemError('not-found', { field: 'id' })
      await ports.work
        .insertInto('notice_read')
        .values({ notice: id, person: caller.id, at: ports.engine.now() })
        .onConflict((conflict) => conflict.doNothing())
        .execute()
      return reply.code(204).send()
    },
  )
}

async function notices(ports: HttpPorts, request: FastifyRequest) {
  const caller = callerOf(request)
  const rows = await addressed(ports.work, caller).orderBy('at', 'desc').limit(NOTICES).execute()
  const mine = await whereHeld(ports, caller, rows)
  const read = await readBy(ports.work, caller, mine)
  return {
    unread: mine.filter(({ id }) => !read.has(id)).length,
    notices: mine.map(({ id, instance, text, at }) => {
      const workflow = ports.engine.instances.workflowOf(instance)
      const label =
        workflow === undefined ? text : textOf(workflow, language(request), `notify.${text}`)
      return { id, instance, text, label, at: iso(at), read: read.has(id) }
    }),
  }
}

async function readBy(work: Work, caller: Caller, rows: readonly { id: string }[]) {
  if (rows.length === 0) return new Set<string>()
  const ids = rows.map(({ id }) => id)
  const marks = await work
    .selectFrom('notice_read')
    .select('notice')
    .where('person', '=', caller.id)
    .where('notice', 'in', ids)
    .execute()
  return new Set(marks.map(({ notice }) => notice))
}

function addressed(work: Work, caller: Caller) {
  const units = caller.grants.flatMap((grant) => grant.unit ?? [])
  const roles = caller.grants.map((grant) => grant.role)
  return work
    .selectFrom('notice')
    .selectAll()
    .where((row) =>
      row.or([
        row('person', '=', caller.person ?? ''),
        ...(units.length === 0 ? [] : [row('unit', 'in', units)]),
        ...(roles.length === 0
          ? []
          : [row.and([row('person', 'is', null), row('role', 'in', roles)])]),
        row.and([
          row('person', 'is', null),
          row('unit', 'is', null),
          row('role', 'is', null),
          row('place', 'is not', null),
        ]),
      ]),
    )
}

/** A notice for a role or a place is for those who hold a role there, above it, or everywhere. */
async function whereHeld<Row extends Addressed>(
  ports: HttpPorts,
  caller: Caller,
  rows: readonly Row[],
): Promise<Row[]> {
  const held = await Promise.all(
    rows.map(async (row) => isFor(row, caller, await pathOf(ports.engine.instances, row.place))),
  )
  return rows.filter((_, index) => held[index])
}
