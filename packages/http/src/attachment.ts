// Attachments as routes see them: who may bring one, and that `attach` names one that was brought.
import {
  actorFor,
  type BroughtFile,
  type Caller,
  fileTypeOf,
  type Instance,
  isRefusal,
  offeredTo,
  rowIn,
} from '@linli/engine'
import type { HttpPorts } from './ports.ts'
import { ProblemError, refusalProblem } from './problem.ts'
import { pictureTrouble } from './thumbnail.ts'

/** The command that names a file; a workflow without it takes none. */
export const ATTACH = 'attach'

/** Stores bytes for a case, for whoever may give `attach` there now. */
export async function bring(
  ports: HttpPorts,
  to: { instance: Instance; caller: Caller },
  bytes: unknown,
): Promise<BroughtFile> {
  const { instance, caller } = to
  if (!mayAttach(caller, instance)) throw new ProblemError('forbidden')
  const offered = offeredTo(ports.engine, instance, caller)
  if (!offered.includes(ATTACH)) throw new ProblemError('not-in-this-state', { offered })
  const given = Buffer.isBuffer(bytes) ? bytes : Buffer.alloc(0)
  const trouble = await pictureTrouble(fileTypeOf(given), given)
  if (trouble !== undefined) {
    const issues = [{ path: 'file', message: trouble }]
    throw new ProblemError('invalid', { field: 'file', issues })
  }
  const stored = await ports.files.put(instance, given)
  if (isRefusal(stored)) throw refusalProblem(stored)
  return stored
}

/** Refuses an `attach` whose file was not stored for the case; others are left to the engine. */
export async function checkFile(
  ports: HttpPorts,
  to: { id: string; caller: Caller },
  body: unknown,
): Promise<void> {
  const file: unknown = typeof body === 'object' && body !== null ? Reflect.get(body, 'file') : ''
  if (typeof file !== 'string' || !/^[0-9a-f]{64}$/.test(file)) return
  const instance = await ports.engine.instances.get(to.id)
  if (instance === undefined || !mayAttach(to.caller, instance)) return
  if (!(await ports.files.has(to.id, file))) throw new ProblemError('not-found', { field: 'file' })
}

function mayAttach(caller: Caller, instance: Instance): boolean {
  const command = instance.workflow.commands.get(ATTACH)
  return command !== undefined && actorFor(caller, command, rowIn(instance)) !== undefined
}
