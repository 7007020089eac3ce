// What an errand remembers, and how its events change it. Pure; nothing personal stands here.
import { type EventsOf, placePath } from '@linli/workflow'
import type { commands, Paper } from './commands.ts'
import type { ErrandRules } from './rules.ts'

/** An errand as folded. Instants are epoch ms. */
export type ErrandContext = {
  kind: string
  place: readonly string[]
  channel: string
  resident: string | null
  owner: string | null
  /** How and when the resident agreed; null: not yet. */
  consent: { way: string; speaker: string; at: number } | null
  /** Papers in the hands of the community, by kind. */
  held: readonly Paper[]
  receipts: readonly string[]
  /** Papers that the office asked for besides. */
  asked: readonly string[]
  office: string | null
  submissions: number
  outcome: 'granted' | 'refused' | 'withdrawn' | null
  reason: string | null
  decidedInTime: boolean | null
  /** Whether every paper came back and was signed for; null: not at its end. */
  returned: boolean | null
  notes: number
}

export type Events = EventsOf<'errand', typeof commands, ErrandRules>
type Given = { context: ErrandContext; event: Events }
type Changed = Partial<ErrandContext>

/** An errand before it is asked for. */
export const NEW_ERRAND: ErrandContext = {
  ...{ kind: '', place: [], channel: '', resident: null, owner: null, consent: null, held: [] },
  ...{ receipts: [], asked: [], office: null, submissions: 0, outcome: null, reason: null },
  ...{ decidedInTime: null, returned: null, notes: 0 },
}

/** Who of the staff acts first has it in hand. */
const ownerOf = ({ context, event }: Given): Pick<ErrandContext, 'owner'> => {
  const { role, person } = event.by
  return { owner: context.owner ?? (role === 'resident' ? null : (person ?? null)) }
}

/** Takes over what was asked for. */
export function requested(given: Given): Changed {
  const { event } = given
  if (event.type !== 'errand.requested') return {}
  const { kind, channel, resident } = event.data
  const place = placePath(event.facts.place)
  return {
    ...{ kind, channel, resident: resident ?? null, ...ownerOf(given) },
    place: place ?? [],
  }
}

/** The consent stands before anything else. */
export function consented(given: Given): Changed {
  const { event } = given
  if (event.type !== 'errand.consented') return {}
  const { way, speaker } = event.data
  return { consent: { way, speaker, at: event.at }, ...ownerOf(given) }
}

/** Papers handed in are held until they are returned or kept. */
export function papersTaken(given: Given): Changed {
  const { context, event } = given
  if (event.type !== 'errand.papersTaken') return {}
  return {
    held: sum(context.held, event.data.papers),
    receipts: [...context.receipts, event.data.receipt],
    ...ownerOf(given),
  }
}

/** Handed to an office. */
export function submitted(given: Given): Changed {
  const { context, event } = given
  if (event.type !== 'errand.submitted') return {}
  const { office } = event.data
  return { office, asked: [], submissions: context.submissions + 1, ...ownerOf(given) }
}

/** The office wants more papers. */
export function moreAsked({ event }: Given): Changed {
  return event.type === 'errand.moreAsked' ? { asked: event.data.papers } : {}
}

/** The office has decided. */
export function decided({ context, event }: Given): Changed {
  if (event.type !== 'errand.decided') return {}
  const { outcome, reason, kept } = event.data
  const { outcome: clock } = event.clocks
  return {
    ...{ outcome, reason: reason ?? null, held: less(context.held, kept) ?? [] },
    decidedInTime: clock === undefined ? null : !clock.late && clock.status !== 'expired',
  }
}

/** Papers back in the resident's hands. */
export function papersReturned({ context, event }: Given): Changed {
  if (event.type !== 'errand.papersReturned') return {}
  return { held: less(context.held, event.data.papers) ?? [] }
}

/** One list of papers and another. */
export function sum(held: readonly Paper[], more: readonly Paper[]): Paper[] {
  const counts = new Map<string, number>()
  for (const { kind, count } of [...held, ...more]) {
    counts.set(kind, (counts.get(kind) ?? 0) + count)
  }
  return [...counts].map(([kind, count]) => ({ kind, count }))
}

/** What is left of papers; undefined when more would go than are there. */
export function less(held: readonly Paper[], gone: readonly Paper[]): Paper[] | undefined {
  const taken = sum([], gone)
  const left = held.map(({ kind, count }) => ({
    kind,
    count: count - (taken.find((one) => one.kind === kind)?.count ?? 0),
  }))
  const known = taken.every(({ kind }) => held.some((one) => one.kind === kind))
  if (!known || left.some(({ count }) => count < 0)) return undefined
  return left.filter(({ count }) => count > 0)
}
