// Opening sealed values at the edge, for those who may see them. Whoever does not, and everybody
// after an erasure, gets `{ "$sealed": null }` in the same place.
import { isSealed as isOpenable, type Vault } from '@linli/vault'
import { type Event, isSealed, type Sealed } from '@linli/workflow'

/** What stands in the place of a value that is not shown. */
export const HIDDEN = { $sealed: null } as const

/** A personal value of an event, opened; null: its key is destroyed. */
export type OpenedField = { field: string; text: string | null }

/** Subjects named `<stream>:<what>` (the ballots of a meeting) are opened by their tally alone. */
const BALLOT = ':'

type Found = { path: string; sealed: Sealed }

/** Opens every personal value in an event's data, with its field path. */
export async function openFields(vault: Vault, event: Event): Promise<OpenedField[]> {
  const found: Found[] = []
  find(event.data, '', found)
  return Promise.all(
    found.map(async ({ path, sealed }) => ({
      field: path,
      text: (await openOne(vault, event, { path, sealed })) ?? null,
    })),
  )
}

/** An event's data with every personal value replaced: opened, or hidden when `vault` is absent. */
export async function revealData(vault: Vault | undefined, event: Event): Promise<unknown> {
  const texts = new Map<string, string | null>()
  if (vault !== undefined) {
    for (const { field, text } of await openFields(vault, event)) texts.set(field, text)
  }
  return replaceSealed(event.data, '', (path) => texts.get(path) ?? HIDDEN)
}

/** Data with every sealed value hidden. */
export const hideSealed = (data: unknown): unknown => replaceSealed(data, '', () => HIDDEN)

async function openOne(vault: Vault, event: Event, found: Found): Promise<string | undefined> {
  const { sealed } = found
  if (!isOpenable(sealed)) return undefined
  if (sealed.subject.includes(BALLOT)) return undefined
  const binding = { stream: event.stream, event: event.id, field: found.path }
  return vault.open(sealed, binding)
}

function find(data: unknown, at: string, found: Found[]): void {
  if (typeof data !== 'object' || data === null) return
  if (isSealed(data)) {
    found.push({ path: at, sealed: data })
    return
  }
  for (const [key, value] of Object.entries(data))
    find(value, at === '' ? key : `${at}.${key}`, found)
}

function replaceSealed(data: unknown, at: string, by: (path: string) => unknown): unknown {
  if (typeof data !== 'object' || data === null) return data
  if (isSealed(data)) return by(at)
  const inner = (key: string, value: unknown) =>
    replaceSealed(value, at === '' ? key : `${at}.${key}`, by)
  if (Array.isArray(data)) return data.map((value, index) => inner(String(index), value))
  return Object.fromEntries(Object.entries(data).map(([key, value]) => [key, inner(key, value)]))
}
