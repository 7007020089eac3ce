// Sealing a command's personal fields before anything is folded or stored, and finding or
// assigning the person a report comes from. The machine sees sealed values only.
import { createHmac } from 'node:crypto'
import type { Vault } from '@linli/vault'
import {
  type Command,
  type Instance,
  isSealed,
  mapPersonal,
  type PlainEffect,
  type Workflow,
} from '@linli/workflow'
import { startedInstance } from './command-id.ts'

/** Where and for whom data are sealed. */
export type SealScene = {
  workflow: Workflow
  command: Command
  before: Instance | undefined
  stream: string
  eventId: string
  isErased: (subject: string) => boolean
}

/** Seals every personal field under its subject's key. Answers at once when the keys are near. */
export function sealData(
  vault: Vault,
  clear: Record<string, unknown>,
  scene: SealScene,
): Record<string, unknown> | Promise<Record<string, unknown>> {
  const late: Promise<void>[] = []
  const sealedAt = new Map<string, unknown>()
  const data = mapPersonal(clear, scene.command.personal, (value, field, path) => {
    if (typeof value !== 'string') return value
    const subject = subjectOf(scene, field.of, clear)
    const binding = { stream: scene.stream, event: scene.eventId, field: path }
    const sealed = vault.seal(subject, value, binding)
    if (!(sealed instanceof Promise)) return sealed
    late.push(sealed.then((done) => void sealedAt.set(path, done)))
    return value
  })
  if (late.length === 0) return data as Record<string, unknown>
  const filled = () =>
    mapPersonal(data, scene.command.personal, (value, _, path) => sealedAt.get(path) ?? value)
  return Promise.all(late).then(() => filled() as Record<string, unknown>)
}

/** True when the data hold a personal value, and do not only have room for one. */
export function isPersonal(command: Command, data: Record<string, unknown>): boolean {
  let found = false
  mapPersonal(data, command.personal, (value) => {
    found ||= typeof value === 'string'
    return value
  })
  return found
}

/**
 * The subject whose key seals a field: as the workflow says, or the case itself. What is written
 * of a case after its reporter was erased goes with the case, which must still come to its end.
 */
export function subjectOf(
  scene: Pick<SealScene, 'workflow' | 'before' | 'stream' | 'isErased'>,
  of: string,
  data: Record<string, unknown>,
): string {
  const resolve = scene.workflow.subjects[of]
  const context = scene.before?.snapshot.context as never
  const named = resolve?.({ context, data }) ?? scene.stream
  return named.startsWith('person-') && scene.isErased(named) ? scene.stream : named
}

/** A phone number that a starting command brings, as the vault's keyed hash. */
export function phoneHash(
  vault: Vault,
  command: Command,
  data: Record<string, unknown>,
): string | undefined {
  const field = command.identifies?.phone
  const phone = field === undefined ? undefined : data[field]
  return typeof phone === 'string' ? vault.hashPhone(phone) : undefined
}

/** The id of a person whom nobody knew before. */
export const newPerson = (eventId: string): string => startedInstance('person', eventId, eventId)

/** The effect that begins a new person: it carries the sealed values of the very event. */
export function registerPerson(
  person: string,
  command: Command,
  data: Record<string, unknown>,
): PlainEffect {
  const { phone, name } = command.identifies ?? { phone: '', name: undefined }
  const given = { phone: data[phone], ...(name === undefined ? {} : { name: data[name] }) }
  const known = Object.fromEntries(Object.entries(given).filter(([, value]) => isSealed(value)))
  return {
    kind: 'open',
    workflow: 'person',
    command: 'register',
    instance: person,
    with: { kind: 'resident', ...known },
  }
}

/** A keyed hash of a request body, so that the same key with another body is found out. */
export function bodyHash(secret: Buffer, data: unknown): string {
  return createHmac('sha256', secret).update(JSON.stringify(data)).digest('base64url').slice(0, 22)
}
