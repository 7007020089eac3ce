// The shapes that the server answers with, as the pages read them. Instants are ISO 8601 texts,
// positions are opaque texts. Everything here is parsed JSON: no class, no behaviour.

export type Role = {
  role: string
  label: string
  place?: string
  placeName?: string
  unit?: string
  unitName?: string
}
export type Me = { person: string; name?: string; roles: Role[]; demo: boolean; language?: string }
/** A link that signs a person in once, until it expires. */
export type SignInLink = { link: string; expiresAt: string }
export type DemoAccount = { name: string; role: string; label: { zh: string; en: string } }

export type Named = { id: string; name: string }
export type Card = 'none' | 'yellow' | 'red' | null

export type Row = {
  id: string
  workflow: string
  number?: string | null
  title?: string | null
  state: string
  path: string
  stateLabel: string
  category?: string | null
  categoryName?: string | null
  channel?: string | null
  place: Named[]
  leadUnit?: Named | null
  owner?: string | null
  supervised: boolean
  card: Card
  dueAt?: string | null
  warnAt?: string | null
  responsible?: string | null
  responsibleLabel?: string
  startedAt: string
  enteredAt: string
  ended: boolean
  revision: number
  extra?: Record<string, unknown>
}
/** A case that may be the same as one about to be taken. */
export type DuplicateHint = Pick<
  Row,
  'id' | 'number' | 'place' | 'categoryName' | 'stateLabel' | 'startedAt' | 'ended'
> & { same: { place: 'itself' | 'building' | 'area'; category: 'itself' | 'group' | 'other' } }
export type Rows = { rows: Row[]; next: string | null; total?: number }

export type ClockView = {
  clock: string
  label: string
  status: 'running' | 'warned' | 'expired' | 'paused' | 'stopped'
  round: number
  startedAt: string
  warnAt?: string | null
  dueAt: string
  leftMs?: number | null
  late: boolean
  pauses: number | unknown[]
  limit?: { amount: number; unit: string; source?: string } | null
  certain: boolean
}
export type Offer = {
  command: string
  label: string
  schema: JsonSchema
  needs?: Record<string, string>
}
export type JsonSchema = {
  type?: string | string[]
  title?: string
  description?: string
  format?: string
  pattern?: string
  maxLength?: number
  enum?: unknown[]
  oneOf?: JsonSchema[]
  anyOf?: JsonSchema[]
  const?: unknown
  items?: JsonSchema
  properties?: Record<string, JsonSchema>
  required?: string[]
  'x-personal'?: string | boolean
  'x-needs'?: string
  [key: string]: unknown
}
export type PersonalField = {
  field: string
  label: string
  revision: number
  at: string
  text: string | null
}
export type Link = {
  rel: string
  id: string
  workflow?: string
  workflowLabel?: string
  number?: string
  title?: string
  state?: string
  stateLabel?: string
}
export type CaseView = {
  id: string
  workflow: string
  version: number
  policy: string
  number?: string | null
  revision: number
  position: string
  lastRevision: number
  state: unknown
  path: string
  stateLabel?: string
  ended: boolean
  effectiveAt: string
  startedAt: string
  enteredAt: string
  card: Card
  title?: string | null
  summary: {
    place: Named[]
    units: Named[]
    category?: string | null
    categoryName?: string | null
    channel?: string | null
    leadUnit?: string | null
    supervised: boolean
    links: Link[]
    extra?: Record<string, unknown>
  }
  clocks: ClockView[]
  data: Record<string, unknown>
  personal: PersonalField[]
  offered: Offer[]
}
export type EventView = {
  revision: number
  position: string
  type: string
  label: string
  at: string
  recordedAt: string
  by: { role: string; roleLabel?: string; unitName?: string; person?: string }
  fromPath?: string | null
  toPath?: string | null
  data?: Record<string, unknown> | null
  clocks?: { clock: string; is: string; label?: string }[]
  late: boolean
  raw: unknown
}
export type Reply = {
  id: string
  revision: number
  position: string
  path: string
  ended: boolean
  number?: string | null
  repeated?: boolean
}

export type CountGroup = { key: string | null; label: string; count: number; filter: string }
export type Counts = { groups: CountGroup[]; total: number }
export type RateGroup = {
  key: string | null
  label: string
  numerator: number
  denominator: number
  leftOut?: number
  leftOutWhy?: string | null
  value: number | null
  filters: { numerator: string; denominator: string; leftOut: string }
}
export type Rate = { name: string; label: string; note?: string; groups: RateGroup[] }
export type Rates = { rates: Rate[] }
export type Duration = {
  count: number
  medianHours: number | null
  p90Hours: number | null
  maxHours: number | null
}
export type Durations = { all: Duration; notMerged: Duration }
export type Flow = {
  from: string
  to: string
  type: string
  label: string
  count: number
  totalMs: number
}
export type ChartEvent = { type: string; command?: string; guard?: string }
export type ChartNode = {
  id: string
  parent?: string
  kind: 'start' | 'state' | 'compound' | 'final' | 'history'
  meta: { responsible?: string; follows?: string }
  stays: ChartEvent[]
}
export type ChartEdge = { from: string; to: string; events: ChartEvent[] }
export type Chart = { nodes: ChartNode[]; edges: ChartEdge[] }
export type WorkflowVersion = {
  id: string
  version: number
  chart: Chart
  texts: Record<string, string>
  schemas: Record<string, JsonSchema>
}
/** A command that begins an instance, and the roles that may give it. */
export type Start = Offer & { by: string[] }
export type Workflow = {
  id: string
  version: number
  label: string
  record?: boolean
  starts: Start[]
}
export type Place = { id: string; name: string; kind: string; parent?: string | null }
export type Category = { path: string; label: string; kind?: string; children?: Category[] }

export type Opening = { at: string; person?: string; role: string; roleLabel?: string; why: string }
export type Notice = {
  id: string | number
  instance: string
  label: string
  at: string
  read: boolean
}
/** An effect that failed too often; `nextAt` is when it was given up, in epoch ms. */
export type ParkedEffect = {
  id: string
  stream: string
  tries: number
  error: string
  nextAt: number
}
export type ResidentStep = { label: string; at: string }
export type ResidentCase = {
  number?: string | null
  reported: string
  place?: Named[]
  state: string
  stateLabel: string
  ended: boolean
  steps: ResidentStep[]
  publicNotes: { label: string; at: string; text: string | null }[]
  answers: Offer[]
}
export type ReportReply = { id: string; number?: string | null; link: string }
