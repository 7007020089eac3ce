// The address of a PostgreSQL database: checked before anything is connected, and shown without
// its secrets. It connects to nothing.
import { urlFault } from './fault.ts'

/** Whether an address names a PostgreSQL database, and not a file. */
export const isPostgresUrl = (where: string): boolean => /^postgres(ql)?:/i.test(where)

/** The address for messages: host, port and database. */
export function shownUrl(url: string): string {
  const { host, pathname } = checkedUrl(url)
  return `${host}${pathname}`
}

/** The address taken apart. Fault `url-wrong`. */
export function checkedUrl(url: string): URL {
  if (!URL.canParse(url)) throw urlFault('What was given')
  const parsed = new URL(url)
  const named = isPostgresUrl(url) && /^\/[^/]+$/.test(parsed.pathname)
  if (!named || (parsed.hostname === '' && !parsed.searchParams.has('host'))) {
    throw urlFault(`${parsed.protocol}//${parsed.host}${parsed.pathname}`)
  }
  return parsed
}
