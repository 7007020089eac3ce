// The signed webhook: hands messages, and effects for outside systems, to one address over HTTP,
// as Standard Webhooks say (https://www.standardwebhooks.com): the headers webhook-id,
// webhook-timestamp and webhook-signature, and HMAC-SHA256 over the three parts joined by points.
// The id is the effect's or the message's own, so that a receiver can drop what comes twice.
import { createHmac } from 'node:crypto'
import { type EffectWorkerOptions, hideSealed, type Outlet } from '@linli/engine'

/** A receiver that did not take what was sent. */
export class WebhookFault extends Error {
  override readonly name = 'WebhookFault'
  readonly code = 'webhook-not-taken'
}

/** Where to send, and the secret that both sides know: `whsec_` and base64. */
export type WebhookOptions = { url: string; secret: string; now?: () => number }

/** What is signed, and the signature as the header carries it. `timestamp` is in seconds. */
export function webhookSignature(
  secret: string,
  { id, timestamp, body }: { id: string; timestamp: number; body: string },
): string {
  const key = Buffer.from(secret.slice(SECRET_PREFIX.length), 'base64')
  return `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')}`
}

/** Messages to a gateway that sends them on by WeCom or SMS. */
export const webhookOutlet =
  (options: WebhookOptions): Outlet =>
  (message, to) => {
    const { id, ...said } = message
    return post(options, id, { type: 'notification', id, to, ...said })
  }

/** The adapter of the effect `send`; personal values stay sealed. */
export const webhookSender =
  (options: WebhookOptions): EffectWorkerOptions['send'] =>
  (effect, event) =>
    post(options, effect.id, {
      ...{ type: 'effect', id: effect.id, system: effect.system },
      ...{ instance: event.stream, at: event.at, with: hideSealed(effect.with) },
    })

const SECRET_PREFIX = 'whsec_'
const LIMIT_MS = 15_000

/** Taken is 2xx. A redirect is not followed: it would lead the body to somebody else. */
async function post({ url, secret, now = Date.now }: WebhookOptions, id: string, what: object) {
  const body = JSON.stringify(what)
  const timestamp = Math.floor(now() / 1000)
  const answer = await fetch(url, {
    method: 'POST',
    redirect: 'manual',
    signal: AbortSignal.timeout(LIMIT_MS),
    headers: {
      'content-type': 'application/json',
      'webhook-id': id,
      'webhook-timestamp': String(timestamp),
      'webhook-signature': webhookSignature(secret, { id, timestamp, body }),
    },
    body,
  }).catch((cause: unknown) => {
    throw new WebhookFault(`the receiver of ${id} was not reached`, { cause })
  })
  await answer.body?.cancel()
  if (!answer.ok) throw new WebhookFault(`the receiver of ${id} answered ${answer.status}`)
}
