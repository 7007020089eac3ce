// The HTTP process: answers requests and does nothing behind them. Any number of it may run.
import { buildServer, firstLink, readable, runShared } from '@linli/runtime'

/** Runs until a signal; gives the exit status. */
export function run(): Promise<number> {
  return runShared({
    name: 'api',
    does: 'requests',
    build: ({ community, settings, log, ending }) =>
      buildServer(community, {
        logger: log,
        secure: settings.secure,
        isEnding: ending.isEnding,
        ...(settings.trustProxy === undefined ? {} : { trustProxy: settings.trustProxy }),
        ...(settings.metricsToken === undefined ? {} : { metricsToken: settings.metricsToken }),
      }),
    says: async ({ community, settings }, url): Promise<Record<string, string>> => {
      const link = await firstLink(community, settings.publicUrl ?? readable(url))
      return link === undefined ? {} : { link }
    },
  })
}
