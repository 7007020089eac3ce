// Commands whose answers a crash must not lose, given before the vault has written which key is
// whose: run as a process of its own it gives them and kills itself at once, before any effect.

import { execute, type Reply, type Request, SYSTEM } from '@linli/engine'
import { openCommunity } from '@linli/runtime'
import { foundNeighbourhood, taken } from '../simulation/neighbourhood.ts'

/** Gives the commands; a second time they find their first answers. */
export async function giveFirst(give: (request: Request) => Promise<Reply>): Promise<Reply[]> {
  const { flats, people } = await foundNeighbourhood(give)
  const report = { place: flats[0], channel: 'phone', text: 'no light', phone: '13800000001' }
  return [
    // Nothing personal is said, though something personal could have been.
    await give({
      ...{ workflow: 'person', command: 'register', key: 'operator', caller: SYSTEM },
      data: { kind: 'operator' },
    }),
    // The reporter is new: the effect that opens the person runs only after the crash.
    await give({
      ...{ workflow: 'appeal', command: 'report', key: 'report', caller: people.gridWorker },
      data: report,
    }),
  ]
}

if (import.meta.main) {
  const [folder = ''] = process.argv.slice(2)
  const { engine, effects } = await openCommunity({ folder })
  await effects.stop()
  await giveFirst(async (request) => taken(await execute(engine, request)))
  process.kill(process.pid, 'SIGKILL')
}
