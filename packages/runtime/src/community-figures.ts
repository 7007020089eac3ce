// What the figures of an open community are asked for at each look: how far the parts are, and
// what waits. Each look costs a few small queries, whatever the size of the log.
import { countDue, countWaiting, type EffectWorker, type Engine, type Work } from '@linli/engine'
import type { Figures } from './figures.ts'
import type { ReadModels } from './read-models.ts'

/** Events counted at most where positions are no counts: behind by so many is behind. */
const LAG_MAX = 10_000
const LAG_PAGE = 1_000

type Community = {
  figures: Figures
  read: Pick<ReadModels, 'db' | 'position'>
  effects: Pick<EffectWorker, 'position'>
  work: Work
  engine: Pick<Engine, 'store' | 'now'>
}

/** Adds the figures of a community to what its process counts. */
export function askCommunity(community: Community): void {
  const { figures, read, effects, work, engine } = community
  const head = oneLook(() => engine.store.head())
  const waiting = oneLook(() => countWaiting(work))
  figures.ask({
    linli_log_position: { help: 'Position of the last event of the log.', value: head },
    linli_store_up: {
      help: 'Whether the log answers.',
      value: () =>
        head().then(
          () => 1,
          () => 0,
        ),
    },
    linli_read_position: {
      help: 'Position that the read models have.',
      value: () => read.position(),
    },
    linli_read_lag_events: {
      help: `Events that the read models have not yet, counted up to ${LAG_MAX}.`,
      value: async () => ((await head()) <= read.position() ? 0 : lag(community)),
    },
    linli_effects_position: {
      help: 'Position up to which effects had their turn.',
      value: () => effects.position,
    },
    linli_effects_waiting: {
      help: 'Effects that failed and wait for their next try.',
      value: async () => (await waiting()).waiting,
    },
    linli_effects_parked: {
      help: 'Effects that were given up and wait for a person.',
      value: async () => (await waiting()).parked,
    },
    linli_clocks_due: {
      help: 'Clocks past their time that nobody has turned.',
      value: () => countDue(read.db, engine.now()),
    },
  })
}

/** Figures of one look are asked for at once: what several are told from is asked for once. */
function oneLook<Value>(ask: () => Promise<Value>): () => Promise<Value> {
  let asking: Promise<Value> | undefined
  const over = () => {
    asking = undefined
  }
  return () => {
    if (asking === undefined) {
      asking = ask()
      asking.then(over, over)
    }
    return asking
  }
}

/** Positions of a log on a server are no counts: what is not read yet is counted. */
async function lag({ engine, read }: Pick<Community, 'engine' | 'read'>): Promise<number> {
  const { store } = engine
  let counted = 0
  for (let after = read.position(); counted < LAG_MAX; ) {
    const page = await store.readAll({ after, limit: LAG_PAGE })
    counted += page.events.length
    if (page.through <= after || page.events.length < LAG_PAGE) break
    after = page.through
  }
  return counted
}
