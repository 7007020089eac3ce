// A reader of the log that opens the sealed values of each page before it gives the page on: who
// then takes the events asks for them at once, also where the vault is in a database that only
// answers later. What was opened is forgotten with the next page.
import type { EventReader, Page } from '@linli/event-store'
import type { OpenSealed } from '@linli/projections'
import { isSealed, type Placed, type Vault, VaultFault } from '@linli/vault'

/** The same log, and what opens the values of its last page. */
export function openedAhead(
  reader: EventReader,
  vault: Pick<Vault, 'openBatch'>,
): { reader: EventReader; open: OpenSealed } {
  let texts = new Map<string, string>()
  return {
    reader: {
      read: (stream, options) => reader.read(stream, options),
      head: () => reader.head(),
      async readAll(options) {
        const page = await reader.readAll(options)
        texts = await openedIn(page, vault)
        return page
      },
    },
    open: (_sealed, where) => texts.get(nameOf(where)),
  }
}

async function openedIn(
  { events }: Page,
  vault: Pick<Vault, 'openBatch'>,
): Promise<Map<string, string>> {
  const placed: Placed[] = []
  for (const { text, stream } of events) {
    if (!text.includes('"$sealed"')) continue
    const { id, data } = JSON.parse(text) as { id: string; data: unknown }
    collect(data, { stream, event: id, field: '' }, placed)
  }
  const opened = await openAll(placed, vault)
  const texts = new Map<string, string>()
  for (const [index, { binding }] of placed.entries()) {
    const text = opened[index]
    if (text !== undefined) texts.set(nameOf(binding), text)
  }
  return texts
}

/** Of a key that the vault never had there is no text; one such value does not take the others. */
async function openAll(
  placed: Placed[],
  vault: Pick<Vault, 'openBatch'>,
): Promise<(string | undefined)[]> {
  try {
    return await vault.openBatch(placed)
  } catch (fault) {
    if (!(fault instanceof VaultFault) || fault.code !== 'key-unknown') throw fault
    if (placed.length === 1) return [undefined]
    const half = placed.length >> 1
    const first = await openAll(placed.slice(0, half), vault)
    return [...first, ...(await openAll(placed.slice(half), vault))]
  }
}

function collect(data: unknown, at: Placed['binding'], found: Placed[]): void {
  if (typeof data !== 'object' || data === null) return
  if (isSealed(data)) {
    // Ballots are opened by their tally alone.
    if (!data.subject.includes(':')) found.push({ sealed: data, binding: at })
    return
  }
  for (const [key, value] of Object.entries(data)) {
    collect(value, { ...at, field: at.field === '' ? key : `${at.field}.${key}` }, found)
  }
}

const nameOf = ({ stream, event, field }: Placed['binding']): string =>
  `${stream} ${event} ${field}`
