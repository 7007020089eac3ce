// What of an installation is on servers, and what is said of a command that only knows files.
import { logName } from '@linli/runtime'
import { shownUrl } from '@linli/sql'
import { CommandFault } from './command-fault.ts'
import type { Installation } from './installation.ts'

/** @throws CommandFault `on-servers` that says by what it is done instead */
export function checkInFolder(installation: Installation, verb: 'backup' | 'restore'): void {
  if (serversOf(installation).length === 0) return
  throw new CommandFault('on-servers', sentence(installation, verb))
}

/** The servers by name, without passwords; none for an installation in its folder. */
function serversOf({ events, read }: Installation): string[] {
  return [
    ...(events === undefined ? [] : [logName(events)]),
    ...(read === undefined ? [] : [`PostgreSQL at ${shownUrl(read)}`]),
  ]
}

function sentence(installation: Installation, verb: 'backup' | 'restore'): string {
  const { events, read, folder } = installation
  const tool = verb === 'backup' ? 'pg_dump' : 'psql'
  const means = [
    read === undefined
      ? `work.db and vault.db in ${folder} by copying them while linli is stopped`
      : `the schemas linli_work and linli_vault by ${tool}`,
    events === undefined
      ? `log.db in ${folder} by copying it while linli is stopped`
      : `the log by KurrentDB’s own ${verb}`,
    'the key file and LINLI_FILES by copying them',
  ]
  const where = serversOf(installation).join(' and ')
  return (
    `linli ${verb} is for an installation in its data folder, and this one is on ${where}: ` +
    `${verb === 'backup' ? 'back up' : 'restore'} ${means.join(', ')}, in the order that ` +
    `docs/operations.md gives (${verb === 'backup' ? 'Back up' : 'Restore'}, many processes).`
  )
}
