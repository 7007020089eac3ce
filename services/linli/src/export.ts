// `linli export --format ndjson`: the log as one event a line, in log order. For analysts (the
// default) without personal data and with stable pseudonyms; for an audit, the exact bytes.
import { open } from 'node:fs/promises'
import { pseudonymiser } from '@linli/engine'
import type { EventReader } from '@linli/event-store'
import type { KeyFile } from '@linli/vault'

/** What to export, and where to. `until`: epoch ms, events recorded by then. */
export type ExportOptions = {
  reader: EventReader
  keyFile: KeyFile
  readers: 'analyst' | 'audit'
  out: string
  until?: number
}

const PAGE = 2_000

/** Writes the file; refuses to overwrite one. Gives the number of events written. */
export async function exportNdjson(
  options: ExportOptions,
  progress: (events: number) => void = () => {},
): Promise<{ events: number; through: string }> {
  const shape = options.readers === 'audit' ? same : pseudonymiser(options.keyFile)
  const file = await open(options.out, 'wx', 0o600)
  let events = 0
  let after = 0
  try {
    for (;;) {
      const page = await options.reader.readAll({ after, limit: PAGE })
      const known = page.events.filter((stored) => isKnown(stored.text, options.until))
      if (known.length > 0) {
        await file.write(`${known.map((stored) => shape(stored.text)).join('\n')}\n`)
      }
      events += known.length
      progress(events)
      if (page.through === after || known.length < page.events.length) break
      after = page.through
    }
    await file.sync()
  } finally {
    await file.close()
  }
  return { events, through: String(after) }
}

const same = (text: string): string => text

/** What was known at a time is a prefix of the log: the first later event ends it. */
function isKnown(text: string, until: number | undefined): boolean {
  if (until === undefined) return true
  const { recordedAt } = JSON.parse(text) as { recordedAt: string }
  return Date.parse(recordedAt) <= until
}
