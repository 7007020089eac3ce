// Keeps the vault's marks close behind the log while the server runs, so that a start has little
// of the log to read again: how far bindings are written, and how far erasures are done.
import { type Engine, followBindings, followErasures } from '@linli/engine'

/** How often the vault is brought on (ms). */
const EVERY_MS = 5_000
/** In a burst of more events than this between two rounds, looking for erasures waits. */
const QUIET_EVENTS = 5_000

type Options = { engine: Engine; onFault: (what: string, fault: unknown) => void }

/** Begins; what it gives ends it, with all marks at the end of the log. */
export async function keepVault({ engine, onFault }: Options): Promise<() => Promise<void>> {
  const { store } = engine
  // A command learns that its event is durable a little later than a reader of the log does, and
  // only then binds its phone number: the marks follow where the log ended one round before.
  let before = await store.head()
  const round = async () => {
    const head = await store.head()
    await followBindings(engine, before)
    if (head - before < QUIET_EVENTS) await followErasures(engine, before)
    before = head
  }
  let running = Promise.resolve()
  let busy = false
  const timer = setInterval(() => {
    if (busy) return
    busy = true
    running = round()
      .catch((fault: unknown) => onFault('vault', fault))
      .finally(() => {
        busy = false
      })
  }, EVERY_MS)
  timer.unref()
  return async () => {
    clearInterval(timer)
    await running
    const head = await store.head()
    await followBindings(engine, head)
    await followErasures(engine, head)
  }
}
