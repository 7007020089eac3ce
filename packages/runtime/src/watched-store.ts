// A log whose appends are measured and whose faults are counted. It changes no answer.
import type { EventStore } from '@linli/event-store'
import type { Figures } from './figures.ts'
import type { Tracing } from './tracing.ts'

/** The same log, watched. */
export function watchedStore(
  store: EventStore,
  figures: Figures,
  tracing: Tracing | undefined,
): EventStore {
  const told = async <Answer>(answer: Promise<Answer>): Promise<Answer> => {
    try {
      return await answer
    } catch (fault) {
      figures.storeFault(fault)
      throw fault
    }
  }
  const measured: EventStore['append'] = (stream, expected, events) =>
    told(figures.append(() => store.append(stream, expected, events)))
  const append: EventStore['append'] =
    tracing === undefined
      ? measured
      : (stream, ...given) => tracing.append(stream, () => measured(stream, ...given))
  return {
    append,
    read: (stream, options) => told(store.read(stream, options)),
    readAll: (options) => told(store.readAll(options)),
    head: () => told(store.head()),
    subscribe: (options) => store.subscribe(options),
    close: () => store.close(),
  }
}
