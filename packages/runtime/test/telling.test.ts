// What a running linli tells of itself: figures, traces and log lines. Each says which command did
// what to which stream, and none says what was written in it.
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Access, execute, SYSTEM } from '@linli/engine'
import { buildServer, openCommunity, openLog } from '@linli/runtime'
import t, { type Test } from 'tap'

const CANARY = '金丝雀的话'
const PHONE = '13955556666'

type Span = {
  traceId: string
  spanId: string
  parentSpanId?: string
  name: string
  attributes: { key: string; value: { stringValue?: string; intValue?: number } }[]
  links?: { traceId: string; spanId: string }[]
}

/** A receiver of OTLP over HTTP in JSON, on a port of its own. */
async function receiver(t: Test) {
  const spans: Span[] = []
  const texts: string[] = []
  const server = createServer((request, response) => {
    const parts: Buffer[] = []
    request.on('data', (part) => parts.push(part))
    request.on('end', () => {
      const text = Buffer.concat(parts).toString()
      texts.push(text)
      for (const { scopeSpans } of JSON.parse(text).resourceSpans) {
        for (const scope of scopeSpans) spans.push(...scope.spans)
      }
      response.writeHead(200, { 'content-type': 'application/json' }).end('{}')
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => server.close())
  const { port } = server.address() as AddressInfo
  return { url: `http://127.0.0.1:${port}`, spans, texts }
}

async function served(t: Test, trace?: { url: string; service: string }) {
  const folder = mkdtempSync(join(tmpdir(), 'linli-telling-'))
  const lines: string[] = []
  const logger = openLog('debug', { write: (line) => lines.push(line) })
  const community = await openCommunity({ folder, trace })
  const app = await buildServer(community, { logger })
  const base = await app.listen({ host: '127.0.0.1', port: 0 })
  let isOpen = true
  const close = async () => {
    if (!isOpen) return
    isOpen = false
    await app.close()
    await community.close()
    rmSync(folder, { recursive: true })
  }
  t.teardown(close)
  const { engine, work, keyFile } = community
  const order = async (workflow: string, command: string, given: { data: object; of?: string }) => {
    const { data, of } = given
    const request = { workflow, command, caller: SYSTEM, key: crypto.randomUUID(), data }
    const answer = await execute(engine, of === undefined ? request : { ...request, instance: of })
    if ('refused' in answer) throw new Error(JSON.stringify(answer))
    return answer.instance
  }
  const place = await order('place', 'register', { data: { kind: 'community', name: '红旗' } })
  const person = await order('person', 'register', { data: { kind: 'staff' } })
  await order('person', 'grant', { data: { role: 'coordinator', place }, of: person })
  const access = new Access({ work, instances: engine.instances, keyFile, now: engine.now })
  const token = await access.createToken({ person, label: 'test' })
  const give = async (path: string, body: object) => {
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
    const answer = await fetch(`${base}/api/${path}`, {
      method: 'POST',
      headers,
      body: JSON.stringify(body),
    })
    const told: ReturnType<typeof JSON.parse> = await answer.json()
    return { status: answer.status, body: told }
  }
  const report = { place, channel: 'phone', phone: PHONE, text: CANARY }
  const told = await give('appeal/report', report)
  t.equal(told.status, 201)
  await community.settled()
  return { community, base, close, give, lines, appeal: String(told.body.id), report }
}

const attribute = ({ attributes }: Span, name: string) =>
  attributes.find(({ key }) => key === name)?.value.stringValue

t.test('traces lead from the route to the append, the read models and the effect', async (t) => {
  const { url, spans, texts } = await receiver(t)
  const { close, appeal } = await served(t, { url, service: 'test' })
  await close()
  const route = spans.find(({ name }) => name === 'POST /api/appeal/report')
  const command = spans.find(({ name }) => name === 'appeal.report')
  const append = spans.find((span) => span.parentSpanId === command?.spanId)
  const event = spans.find(({ name }) => name === 'appeal.reported')
  if (event === undefined) throw new Error('no span of the event')
  t.equal(command?.parentSpanId, route?.spanId, 'the command is within the request')
  t.match(append, { name: 'append', traceId: route?.traceId })
  t.match(event.links, [{ traceId: route?.traceId, spanId: command?.spanId }])
  t.equal(attribute(event, 'linli.stream'), appeal)
  const inTrace = spans.filter(({ traceId }) => traceId === event.traceId)
  t.ok(inTrace.some(({ name }) => name === 'read models'))
  const effect = inTrace.find(({ name }) => name === 'effect open')
  t.equal(effect?.parentSpanId, event.spanId)
  t.equal(attribute(effect ?? event, 'linli.command.id'), attribute(event, 'linli.command.id'))
  const register = inTrace.find(({ name }) => name === 'person.register')
  t.equal(register?.parentSpanId, effect?.spanId, 'what the effect commanded is within it')
  t.equal(attribute(register ?? event, 'linli.cause'), attribute(event, 'linli.event'))
  t.notMatch(texts.join(''), new RegExp(`${CANARY}|${PHONE}`))
})

t.test('figures count commands, refusals, appends and answers', async (t) => {
  const { base, give, report, appeal } = await served(t)
  t.equal((await give(`appeal/${appeal}/confirm`, {})).status, 404)
  const answered = await give(`appeal/${appeal}/followUp`, {
    solved: 'yes',
    satisfied: 'yes',
    close: true,
  })
  t.equal(answered.status, 409)
  t.equal((await give('appeal/report', { ...report, channel: 'none' })).status, 422)
  const text = await (await fetch(`${base}/metrics`)).text()
  const figure = (line: string) => Number(text.match(new RegExp(`^${line} (\\S+)$`, 'm'))?.[1])
  const commands = (command: string, outcome: string) =>
    figure(`linli_commands_total\\{workflow="appeal",command="${command}",outcome="${outcome}"\\}`)
  t.equal(commands('report', 'taken'), 1)
  t.equal(commands('report', 'refused'), 1)
  t.equal(commands('followUp', 'refused'), 1)
  t.equal(figure('linli_refusals_total\\{code="invalid"\\}'), 1)
  t.equal(figure('linli_append_seconds_count'), figure('linli_events_total'))
  t.equal(figure('linli_store_up'), 1)
  t.equal(figure('linli_read_lag_events'), 0)
  t.equal(figure('linli_log_position'), figure('linli_read_position'))
  t.equal(figure('linli_effects_waiting'), 0)
  t.equal(figure('linli_effects_parked'), 0)
  t.equal(figure('linli_clocks_due'), 0)
  const labels = 'route="/api/appeal/report",method="POST",status="201"'
  t.equal(figure(`linli_http_request_seconds_count\\{${labels}\\}`), 1)
})

t.test('log lines name request, command, stream and position, and nothing personal', async (t) => {
  const { lines, appeal, give, report } = await served(t)
  await give('appeal/report', { ...report, channel: 'none' })
  const told = lines.map((line) => JSON.parse(line)).find(({ stream }) => stream === appeal)
  t.match(told, { command: 'appeal.reported', repeated: false, msg: 'taken' })
  t.match(told?.request, /^[0-9a-f-]{36}$/)
  t.type(told?.position, 'number')
  t.ok(lines.some((line) => JSON.parse(line).refused === 'invalid'))
  t.notMatch(lines.join(''), new RegExp(`${CANARY}|${PHONE}`))
})
