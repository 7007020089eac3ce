// The process behind the requests: writes read models, runs effects, turns clocks; which of it,
// the locks of the database settle. Any number of it may run. It serves health and figures alone.
import { buildHealthApp } from '@linli/http'
import { runShared } from '@linli/runtime'

/** Runs until a signal; gives the exit status. */
export function run(): Promise<number> {
  return runShared({
    name: 'worker',
    does: 'all',
    build: ({ community, settings, log, ending }) => {
      const { engine, read, figures, unwell } = community
      const metrics = figures.read
      const token =
        settings.metricsToken === undefined ? {} : { metricsToken: settings.metricsToken }
      const { isEnding } = ending
      const ports = { engine, read, metrics, isEnding, ...token }
      return buildHealthApp(unwell === undefined ? ports : { ...ports, unwell }, { logger: log })
    },
  })
}
