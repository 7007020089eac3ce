// What the API says of itself: OpenAPI is whole, every route declares who may, and the list of
// codes in the docs is the list in the code.
import { readFileSync } from 'node:fs'
import t from 'tap'
import { PROBLEMS } from '../src/index.ts'
import { openKit } from './community-kit.ts'

const kit = await openKit({ demo: [] })
t.teardown(() => kit.close())

t.test('openapi.json names every command and resolves', async (test) => {
  const { status, body } = await kit.ask('GET', '/openapi.json')
  test.equal(status, 200)
  test.equal(body.openapi, '3.1.0')
  for (const workflow of kit.engine.workflows.values()) {
    for (const command of workflow.commands.values()) {
      const path = `/api/${workflow.id}/${command.starts ? '' : '{id}/'}${command.name}`
      const onlyOurs = command.by.every((role) => role === 'system')
      const post = body.paths[path]?.post
      test.equal(post !== undefined, !onlyOurs, path)
      if (onlyOurs) continue
      test.type(post.requestBody.content['application/json'].schema, 'object', path)
      test.ok(post.responses[command.starts ? '201' : '200'], path)
      test.same(post.responses.default.content['application/problem+json'].schema, {
        $ref: '#/components/schemas/Problem',
      })
    }
  }
  const ids = new Set<string>()
  for (const methods of Object.values<Record<string, { operationId: string }>>(body.paths)) {
    for (const { operationId } of Object.values(methods)) {
      test.notOk(ids.has(operationId), `${operationId} once`)
      ids.add(operationId)
    }
  }
  walk(body, (key, value) => {
    if (key === '$ref') test.ok(resolve(body, String(value)), `${value} resolves`)
    if (key === 'nullable') test.fail('nullable is of OpenAPI 3.0')
  })
})

t.test('every route declares who may', (test) => {
  const routes = kit.routes.map(({ url, config }) => ({ url, may: config?.may }))
  test.ok(routes.length > 100)
  for (const { url, may } of routes) test.not(may, undefined, url)
  const open = routes.filter(({ may }) => may === 'anyone').map(({ url }) => url)
  const kinds =
    /^\/(api\/(session|demo|resident|workflows|places|categories|honours)|health|docs|openapi)/
  test.same(
    open.filter((url) => !kinds.test(url)),
    [],
    'and only these are for anyone',
  )
  test.end()
})

t.test('/docs shows it under a policy for its content', async (test) => {
  const docs = await kit.ask('GET', '/docs')
  test.equal(docs.status, 200)
  test.match(docs.headers.get('content-security-policy'), "default-src 'self'")
})

t.test('docs/errors.md lists the codes', (test) => {
  const file = new URL('../../../docs/errors.md', import.meta.url)
  const told = [...readFileSync(file, 'utf8').matchAll(/^\| `([a-z-]+)` *\| (\d{3}) *\|/gm)]
  const listed = Object.fromEntries(told.map(([, code, status]) => [code, Number(status)]))
  const known = Object.entries(PROBLEMS).map(([code, { status }]) => [code, status])
  test.same(listed, Object.fromEntries(known))
  test.equal(told.length, known.length, 'each once')
  test.end()
})

function walk(value: unknown, see: (key: string, value: unknown) => void): void {
  if (typeof value !== 'object' || value === null) return
  for (const [key, inner] of Object.entries(value)) {
    see(key, inner)
    walk(inner, see)
  }
}

function resolve(document: unknown, ref: string): unknown {
  let at = document
  for (const part of ref.replace(/^#\//, '').split('/')) {
    at = typeof at === 'object' && at !== null ? Reflect.get(at, part) : undefined
  }
  return at
}
