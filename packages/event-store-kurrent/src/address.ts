// The address of a server as an operator writes it: checked before the client sees it, because the
// client prints the whole of it, password included, when it does not know an option.
// Must not import the client.

import { StoreFault } from '@linli/event-store'

const shape = /^esdb(?:\+discover)?:\/\/(?:[^:@/?]+:[^@/?]+@)?([^@/?]+)\/?(?:\?(.*))?$/
const host = /^[^:\s]+(?::\d{1,5})?$/

const known = new Set(
  [
    'connectionName',
    'defaultDeadline',
    'discoveryInterval',
    'gossipTimeout',
    'keepAliveInterval',
    'keepAliveTimeout',
    'maxDiscoverAttempts',
    'nodePreference',
    'tls',
    'tlsCAFile',
    'userCertFile',
    'userKeyFile',
  ].map(flat),
)

/** The hosts that an `esdb://` address names, without name and password: fit to be shown. */
export function hostsOf(url: string): string {
  const [, hosts, options = ''] = shape.exec(url.trim()) ?? []
  if (hosts === undefined) {
    throw addressFault('It has to look like esdb://name:password@host:2113?tls=true.')
  }
  const wrong = hosts.split(',').find((name) => !host.test(name))
  if (wrong !== undefined) throw addressFault(`"${wrong}" is no host with a port.`)
  for (const option of options === '' ? [] : options.split('&')) {
    const [name = '', value = ''] = option.split('=', 2)
    if (!known.has(flat(name)) || value === '') {
      throw addressFault(`Its option "${name}" is not known or has no value.`)
    }
  }
  return hosts
}

/** The fault of an address that no server can be found by. */
export function addressFault(what: string): StoreFault {
  const message = `The address of the event store cannot be used. ${what}`
  return new StoreFault('store-unreachable', message, { retry: 'never' })
}

function flat(name: string): string {
  return name.trim().toLowerCase().replace(/[_-]/g, '')
}
