// The one rule of who may what: role × scope over the summary row. It serves commands, reads and
// the SQL filter of lists. Pure; imports shapes only.
import type { Actor, Command, Instance, Role, Summary } from '@linli/workflow'

/** A role somebody holds now: in a place's subtree, in a unit, or everywhere. */
export type Grant = { role: Role; place?: string; unit?: string }

/**
 * Who asks: a person (or a part of linli itself) and the roles held today. `own` is the one case
 * that a secret link makes the holder's own, whoever that is.
 */
export type Caller = { id: string; person?: string; own?: string; grants: readonly Grant[] }

/** What the rule looks at; `id` is the instance's, where it exists. */
export type Row = Pick<Summary, 'place' | 'units' | 'persons'> & { id?: string }

/** What the rule looks at in an instance. */
export function rowIn(instance: Instance): Row {
  const { place, units, persons } = instance.workflow.summary(instance)
  return { id: instance.stream, place, units, persons }
}

type ScopeKind = 'all' | 'place' | 'unit' | 'own'

const SCOPES: Readonly<Record<Role, ScopeKind>> = {
  system: 'all',
  analyst: 'all',
  administrator: 'all',
  supervisor: 'place',
  coordinator: 'place',
  'grid-worker': 'place',
  'building-chief': 'place',
  'duty-officer': 'place',
  volunteer: 'place',
  steward: 'place',
  'council-member': 'place',
  'unit-handler': 'unit',
  resident: 'own',
}

/** Workflows that describe the neighbourhood itself; every role of the staff may read them. */
const REGISTRIES = new Set(['place', 'organisation', 'team', 'body'])
/** Roles that see no case: the administrator has the registries, the analyst the sealed stream. */
const NO_CASES: ReadonlySet<Role> = new Set(['administrator', 'analyst'])

/** As whom the caller may give the command, or undefined. */
export function actorFor(
  caller: Caller,
  command: Pick<Command, 'by' | 'starts'>,
  row: Row,
): Actor | undefined {
  for (const grant of caller.grants) {
    if (!command.by.includes(grant.role)) continue
    if (command.starts === true && grant.role === 'resident') return actorOf(caller, grant)
    if (inScope(caller, grant, row)) return actorOf(caller, grant)
  }
  return undefined
}

/** The same for many commands to an instance that exists: scopes are looked at once. */
export function actorIn(
  caller: Caller,
  row: Row,
): (command: Pick<Command, 'by'>) => Actor | undefined {
  const held = caller.grants
    .filter((grant) => inScope(caller, grant, row))
    .map((grant) => ({ role: grant.role, actor: actorOf(caller, grant) }))
  return ({ by }) => held.find(({ role }) => by.includes(role))?.actor
}

/** True when the caller may read an instance of the workflow with this row. */
export function mayRead(caller: Caller, workflow: string, row: Row): boolean {
  return caller.grants.some(
    (grant) =>
      readsWorkflow(grant, workflow) && (isOpen(grant, workflow) || inScope(caller, grant, row)),
  )
}

/** True when the caller may see personal fields of an instance with this row. */
export function mayOpen(caller: Caller, workflow: string, row: Row): boolean {
  return caller.grants.some(
    (grant) =>
      OPENERS.has(grant.role) && readsWorkflow(grant, workflow) && inScope(caller, grant, row),
  )
}

const OPENERS: ReadonlySet<Role> = new Set([
  'system',
  'resident',
  'grid-worker',
  'building-chief',
  'duty-officer',
  'coordinator',
  'steward',
  'unit-handler',
  'supervisor',
])

/** The alternatives of a list's filter; any of them lets a row pass. None: nothing passes. */
export type Scope = readonly (
  | { all: true }
  | { place: string }
  | { unit: string }
  | { person: string }
)[]

/** The SQL filter for what the caller may list of a workflow. */
export function scopeOf(caller: Caller, workflow: string): Scope {
  return caller.grants.flatMap((grant): Scope => {
    if (!readsWorkflow(grant, workflow)) return []
    return isOpen(grant, workflow) ? [{ all: true }] : scopeOfGrant(caller, grant)
  })
}

/** The SQL filter for where the caller may see personal fields: `mayOpen` for lists. */
export function openScopeOf(caller: Caller, workflow: string): Scope {
  return caller.grants.flatMap((grant): Scope => {
    const opens = OPENERS.has(grant.role) && readsWorkflow(grant, workflow)
    return opens ? scopeOfGrant(caller, grant) : []
  })
}

/** Whose turn in a state, and where, is the caller's: one for each role held. */
export type Turn = { responsible: string; scope: Scope }

/** The turns of all roles that the caller holds; a unit is named by its handlers. */
export function turnsOf(caller: Caller, workflow: string): Turn[] {
  return caller.grants.flatMap((grant): Turn[] => {
    if (!readsWorkflow(grant, workflow)) return []
    const responsible = grant.role === 'unit-handler' ? 'unit' : grant.role
    return [{ responsible, scope: scopeOfGrant(caller, grant) }]
  })
}

function scopeOfGrant(caller: Caller, grant: Grant): Scope {
  const kind = SCOPES[grant.role]
  if (kind === 'own') return caller.person === undefined ? [] : [{ person: caller.person }]
  if (kind === 'unit') return grant.unit === undefined ? [] : [{ unit: grant.unit }]
  if (kind === 'all' || grant.place === undefined) return [{ all: true }]
  return [{ place: grant.place }]
}

function readsWorkflow(grant: Grant, workflow: string): boolean {
  if (REGISTRIES.has(workflow)) return true
  if (workflow === 'person') return grant.role !== 'analyst'
  return !NO_CASES.has(grant.role)
}

function isOpen(grant: Grant, workflow: string): boolean {
  return REGISTRIES.has(workflow) && grant.role !== 'resident'
}

function inScope(caller: Caller, grant: Grant, row: Row): boolean {
  switch (SCOPES[grant.role]) {
    case 'all':
      return true
    case 'place':
      return grant.place === undefined || row.place.includes(grant.place)
    case 'unit':
      return grant.unit !== undefined && row.units.includes(grant.unit)
    case 'own':
      if (caller.own !== undefined && caller.own === row.id) return true
      return caller.person !== undefined && row.persons.includes(caller.person)
  }
}

function actorOf(caller: Caller, grant: Grant): Actor {
  return {
    role: grant.role,
    ...(caller.person === undefined ? {} : { person: caller.person }),
    ...(grant.unit === undefined ? {} : { unit: grant.unit }),
    ...(grant.place === undefined ? {} : { place: grant.place }),
  }
}

/** linli itself: effects and timers. */
export const SYSTEM: Caller = { id: 'system', grants: [{ role: 'system' }] }
