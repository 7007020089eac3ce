// What the running server does for the command line, by hand.
import { backup } from './backup.ts'
import { examine } from './doctor.ts'
import { erase } from './erase.ts'
import { exportLog, importHistory } from './history-task.ts'
import { households, people } from './import-tasks.ts'
import { createLink } from './link.ts'
import { rebuild } from './rebuild.ts'
import { type AnyTask, asked } from './task.ts'
import { createToken } from './token.ts'

/** Every task that the control socket takes. */
export const tasks: readonly AnyTask[] = [
  asked(backup),
  asked(createLink),
  asked(createToken),
  asked(erase),
  asked(examine),
  asked(exportLog),
  asked(households),
  asked(importHistory),
  asked(people),
  asked(rebuild),
]
