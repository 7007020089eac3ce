// Whether somebody's roles still run: a login for a season ends by itself with its roles, and one
// that begins later does not sign in before. Asked only of those who hold no role now.
import type { Engine } from '@linli/engine'
import { z } from 'zod'
import type { ProblemCode } from './problem.ts'

const Facts = z.object({
  roles: z.array(
    z.object({
      from: z.number(),
      until: z.number().optional(),
      seasonal: z.literal(true).optional(),
    }),
  ),
})

/** Why a person without a running role may not sign in; undefined where no term says so. */
export async function termProblem(
  engine: Engine,
  person: string,
): Promise<Extract<ProblemCode, 'login-expired' | 'login-not-begun'> | undefined> {
  const instance = await engine.instances.get(person)
  const facts = Facts.safeParse(instance?.workflow.summary(instance).facts)
  if (!facts.success || facts.data.roles.length === 0) return undefined
  const at = engine.now()
  const open = facts.data.roles.filter(({ until }) => until === undefined || at < until)
  if (open.some(({ from }) => from <= at)) return undefined
  if (open.length > 0) return 'login-not-begun'
  // Who had a role taken away is somebody without a role, as before it was granted.
  return facts.data.roles.some(({ seasonal }) => seasonal) ? 'login-expired' : undefined
}
