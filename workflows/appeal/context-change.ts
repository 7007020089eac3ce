// How single events change what an appeal remembers: pure, used by the machine's actions.
import type { Recorded } from '@linli/workflow'
import type { Data, Unit } from './commands.ts'
import { type Context, placeOf } from './context.ts'

type Heard<Name extends Parameters<typeof nothing>[0]> = {
  data: Data<Name>
  at: number
  facts: Readonly<Record<string, unknown>>
}
