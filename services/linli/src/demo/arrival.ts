// The demo's second part: it arrives behind the first page, as an import does, by commands at their
// own times into a log that is not empty. Live commands go on between its batches. Given again it
// goes on where it broke off: each command has a key of its own.
import {
  type Caller,
  commandId,
  type Grant,
  HistoryRun,
  idAt,
  type Reply,
  SYSTEM,
  startedInstance,
} from '@linli/engine'
import { instanceFrom, isRefusal, type Refusal } from '@linli/workflow'
import { z } from 'zod'
import { cuesIn } from './cues.ts'
import type { DemoGround } from './demo.ts'
import type { Cue, DemoSize, Scene } from './scene.ts'
import { following } from './story-time.ts'
import { BUILDINGS, ENTRANCES, HOMES, PEOPLE, REGISTERED, type Somebody, UNITS } from './town.ts'

/** What of an installation the second part arrives in. */
export type ArrivalGround = Pick<DemoGround, 'engine' | 'claimed'>

/** How much of all commands were given, and those that were refused. */
export type Arrived = { done: number; all: number; refused: readonly RefusedCue[] }
export type RefusedCue = { cue: Cue; refusal: Refusal }

export type ArrivalOptions = {
  /** When the first part ended (epoch ms): the same at every start. */
  now: number
  size?: DemoSize
  progress?: (done: number, all: number) => void
  signal?: AbortSignal
}

/** Gives what is still to come, until it is there or the signal says stop. */
export async function arrive(ground: ArrivalGround, options: ArrivalOptions): Promise<Arrived> {
  const { now, size = 'whole', progress = () => {}, signal } = options
  const scene = sceneOf(ground, { now, size })
  const waves = wavesOf(cuesIn(scene))
  const all = waves.reduce((sum, wave) => sum + wave.length, 0)
  const run = new HistoryRun({ ...ground, recordedAt: 'real' })
  const arrival = new Arrival(run, { ...scene, store: ground.engine.store })
  let done = 0
  for (const wave of waves) {
    // The instances stay claimed: live timers must not run ahead of what is still to come.
    if (signal?.aborted) return { done, all, refused: arrival.refused }
    await Promise.all(wave.map((cue) => arrival.give(cue)))
    done += wave.length
    progress(done, all)
    await new Promise((resolve) => setImmediate(resolve))
  }
  await run.until(now)
  run.end()
  return { done, all, refused: arrival.refused }
}

/** The most commands side by side: a live command waits for no more than these. */
const WAVE = 64

function sceneOf({ engine }: ArrivalGround, given: Pick<Scene, 'now' | 'size'>): Scene {
  const policyOf = (workflow: string) => {
    const found = engine.workflows.get(workflow)?.policies.get(engine.policyId(workflow))
    if (found === undefined) throw new Error(`the demo knows no policy of ${workflow}`)
    return found
  }
  return { ...given, policyOf, calendar: engine.calendars(policyOf('appeal').calendar) }
}

/**
 * Cues in order of time, those of one instant side by side; what goes to an instance waits for the
 * wave that begins it.
 */
function wavesOf(cues: readonly Cue[]): Cue[][] {
  const waves: Cue[][] = []
  const sorted = cues.toSorted((a, b) => a.at - b.at)
  let begun = new Set<string>()
  let wave: Cue[] = []
  for (const cue of sorted) {
    const isNext = wave[0]?.at !== cue.at || wave.length >= WAVE || begun.has(cue.alias)
    if (isNext && wave.length > 0) {
      waves.push(wave)
      begun = new Set()
      wave = []
    }
    wave.push(cue)
    if (cue.what.includes('.')) begun.add(cue.alias)
  }
  if (wave.length > 0) waves.push(wave)
  return waves
}

type Staged = Scene & { store: Pick<ArrivalGround['engine']['store'], 'read'> }
const Opened = z.object({ id: z.string(), type: z.string() })

class Arrival {
  readonly refused: RefusedCue[] = []
  readonly #run: HistoryRun
  readonly #scene: Staged
  readonly #names: Map<string, string>
  readonly #grants = new Map<string, Grant[]>()
  readonly #counts = new Map<string, number>()

  constructor(run: HistoryRun, scene: Staged) {
    this.#run = run
    this.#scene = scene
    this.#names = firstNames()
    for (const one of PEOPLE)
      this.#grants.set(
        `@${one.key}`,
        one.roles.map((role) => this.#named(role)),
      )
  }

  async give(cue: Cue): Promise<void> {
    const { at, alias, what } = cue
    const cut = what.indexOf('.')
    const begins = cut > 0
    const instance = begins ? undefined : await this.#target(alias)
    const caller = this.#callerOf(cue.who)
    // What could not begin takes nothing more.
    if ((!begins && instance === undefined) || caller === undefined) return
    const key = this.#keyOf(cue)
    const answer = await this.#run.give({
      workflow: begins ? what.slice(0, cut) : workflowIn(instance ?? ''),
      command: what.slice(cut + 1),
      ...(instance === undefined ? {} : { instance }),
      key: begins ? idAt(at, key) : key,
      ...{ at, caller },
      data: this.#filled(cue.data ?? {}, at),
    })
    if (isRefusal(answer)) this.refused.push({ cue, refusal: answer })
    else this.#remember(cue, answer)
  }

  #remember({ alias, what, data }: Cue, { instance, event }: Reply): void {
    if (what.includes('.')) this.#names.set(alias, instance)
    this.#names.set(`${alias}.${what}`, event.id)
    if (data?.appeal !== undefined && what === 'record') {
      this.#names.set(`${alias}.appeal`, instanceFrom('appeal', event.id, 'raised'))
    }
    if (what !== 'grant' || typeof data?.role !== 'string') return
    const grant = this.#named({ role: data.role, place: data.place } as Grant)
    this.#grants.getOrInsertComputed(alias, () => []).push(grant)
  }

  /** Named after the alias, so that a table that grows moves no other command's key. */
  #keyOf({ alias, what }: Cue): string {
    const name = `demo:${alias}:${what}`
    const count = this.#counts.get(name) ?? 0
    this.#counts.set(name, count + 1)
    return `${name}:${count}`
  }

  #callerOf(who: string): Caller | undefined {
    if (who === 'system') return SYSTEM
    const alias = who.startsWith('@') ? who : `@${who}`
    const person = this.#find(alias)
    if (person === undefined) return undefined
    return { id: person, person, grants: this.#grants.get(alias) ?? [{ role: 'resident' }] }
  }

  #named({ role, place, unit }: Grant): Grant {
    const at = place === undefined ? undefined : this.#find(named(place, '#'))
    const of = unit === undefined ? undefined : this.#find(named(unit, '@'))
    return {
      role,
      ...(at === undefined ? {} : { place: at }),
      ...(of === undefined ? {} : { unit: of }),
    }
  }

  /** `visit:@campaign:#home` is the visit it opened there, `visit:@plan:3` a plan's third one. */
  async #target(alias: string): Promise<string | undefined> {
    const [kind, of = '', which = ''] = alias.split(':')
    const known = this.#find(alias)
    if (known !== undefined || kind !== 'visit') return known
    if (which.startsWith('#')) {
      const begun = this.#names.get(`${of}.begin`)
      const place = this.#names.get(which)
      return begun && place && instanceFrom('visit', begun, place)
    }
    // Counted in the plan's history, not asked of its present: a start after a stop finds the same.
    const events = await this.#scene.store.read(this.#names.get(of) ?? '')
    const opening = events
      .map(({ text }) => Opened.parse(JSON.parse(text)))
      .filter(({ type }) => type === 'visit-plan.begun' || type === 'visit-plan.visitDone')
    const id = opening[Number(which) - 1]?.id
    return id && instanceFrom('visit', id, 'next')
  }

  /** `minutes:@one` is the account of minutes that `@one` has. */
  #find(alias: string): string | undefined {
    const found = this.#names.get(alias)
    if (found !== undefined || !alias.startsWith('minutes:')) return found
    const owner = this.#names.get(alias.slice('minutes:'.length))
    return owner && instanceFrom('account', owner.slice(-UUID_LENGTH), `${owner}:minutes`)
  }

  #filled(given: Readonly<Record<string, unknown>>, at: number): Record<string, unknown> {
    return Object.fromEntries(
      Object.entries(given).map(([name, value]) => [name, this.#fill(value, at)]),
    )
  }

  #fill(value: unknown, at: number): unknown {
    if (typeof value === 'string') {
      if (value.startsWith('@') || value.startsWith('#')) return this.#find(value) ?? value
      if (!value.startsWith('=')) return value
      return new Date(following(this.#scene.calendar, at, value.slice(1))).toISOString()
    }
    if (Array.isArray(value)) return value.map((one) => this.#fill(one, at))
    if (typeof value !== 'object' || value === null) return value
    return this.#filled({ ...value }, at)
  }
}

const UUID_LENGTH = 36

const named = (key: string, mark: '#' | '@'): string =>
  key.startsWith('#') || key.startsWith('@') ? key : `${mark}${key}`

const workflowIn = (instance: string): string => instance.slice(0, -UUID_LENGTH - 1)

/** Ids of the first part: they follow from the keys it was registered by. */
function firstNames(): Map<string, string> {
  const places = ['community', 'estate', ...BUILDINGS, ...ENTRANCES, ...HOMES.map(({ key }) => key)]
  const units = [...UNITS, ...REGISTERED]
  return new Map([
    ...places.map((key) => [`#${key}`, registered('place', `place:${key}`)] as const),
    ...units.map(({ key }) => [`@${key}`, registered('organisation', key)] as const),
    ...PEOPLE.map(
      ({ key }: Somebody) => [`@${key}`, registered('person', `person:${key}`)] as const,
    ),
  ])
}

function registered(workflow: string, name: string): string {
  const key = `demo:${name}`
  const id = commandId({ caller: SYSTEM.id, workflow, command: 'register', key })
  return startedInstance(workflow, key, id)
}
