// `linli import nyc311 FILE`: each row becomes an appeal whose handling happened outside, given as
// commands at their own times on a clock of the import's own. Running it twice adds nothing.

import { readFileSync } from 'node:fs'
import { HistoryRun, idAt, SYSTEM } from '@linli/engine'
import {
  type Nyc311Case,
  type Nyc311File,
  type Nyc311Step,
  readMeanings,
  readNyc311,
} from '@linli/interchange'
import type { Community } from '@linli/runtime'
import { isRefusal } from '@linli/workflow'

/** What became of a row that was not simply taken. */
export type ImportedRow = {
  row: number
  key: string
  outcome: 'refused' | 'warned' | 'known'
  reasons: string[]
}

/**
 * The report of an import; counts first. `known` rows were there before, unchanged. An import that
 * was told to stop says how far it came, and counts the rows up to there.
 */
export type ImportReport = {
  taken: number
  refused: number
  warned: number
  repaired: number
  known: number
  merged: { intoRow: number; external: number }
  stopped?: { steps: number; of: number; rows: number }
  rows: ImportedRow[]
}

/** Hears how many of all steps are done; the signal says: stop after the one in hand. */
export type ImportAsker = {
  progress?: (done: number, all: number) => void
  signal?: AbortSignal
}

/** Imports a file. Given again, it goes on where it was stopped, killed or refused. */
export async function importNyc311(
  community: Community,
  csv: string,
  asker: ImportAsker = {},
): Promise<ImportReport> {
  const file = readNyc311(csv, meanings())
  const { engine, claimed } = community
  const run = new HistoryRun({ engine, claimed, recordedAt: 'real', policy: POLICY })
  try {
    return await new Import(run, file).carryOut(asker)
  } finally {
    run.end()
  }
}

const POLICY = 'default@1'
const SOURCE = 'nyc311'
const PROGRESS_EVERY = 500

const meanings = () =>
  readMeanings(
    readFileSync(
      new URL('../../../packages/interchange/data/nyc-hpd-heat-resolutions.csv', import.meta.url),
      'utf8',
    ),
  )

class Import {
  readonly #run: HistoryRun
  readonly #file: Nyc311File
  readonly #places = new Map<string, string>()
  readonly #units = new Map<string, string>()
  readonly #appeals = new Map<string, string>()
  readonly #refused = new Map<Nyc311Case, string[]>()
  readonly #known = new Set<Nyc311Case>()
  #intoRow = 0
  #external = 0

  constructor(run: HistoryRun, file: Nyc311File) {
    this.#run = run
    this.#file = file
  }

  async carryOut({ progress = () => {}, signal }: ImportAsker): Promise<ImportReport> {
    const { steps, cases, refused } = this.#file
    const rows = cases.length + refused.length
    for (const [index, step] of steps.entries()) {
      if (signal?.aborted) return this.#report({ steps: index, of: steps.length, rows })
      if (!this.#refused.has(step.of)) await this.#take(step)
      if (index % PROGRESS_EVERY === 0) progress(index, steps.length)
    }
    progress(steps.length, steps.length)
    return this.#report()
  }

  async #take(step: Nyc311Step): Promise<void> {
    switch (step.kind) {
      case 'adopt':
        return this.#adopt(step.of)
      case 'answer':
        return this.#answer(step)
      case 'archive':
        return this.#tell(step, 'archive', {})
      case 'merge': {
        const original = step.original === undefined ? undefined : this.#appeals.get(step.original)
        if (original === undefined) this.#external += 1
        else this.#intoRow += 1
        const external = `${SOURCE}:${step.of.address || step.of.borough}`.slice(0, 80)
        return this.#tell(step, 'merge', original === undefined ? { external } : { original })
      }
    }
  }

  async #adopt(of: Nyc311Case): Promise<void> {
    const place = await this.#place(of)
    const unit = await this.#unit(of)
    const where = of.locationType === '' ? '' : ` (${of.locationType})`
    const answer = await this.#give({
      at: of.createdAt,
      workflow: 'appeal',
      command: 'adopt',
      key: idAt(of.createdAt, `${SOURCE}:${of.key}`),
      data: {
        source: SOURCE,
        key: of.key,
        category: of.category,
        channel: of.channel,
        ...(place === undefined ? {} : { place }),
        unit,
        complaint: of.complaint,
        text: `${of.complaint}: ${of.descriptor || of.complaint}${where}`,
      },
    })
    if (isRefusal(answer)) this.#refuse(of, `adopt: ${answer.refused}`)
    else {
      this.#appeals.set(of.key, answer.instance)
      if (answer.repeated) this.#known.add(of)
    }
  }

  #answer(step: Nyc311Step): Promise<void> {
    const { resolution } = step.of
    if (resolution === undefined) return Promise.resolve()
    const { text, raw, meaning } = resolution
    return this.#tell(step, 'answerOutside', {
      text,
      ...(raw === undefined ? {} : { raw }),
      ...(meaning === undefined ? {} : { meaning }),
    })
  }

  async #tell(step: Nyc311Step, command: string, data: Record<string, unknown>): Promise<void> {
    const instance = this.#appeals.get(step.of.key)
    if (instance === undefined) return
    const answer = await this.#give({
      at: step.at,
      workflow: 'appeal',
      command,
      instance,
      key: `${SOURCE}:${step.of.key}:${command}`,
      data,
    })
    if (isRefusal(answer)) this.#refuse(step.of, `${command}: ${answer.refused}`)
    else if (!answer.repeated) this.#known.delete(step.of)
  }

  /** The address as a building of its borough; the borough alone where there is no address. */
  async #place(of: Nyc311Case): Promise<string | undefined> {
    if (of.borough === '' || of.borough === 'Unspecified') return undefined
    const borough = await this.#register(this.#places, `place:${of.borough}`, {
      at: of.createdAt,
      workflow: 'place',
      data: { kind: 'community', name: of.borough },
    })
    if (of.address === '') return borough
    const name = of.zip === '' ? of.address : `${of.address}, ${of.zip}`
    return this.#register(this.#places, `place:${of.borough}:${of.address}:${of.zip}`, {
      at: of.createdAt,
      workflow: 'place',
      data: { kind: 'building', name: name.slice(0, 120), parent: borough },
    })
  }

  #unit(of: Nyc311Case): Promise<string> {
    return this.#register(this.#units, `unit:${of.agency.code}`, {
      at: of.createdAt,
      workflow: 'organisation',
      data: { kind: 'department', name: of.agency.name, handles: [] },
    })
  }

  async #register(
    known: Map<string, string>,
    name: string,
    what: { at: number; workflow: string; data: Record<string, unknown> },
  ): Promise<string> {
    const found = known.get(name)
    if (found !== undefined) return found
    const key = `${SOURCE}:${name}`
    const answer = await this.#give({ ...what, command: 'register', key })
    if (isRefusal(answer)) throw new Error(`${name} could not be registered: ${answer.refused}`)
    known.set(name, answer.instance)
    return answer.instance
  }

  #give(request: {
    at: number
    workflow: string
    command: string
    key: string
    instance?: string
    data: Record<string, unknown>
  }) {
    return this.#run.give({ ...request, caller: SYSTEM })
  }

  #refuse(of: Nyc311Case, reason: string): void {
    this.#refused.getOrInsertComputed(of, () => []).push(reason)
  }

  #report(stopped?: NonNullable<ImportReport['stopped']>): ImportReport {
    const { cases, refused } = this.#file
    const rows: ImportedRow[] = refused.map((one) => ({ ...one, outcome: 'refused' as const }))
    for (const [of, reasons] of this.#refused) {
      rows.push({ row: of.row, key: of.key, outcome: 'refused', reasons })
    }
    const isFresh = (of: Nyc311Case) => !this.#refused.has(of) && !this.#known.has(of)
    const fresh = cases.filter((of) => this.#appeals.has(of.key) && isFresh(of))
    for (const of of fresh) {
      if (of.warnings.length === 0) continue
      rows.push({ row: of.row, key: of.key, outcome: 'warned', reasons: [...of.warnings] })
    }
    return {
      taken: fresh.length,
      refused: refused.length + this.#refused.size,
      warned: fresh.filter((of) => of.warnings.length > 0).length,
      repaired: fresh.filter((of) => of.resolution?.raw !== undefined).length,
      known: this.#known.size,
      merged: { intoRow: this.#intoRow, external: this.#external },
      ...(stopped === undefined ? {} : { stopped }),
      rows: rows.sort((a, b) => a.row - b.row),
    }
  }
}
