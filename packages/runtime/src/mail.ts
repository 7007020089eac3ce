// The e-mail channel: a message as plain text over SMTP. A fault carries codes alone: what a mail
// server says may repeat an address, and faults are logged.
import { type Outlet, plainText } from '@linli/engine'
import { createTransport } from 'nodemailer'

/** A mail server that did not take a message. */
export class MailFault extends Error {
  override readonly name = 'MailFault'
  readonly code = 'mail-not-taken'
}

/** How a mail server is reached: `smtp://user:password@host:587`, or `smtps:`; and who sends. */
export type MailOptions = { url: string; from: string }

/** Sends by a mail server; each message has a connection of its own. */
export function mailOutlet({ url, from }: MailOptions): Outlet {
  const transport = createTransport({
    url,
    ...{ connectionTimeout: LIMIT_MS, greetingTimeout: LIMIT_MS, socketTimeout: LIMIT_MS },
    ...{ disableFileAccess: true, disableUrlAccess: true },
  })
  return async (message, { email }) => {
    if (email === undefined) return
    const { id, subject } = message
    const text = plainText(message)
    const headers = { 'Auto-Submitted': 'auto-generated', 'Linli-Message': id }
    const messageId = `<${id}@${domainOf(from)}>`
    try {
      await transport.sendMail({
        from,
        to: { name: '', address: email },
        subject,
        text,
        headers,
        messageId,
      })
    } catch (fault) {
      throw new MailFault(`the mail server did not take message ${id}: ${codesOf(fault)}`)
    }
  }
}

const LIMIT_MS = 15_000

const domainOf = (address: string): string => /@([^\s>]+)/.exec(address)?.[1] ?? 'localhost'

function codesOf(fault: unknown): string {
  const { code, responseCode }: { code?: unknown; responseCode?: unknown } = Object(fault)
  return [code, responseCode].filter((one) => one !== undefined).join(' ')
}
