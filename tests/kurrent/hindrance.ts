// What a fault does to a call before and after its work, the same for every call.
// Must not import the log.

import type { ServiceError } from '@grpc/grpc-js'
import type { Connections } from './connections.ts'
import type { Call, Fault, Faults } from './fault.ts'
import { refusals } from './refusal.ts'

/** What handlers need of the node they serve. */
export type Node = {
  faults: Faults
  connections(): Connections
  /** Called with every call that comes in, before any fault. */
  count(call: Call): void
  /** Called with the position that a subscription to the whole log begins after. */
  subscribed(position: number): void
}

/** How a call goes on: it does its work, gets no answer, or fails. */
export type Course =
  | { go: 'on'; fault: Fault | undefined }
  | { go: 'nowhere' }
  | { go: 'wrong'; refusal: Partial<ServiceError>; fault: Fault }

/** Takes the fault that strikes this call and does what it does before the work. */
export async function courseOf(node: Node, call: Call, stream?: string): Promise<Course> {
  node.count(call)
  const fault = node.faults.take(call, stream)
  if (fault === undefined) return { go: 'on', fault }
  if (fault.kind === 'slow') await later(fault.ms ?? 0)
  if (fault.kind === 'reset') node.connections().destroy()
  if (fault.kind === 'reset' || fault.kind === 'silent') return { go: 'nowhere' }
  const refusal = refusalOf(fault)
  return refusal === undefined ? { go: 'on', fault } : { go: 'wrong', refusal, fault }
}

/** Whether an answer is withheld after the work; destroys the connections where that is the way. */
export function isAnswerLost(node: Node, fault: Fault | undefined): boolean {
  if (fault?.kind === 'answer-lost') node.connections().destroy()
  return fault?.kind === 'answer-lost' || fault?.kind === 'written-silent'
}

function refusalOf(fault: Fault): Partial<ServiceError> | undefined {
  switch (fault.kind) {
    case 'not-leader':
      return refusals.notLeader(fault.leader?.host ?? '127.0.0.1', fault.leader?.port ?? 1)
    case 'overloaded':
      return refusals.overloaded()
    case 'unavailable':
      return refusals.unavailable()
    case 'unauthenticated':
      return refusals.unauthenticated()
    case 'access-denied':
      return refusals.accessDenied()
    case 'unimplemented':
      return refusals.unimplemented()
    default:
      return undefined
  }
}

function later(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
