// A Kysely dialect over `pg`: a pool whose connections find one schema, whose errors are faults,
// and that throws away a connection that broke, so that the next query has a new one. It knows
// no table and must not import one.
import {
  type Dialect,
  type PostgresCursor,
  PostgresDialect,
  type PostgresPoolClient,
  type PostgresQueryResult,
} from 'kysely'
import { type ClientConfig, Pool, type PoolClient } from 'pg'
import { faultOf, isCut } from './fault.ts'
import { checkedUrl, shownUrl } from './postgres-url.ts'
import { postgresValues } from './postgres-values.ts'

/** How connections are made. `schema` is the only one whose tables they see. */
export type PostgresOptions = {
  schema: string
  /** Connections at most, 10 by default; who needs one more waits for it up to 10 s. */
  poolSize?: number
  /** A statement is ended after so long, 30 s by default; 0 is never. */
  statementTimeoutMs?: number
  /** How long a new connection may take, 10 s by default. */
  connectTimeoutMs?: number
}

/** A dialect for one database. A wrong URL throws at once, everything else at the first query. */
export function postgresDialect(url: string, options: PostgresOptions): Dialect {
  const where = shownUrl(url)
  const pool = postgresPool(url, options)
  return new PostgresDialect({
    pool: {
      options: pool.options,
      async connect() {
        try {
          return new WatchedClient(await pool.connect(), where)
        } catch (error) {
          throw faultOf(error, where)
        }
      },
      end: () => pool.end(),
    },
  })
}

/** The bare pool below the dialect, for what Kysely has no words for; its errors are raw. */
export function postgresPool(url: string, options: PostgresOptions): Pool {
  const { poolSize = POOL_SIZE } = options
  const pool = new Pool({
    ...clientConfig(url, options),
    max: poolSize,
    idleTimeoutMillis: IDLE_MS,
  })
  // A connection that breaks while nobody asks anything of it must not end the process; whoever
  // asks next hears of it.
  pool.on('error', () => {})
  pool.on('connect', (client) => client.on('error', () => {}))
  return pool
}

/** What one connection is made with, in the pool or outside of it. */
export function clientConfig(url: string, options: PostgresOptions): ClientConfig {
  const { schema, statementTimeoutMs = STATEMENT_MS, connectTimeoutMs = CONNECT_MS } = options
  if (!/^[a-z_]+$/.test(schema)) throw new Error(`not a schema's name: ${schema}`)
  checkedUrl(url)
  return {
    connectionString: url,
    options: `-c search_path=${schema}`,
    application_name: `linli ${schema}`,
    connectionTimeoutMillis: connectTimeoutMs,
    keepAlive: true,
    types: postgresValues,
    ...(statementTimeoutMs === 0
      ? {}
      : {
          statement_timeout: statementTimeoutMs,
          // The server ends a slow statement; a server that has gone silent ends nothing.
          query_timeout: statementTimeoutMs + Math.min(statementTimeoutMs, SILENT_MS),
        }),
  }
}

const POOL_SIZE = 10
const STATEMENT_MS = 30_000
const CONNECT_MS = 10_000
const SILENT_MS = 5_000
const IDLE_MS = 60_000

class WatchedClient implements PostgresPoolClient {
  readonly #client: PoolClient
  readonly #where: string
  #isCut = false

  constructor(client: PoolClient, where: string) {
    this.#client = client
    this.#where = where
  }

  query<R>(sql: string, parameters: readonly unknown[]): Promise<PostgresQueryResult<R>>
  query<R>(cursor: PostgresCursor<R>): PostgresCursor<R>
  query<R>(
    what: string | PostgresCursor<R>,
    parameters: readonly unknown[] = [],
  ): Promise<PostgresQueryResult<R>> | PostgresCursor<R> {
    if (typeof what !== 'string') throw new Error('rows are not streamed from PostgreSQL')
    return this.#run(what, parameters)
  }

  release(destroy?: boolean): void {
    this.#client.release(destroy === true || this.#isCut)
  }

  async #run<R>(text: string, parameters: readonly unknown[]): Promise<PostgresQueryResult<R>> {
    try {
      const result = await this.#client.query(text, [...parameters])
      return result as PostgresQueryResult<R>
    } catch (error) {
      this.#isCut ||= isCut(error)
      throw faultOf(error, this.#where)
    }
  }
}
