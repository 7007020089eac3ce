// Where golden streams are played: a fresh community on a clock of its own, with fixed keys, so
// that the same play gives the same ids and times. Only makes streams; the test just reads them.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Caller, HistoryRun, pseudonymiser, type Reply } from '@linli/engine'
import { type Community, openCommunity } from '@linli/runtime'
import { foundNeighbourhood, type Neighbourhood, taken } from '../simulation/neighbourhood.ts'

/** Gives commands at a time that only moves forward. Times are local: `2026-11-16T09:00`. */
export type Stage = Neighbourhood & {
  /** Moves the clock; what is due meanwhile runs. */
  at: (local: string) => Promise<void>
  /** Begins an instance by `workflow.command`; gives its id. */
  begin: (by: Caller, command: string, data: object) => Promise<string>
  /** Gives `workflow.command` to an instance; gives the ids of what it opened. */
  give: (by: Caller, command: string, to: string, data?: object) => Promise<string[]>
  /** The same, told now of something that happened before. */
  giveLate: (happened: string, by: Caller, command: string, to: string) => Promise<void>
  /** A refusal is what is expected; nothing is recorded. */
  refuse: (by: Caller, command: string, to: string, data?: object) => Promise<string | undefined>
  /** The id of the newest event of an instance. */
  newest: (instance: string) => Promise<string>
}

const ZONE = '+08:00'
const FOUNDED = '2026-01-05T09:00'
const epoch = (local: string): number => Date.parse(`${local}:00${ZONE}`)

/** Plays in a fresh community; gives the streams it made in the analyst's form, a line each. */
export async function played(
  play: (stage: Stage) => Promise<void>,
  { withFounding = false } = {},
): Promise<string[]> {
  const scratch = mkdtempSync(join(tmpdir(), 'linli-golden-'))
  const keyFile = join(scratch, 'key')
  writeFileSync(keyFile, `linli-key-1 ${Buffer.alloc(32, 7).toString('base64url')}\n`, {
    mode: 0o600,
  })
  const community = await openCommunity({ folder: join(scratch, 'community'), keyFile })
  try {
    const run = new HistoryRun({
      engine: community.engine,
      claimed: community.claimed,
      recordedAt: 'own',
      policy: 'default@1',
    })
    const neighbourhood = await foundNeighbourhood((request) =>
      run.give({ ...request, at: epoch(FOUNDED) }),
    )
    const founded = withFounding ? 0 : await community.store.head()
    await play(stageOf(run, neighbourhood, community))
    return await linesAfter(community, founded)
  } finally {
    await community.close()
    rmSync(scratch, { recursive: true })
  }
}

function stageOf(run: HistoryRun, neighbourhood: Neighbourhood, community: Community): Stage {
  let now = epoch(FOUNDED)
  let count = 0
  const ask = (by: Caller, command: string, rest: { instance?: string; data?: object }) => {
    const [workflow = '', name = ''] = command.split('.')
    count += 1
    const key = `golden:${count}`
    return { workflow, command: name, key, caller: by, at: now, data: {}, ...rest }
  }
  const opened = ({ event }: Reply) =>
    (event.effects ?? []).flatMap((one) => (one.kind === 'open' ? [one.instance ?? ''] : []))
  return {
    ...neighbourhood,
    at: async (local) => {
      now = epoch(local)
      await run.until(now)
    },
    begin: async (by, command, data) => taken(await run.give(ask(by, command, { data }))).instance,
    give: async (by, command, instance, data = {}) =>
      opened(taken(await run.give(ask(by, command, { instance, data })))),
    giveLate: async (happened, by, command, instance) => {
      const data = { by: 'phone' }
      const asked = ask(by, command, { instance, data })
      taken(await run.give({ ...asked, happenedAt: epoch(happened) }))
    },
    refuse: async (by, command, instance, data = {}) => {
      const answer = await run.give(ask(by, command, { instance, data }))
      if (!('refused' in answer)) throw new Error(`${command} was taken`)
      return answer.guard
    },
    newest: async (instance) => (await community.store.read(instance)).at(-1)?.id ?? '',
  }
}

async function linesAfter({ store, keyFile }: Community, founded: number): Promise<string[]> {
  const shape = pseudonymiser(keyFile)
  const lines: string[] = []
  for (let after = founded; ; ) {
    const page = await store.readAll({ after, limit: 1_000 })
    lines.push(...page.events.map(({ text }) => shape(text)))
    if (page.through === after) return lines
    after = page.through
  }
}
