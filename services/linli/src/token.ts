// `token create`: opens a person of kind `service` with one role and gives it a bearer token,
// which is shown this once.
import { randomUUID } from 'node:crypto'
import { Access } from '@linli/engine'
import { openPerson } from '@linli/runtime'
import { Role } from '@linli/workflow'
import { z } from 'zod'
import { operatorOf } from './operator.ts'
import type { Task } from './task.ts'

const Given = z.strictObject({
  role: Role.exclude(['system']),
  unit: z.string().optional(),
  place: z.string().optional(),
  label: z.string().max(80).optional(),
})

/** What `token create` answers; nobody can show the token again. */
export type TokenCreated = { token: string; person: string; role: string }

/** Makes a token for scripts. */
export const createToken: Task<z.infer<typeof Given>, TokenCreated> = {
  name: 'token create',
  given: Given,
  async run({ community }, { label = 'script', ...grant }) {
    const { engine, work, keyFile } = community
    const { role, place, unit } = grant
    const scope = {
      ...(place === undefined ? {} : { place }),
      ...(unit === undefined ? {} : { unit }),
    }
    const caller = await operatorOf(community)
    const person = await openPerson(engine, {
      key: randomUUID(),
      kind: 'service',
      grants: [{ role, ...scope }],
      caller,
    })
    const access = new Access({ work, instances: engine.instances, keyFile, now: engine.now })
    return { token: await access.createToken({ person, label }), person, role }
  },
}
