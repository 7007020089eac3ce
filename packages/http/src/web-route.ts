// The web app's files, and its page for every other path: the app routes by itself.
import fastifyStatic from '@fastify/static'
import type { FastifyInstance } from 'fastify'
import { ProblemError } from './problem.ts'

/** What a browser may load and do on our pages (CSP 3). Ant Design writes its styles inline. */
export const PAGE_HEADERS = {
  'content-security-policy': [
    "default-src 'self'",
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data: blob:",
    "font-src 'self' data:",
    "worker-src 'self' blob:",
    "object-src 'none'",
    "base-uri 'self'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join('; '),
  'referrer-policy': 'no-referrer',
  'x-frame-options': 'DENY',
  'cross-origin-opener-policy': 'same-origin',
  'permissions-policy': 'camera=(self), geolocation=(self), microphone=()',
} as const

/** Serves the built app from a folder; paths below `/api` stay problems. */
export async function addWebRoutes(app: FastifyInstance, folder: string | undefined) {
  app.setNotFoundHandler((request) => {
    throw new ProblemError('not-found', { field: request.url.startsWith('/api') ? 'path' : 'page' })
  })
  if (folder === undefined) return
  await app.register(fastifyStatic, { root: folder, serve: false })
  app.get('/*', { config: { may: 'anyone' } }, async (request, reply) => {
    reply.headers(PAGE_HEADERS)
    const { pathname } = new URL(request.url, 'http://localhost')
    if (pathname.startsWith('/api/')) throw new ProblemError('not-found', { field: 'path' })
    const path = decoded(pathname)
    // A resident's link is a page, though its token may end like a file's name.
    const isPage = path.startsWith('/r/') || path.startsWith('/link/')
    const isFile = !isPage && /\.[a-z0-9]+$/i.test(path) && !path.includes('..')
    if (!isFile) return reply.sendFile('index.html', { maxAge: 0 })
    const isHashed = path.startsWith('/assets/')
    reply.removeHeader('cache-control')
    return reply.sendFile(path.slice(1), {
      maxAge: isHashed ? '365d' : 0,
      immutable: isHashed,
    })
  })
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path)
  } catch {
    return path
  }
}
