// Bringing an attachment to a case, and looking at it. Bodies here are bytes, not JSON; what they
// are is told by the bytes. An answer can run nothing in a browser.
import {
  FILE_BYTES_MAX,
  FILE_TYPES,
  mayRead,
  rowIn,
  type StoredFile,
  type Workflow,
} from '@linli/engine'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { ATTACH, bring } from './attachment.ts'
import { opening } from './case-view.ts'
import type { HttpPorts } from './ports.ts'
import { ProblemError } from './problem.ts'
import { perMinute } from './rate.ts'
import { linkedCase } from './resident-route.ts'
import { callerOf, isIdOf, language, parsed } from './route.ts'
import { thumbnailOf } from './thumbnail.ts'

const Brought = z.object({
  file: z.string(),
  type: z.string(),
  metadata: z.enum(['removed', 'kept']).meta({
    description:
      'Of a picture, what its maker wrote into it is removed (place, time, device, texts). ' +
      'A PDF or a recording is kept as it came, with whatever it says of its author.',
  }),
})
/** `small`: a picture of at most 320 × 320 pixels. */
const Look = z.object({ size: z.enum(['small']).optional() })
const doc = { tag: 'files', takes: FILE_TYPES, reply: Brought, status: 201 }
type Params = { Params: { id: string; hash: string } }

/** Adds the files of every workflow that takes `attach`. */
export async function addFileRoutes(app: FastifyInstance, ports: HttpPorts): Promise<void> {
  const workflows = [...ports.engine.workflows.values()]
  await app.register(async (scope) => {
    scope.removeAllContentTypeParsers()
    scope.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) =>
      done(null, body),
    )
    for (const workflow of workflows.filter(({ commands }) => commands.has(ATTACH))) {
      addUpload(scope, ports, workflow)
      addDownload(scope, ports, workflow)
    }
    addResidentUpload(scope, ports)
  })
}

function addUpload(app: FastifyInstance, ports: HttpPorts, workflow: Workflow): void {
  const summary = `Bring a file to one ${workflow.id}`
  app.post<Params>(
    `/api/${workflow.id}/:id/files`,
    { bodyLimit: FILE_BYTES_MAX, config: { may: 'engine', doc: { ...doc, summary } } },
    async (request, reply) => {
      const instance = await instanceOf(ports, workflow, request)
      const to = { instance, caller: callerOf(request) }
      return reply.code(201).send(await bring(ports, to, request.body))
    },
  )
}

function addResidentUpload(app: FastifyInstance, ports: HttpPorts): void {
  const summary = 'Bring a file to a followed case'
  const rateLimit = perMinute(ports.signInsPerMinute ?? 20)
  app.post<{ Params: { token: string } }>(
    '/api/resident/cases/:token/files',
    {
      bodyLimit: FILE_BYTES_MAX,
      config: { may: 'anyone', rateLimit, doc: { ...doc, summary } },
    },
    async (request, reply) => {
      const linked = await linkedCase(ports, request.params.token)
      return reply.code(201).send(await bring(ports, linked, request.body))
    },
  )
}

function addDownload(app: FastifyInstance, ports: HttpPorts, workflow: Workflow): void {
  const summary = `A file of one ${workflow.id}`
  app.get<Params>(
    `/api/${workflow.id}/:id/files/:hash`,
    {
      config: {
        may: 'signed-in',
        doc: { summary, tag: 'files', query: Look, type: 'application/octet-stream' },
      },
    },
    async (request, reply) => {
      const { hash } = request.params
      const { size } = parsed(Look, request.query, request)
      const caller = callerOf(request)
      const instance = await instanceOf(ports, workflow, request)
      if (!mayRead(caller, workflow.id, rowIn(instance))) throw new ProblemError('forbidden')
      if (!(await ports.files.has(instance.stream, hash))) {
        throw new ProblemError('not-found', { field: 'hash' })
      }
      const viewer = { caller, language: language(request), why: 'file' }
      if (!(await opening(ports, instance, viewer))) throw new ProblemError('forbidden')
      const found = await ports.files.get(instance.stream, hash)
      if (found === 'erased') throw new ProblemError('erased', { field: 'hash' })
      if (found === undefined) throw new ProblemError('not-found', { field: 'hash' })
      return send(reply, hash, size === 'small' ? await small(found) : found)
    },
  )
}

/** A picture as small as a list needs it; what is no picture has no small form. */
async function small({ type, bytes }: StoredFile): Promise<StoredFile> {
  const thumbnail = type.startsWith('image/') ? await thumbnailOf(bytes) : undefined
  if (thumbnail === undefined) throw new ProblemError('not-found', { field: 'size' })
  return { type: 'image/webp', bytes: thumbnail }
}

async function instanceOf(ports: HttpPorts, workflow: Workflow, request: FastifyRequest<Params>) {
  const { id } = request.params
  const instance = isIdOf(workflow.id, id) ? await ports.engine.instances.current(id) : undefined
  if (instance === undefined) throw new ProblemError('not-found', { field: 'id' })
  return instance
}

function send(reply: FastifyReply, hash: string, { type, bytes }: StoredFile) {
  const shown = type.startsWith('image/') || type.startsWith('audio/') ? 'inline' : 'attachment'
  const name = `${hash.slice(0, 12)}.${ENDINGS[type] ?? 'bin'}`
  return reply
    .headers({
      'content-disposition': `${shown}; filename="${name}"`,
      'content-security-policy': "sandbox; default-src 'none'",
      'cross-origin-resource-policy': 'same-origin',
    })
    .type(type)
    .send(bytes)
}

const ENDINGS: Readonly<Record<string, string>> = {
  'image/jpeg': 'jpg',
  'image/png': 'png',
  'image/webp': 'webp',
  'application/pdf': 'pdf',
  'audio/mp4': 'm4a',
}
