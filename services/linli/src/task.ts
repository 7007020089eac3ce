// A command of the command line that changes an installation. It is one function over an open
// community, so that it runs the same in the running server (asked over the control socket) and
// in the command's own process when no server runs.
import type { Community } from '@linli/runtime'
import type { z } from 'zod'

/** What a task works with. `tell` shows a line of progress; the signal says: end soon. */
export type TaskScene = {
  community: Community
  tell: (line: string) => void
  signal: AbortSignal
}

/** A task; paths among what is given are absolute. */
export type Task<Given, Done> = {
  name: string
  given: z.ZodType<Given>
  run: (scene: TaskScene, given: Given) => Promise<Done>
  /** May begin an installation in an empty folder. */
  begins?: boolean
  /** No other process may do work of its own meanwhile. */
  alone?: boolean
  /** Heeds the signal soon, and answers how far it came. */
  stops?: boolean
}

/** A task as the control socket sees it. */
export type AnyTask = Pick<Task<unknown, unknown>, 'name'> & {
  perform: (scene: TaskScene, given: unknown) => Promise<unknown>
}

/** The task behind a parser for what is given. */
export function asked<Given, Done>(task: Task<Given, Done>): AnyTask {
  return {
    name: task.name,
    perform: (scene, given) => task.run(scene, task.given.parse(given)),
  }
}
