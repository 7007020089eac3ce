// Serves a stand-in until it is told to end: for people, and for tests of other processes.
// `node tests/kurrent/serve.ts --port 2113` prints one line of JSON with the URL when it is ready.
// Each line of JSON on standard input is an order, answered by a line of JSON when it is done:
// {"fault": {…}}, {"clear": true}, {"restart": true}, {"leave": true}, {"comeBack": true},
// {"stored": "stream"}.

import { createInterface } from 'node:readline'
import { parseArgs } from 'node:util'
import type { Order } from './served.ts'
import { type StandIn, startStandIn } from './stand-in.ts'

const { values } = parseArgs({ options: { port: { type: 'string', default: '0' } } })
const standIn = await startStandIn({ port: Number(values.port) })
const orders = createInterface({ input: process.stdin })
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void end())
orders.on('line', (line) => void answer(line))
console.log(JSON.stringify({ url: standIn.url }))

async function answer(line: string): Promise<void> {
  const order: Order = JSON.parse(line)
  if (order.fault !== undefined) standIn.fault(order.fault)
  if (order.clear) standIn.clear()
  if (order.restart) await standIn.restart()
  if (order.leave) await standIn.leave()
  if (order.comeBack) await standIn.comeBack()
  console.log(JSON.stringify({ done: true, stored: storedIn(standIn, order.stored) }))
}

function storedIn(server: StandIn, stream: string | undefined): number {
  return stream === undefined ? server.stored() : server.stored(stream)
}

async function end(): Promise<void> {
  orders.close()
  process.stdin.unref?.()
  await standIn.stop()
}
