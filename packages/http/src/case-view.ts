// One case as an answer: labels in the language, names of places and units, clocks with what is
// left, and personal texts opened only for those who may see them. Each opening is logged first.
import {
  type Caller,
  cardOf,
  type Engine,
  type Grant,
  hasEnded,
  hideSealed,
  type Instance,
  isCounting,
  listInstances,
  mayOpen,
  mayRead,
  offeredTo,
  openFields,
  type Recorded,
  rowIn,
  type Summary,
  stateOf,
  statePath,
  type View,
} from '@linli/engine'
import { formOf } from './command-form.ts'
import { type Language, stateText, textOf } from './language.ts'
import { named, nameOf } from './names.ts'
import type { Category, HttpPorts } from './ports.ts'
import { iso } from './route.ts'

/** For whom a case is shown, and how. */
export type Viewer = { caller: Caller; language: Language; why: string }

/** The case of a view as JSON. `now` is the moment it is asked for, epoch ms. */
export async function caseOf(ports: HttpPorts, view: View, viewer: Viewer) {
  const { instance, events, lastRevision } = view
  const { workflow } = instance
  const { language, caller } = viewer
  const state = stateOf(instance)
  const path = statePath(state)
  const isNewest = instance.revision === lastRevision
  const row = await numberAndState(ports, [instance.stream])
  return {
    id: instance.stream,
    workflow: workflow.id,
    version: instance.version,
    policy: instance.policy,
    number: row.get(instance.stream)?.number,
    revision: instance.revision,
    lastRevision,
    position: String(events.at(-1)?.position ?? 0),
    state,
    path,
    stateLabel: stateText(workflow, language, path),
    ended: hasEnded(instance),
    card: cardOf(instance.clocks),
    title: workflow.summary(instance).title,
    at: iso(instance.at),
    effectiveAt: iso(instance.effectiveAt),
    startedAt: iso(instance.startedAt),
    enteredAt: iso(instance.enteredAt),
    summary: await summaryOf(ports, instance, viewer),
    clocks: clocksOf(instance, language, isNewest ? ports.engine.now() : instance.effectiveAt),
    data: hideSealed(instance.snapshot.context),
    personal: await personalOf(ports, view, viewer),
    offered: isNewest ? offers(ports.engine, instance, { caller, language }) : [],
  }
}

/** The commands offered now, each with its form. */
export function offers(
  engine: Engine,
  instance: Instance,
  to: { caller: Caller; language: Language },
) {
  const { workflow } = instance
  return offeredTo(engine, instance, to.caller).flatMap((name) => {
    const command = workflow.commands.get(name)
    if (command === undefined) return []
    const label = textOf(workflow, to.language, `command.${name}`)
    return [{ command: name, label, schema: formOf(workflow, command, to.language) }]
  })
}

/** Whether the viewer may see personal texts of the case; says so in the access log first. */
export async function opening(
  ports: HttpPorts,
  instance: Instance,
  viewer: Viewer,
): Promise<boolean> {
  const { caller, why } = viewer
  const grant = openingGrant(caller, instance.workflow.id, rowIn(instance))
  if (grant === undefined) return false
  await ports.access.log.record({
    at: ports.engine.now(),
    person: caller.person ?? caller.id,
    role: grant.role,
    instance: instance.stream,
    why,
  })
  return true
}

function openingGrant(
  caller: Caller,
  workflow: string,
  row: Parameters<typeof mayOpen>[2],
): Grant | undefined {
  return caller.grants.find((grant) => mayOpen({ ...caller, grants: [grant] }, workflow, row))
}

/** The name of a category in a language; its path when it is none of the tree. */
export function categoryName(
  categories: readonly Category[],
  path: string,
  language: Language,
): string {
  return categories.find((one) => one.path === path)?.[language] ?? path
}

async function summaryOf(ports: HttpPorts, instance: Instance, viewer: Viewer) {
  const { engine } = ports
  const summary = instance.workflow.summary(instance)
  const { category, leadUnit } = summary
  return {
    place: await named(engine, summary.place),
    units: await named(engine, summary.units),
    persons: summary.persons,
    category,
    categoryName:
      category === undefined
        ? undefined
        : categoryName(ports.categories, category, viewer.language),
    channel: summary.channel,
    leadUnit:
      leadUnit === undefined ? undefined : { id: leadUnit, name: await nameOf(engine, leadUnit) },
    owner: summary.owner,
    supervised: summary.supervised === true,
    links: await linksOf(ports, summary.links ?? [], viewer),
    extra: summary.extra ?? {},
    measures: summary.measures ?? {},
  }
}

async function linksOf(
  ports: HttpPorts,
  links: readonly { rel: string; id: string }[],
  viewer: Viewer,
) {
  const rows = await numberAndState(
    ports,
    links.map((link) => link.id),
  )
  return Promise.all(
    links.map(async ({ rel, id }) => {
      const instance = await ports.engine.instances.get(id)
      if (instance === undefined) return { rel, id }
      const { workflow } = instance
      const summary = workflow.summary(instance)
      if (!mayRead(viewer.caller, workflow.id, summary)) return { rel, id }
      const path = statePath(stateOf(instance))
      return {
        rel,
        id,
        workflow: workflow.id,
        workflowLabel: textOf(workflow, viewer.language, 'workflow'),
        number: rows.get(id)?.number,
        title: await linkTitle(ports, { rel, summary }, viewer.language),
        state: path,
        stateLabel: stateText(workflow, viewer.language, path),
      }
    }),
  )
}

/** Links to what was handed to a unit: beside each other, the unit tells them apart. */
const TO_A_UNIT = new Set(['referral', 'refers'])

/** What a linked case is called: what it is about, as on its own page, or whose it is. */
async function linkTitle(
  ports: HttpPorts,
  { rel, summary }: { rel: string; summary: Summary },
  language: Language,
): Promise<string | undefined> {
  const { category, units } = summary
  const unit = TO_A_UNIT.has(rel) ? (summary.leadUnit ?? units[0]) : undefined
  if (summary.title !== undefined) return summary.title
  if (unit !== undefined) return nameOf(ports.engine, unit)
  return category === undefined ? undefined : categoryName(ports.categories, category, language)
}

const LINKS_MAX = 200

/** Rows of the read model by id. What a caller may read of them is asked elsewhere. */
async function numberAndState(ports: HttpPorts, ids: readonly string[]) {
  if (ids.length === 0) return new Map<string, { number?: string }>()
  const filter = { ids: ids.slice(0, LINKS_MAX) }
  const asked = { filter, scope: [{ all: true as const }], limit: LINKS_MAX }
  const { rows } = await listInstances(ports.read.db, asked)
  return new Map(rows.map((row) => [row.id, row]))
}

/** The clocks of an instance, with what is left of each at a moment. */
export function clocksOf(instance: Instance, language: Language, now: number) {
  const { workflow } = instance
  const policy = workflow.policies.get(instance.policy)
  return Object.values(instance.clocks).map((clock) => {
    const limit = policy?.limits[clock.limit]
    const left = clock.left ?? (isCounting(clock) ? clock.dueAt - now : undefined)
    return {
      clock: clock.clock,
      label: textOf(workflow, language, `clock.${clock.clock}`),
      status: clock.status,
      round: clock.round,
      startedAt: iso(clock.startedAt),
      ...(clock.warnAt === undefined ? {} : { warnAt: iso(clock.warnAt) }),
      dueAt: iso(clock.dueAt),
      ...(left === undefined ? {} : { leftMs: left }),
      late: clock.late || clock.status === 'expired',
      pauses: clock.pauses,
      ...(limit === undefined
        ? {}
        : { limit: { amount: limit.amount, unit: limit.unit, source: limit.source } }),
      certain: clock.certain,
    }
  })
}

async function personalOf(ports: HttpPorts, view: View, viewer: Viewer) {
  const { instance, events } = view
  const sealed = events.filter(({ event }) => hasSealed(event.data))
  if (sealed.length === 0) return []
  const opens = await opening(ports, instance, viewer)
  const found = await Promise.all(
    sealed.map((recorded) => textsOf(ports, recorded, { instance, viewer, opens })),
  )
  return found.flat()
}

async function textsOf(
  ports: HttpPorts,
  { event }: Recorded,
  to: { instance: Instance; viewer: Viewer; opens: boolean },
) {
  const { workflow } = to.instance
  const command = workflow.byType.get(event.type)?.name ?? ''
  const fields = to.opens
    ? await openFields(ports.engine.vault, event)
    : sealedPaths(event.data, '').map((field) => ({ field, text: null }))
  return fields.map(({ field, text }) => {
    const name = field.replaceAll(/\.\d+/g, '')
    const label = textOf(workflow, to.viewer.language, `field.${command}.${name}`, `field.${name}`)
    return { field, label, revision: event.revision, at: event.at, text }
  })
}

const isSealedValue = (value: object): boolean => '$sealed' in value

/** Whether data hold a sealed value. */
export const hasSealed = (data: unknown): boolean => sealedPaths(data, '').length > 0

function sealedPaths(data: unknown, at: string): string[] {
  if (typeof data !== 'object' || data === null) return []
  if (isSealedValue(data)) return [at]
  return Object.entries(data).flatMap(([key, value]) =>
    sealedPaths(value, at === '' ? key : `${at}.${key}`),
  )
}
