// `link`: a link that signs an administrator in once, for when the one of the first start was lost
// or a password forgotten. It is shown this once; links of before it end.
import { anotherLink } from '@linli/runtime'
import { z } from 'zod'
import type { Task } from './task.ts'

const Given = z.strictObject({ base: z.string() })

/** What `link` answers; nobody can show it again. */
export type LinkCreated = { link: string }

/** Makes the link, under the address that browsers use. */
export const createLink: Task<z.infer<typeof Given>, LinkCreated> = {
  name: 'link',
  given: Given,
  run: async ({ community }, { base }) => ({ link: await anotherLink(community, base) }),
}
