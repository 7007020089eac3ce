// Founding the demo's neighbourhood: its places, organisations and people, by commands of linli
// itself. Names become ids here; the stories know keys only.
import { type Caller, type Grant, type HistoryRun, SYSTEM } from '@linli/engine'
import { isRefusal } from '@linli/workflow'
import { refusedFault } from '../command-fault.ts'
import {
  BUILDINGS,
  ENTRANCES,
  GRIDS,
  HOMES,
  PEOPLE,
  REGISTERED,
  type Somebody,
  UNITS,
} from './town.ts'

/** Ids by key: `@key` for organisations and people, `#key` for places. */
export type Names = Map<string, string>

/** A founded neighbourhood: ids, and as whom each key gives commands. */
export type Settlement = { names: Names; callers: Map<string, Caller> }

/** Registers everything at one instant (epoch ms), what does not need each other side by side. */
export async function settle(run: HistoryRun, at: number): Promise<Settlement> {
  const settling = new Settling(run, at)
  await settling.places()
  await settling.organisations()
  await settling.people()
  return { names: settling.names, callers: settling.callers }
}

class Settling {
  readonly names: Names = new Map()
  readonly callers = new Map<string, Caller>()
  readonly #run: HistoryRun
  readonly #at: number

  constructor(run: HistoryRun, at: number) {
    this.#run = run
    this.#at = at
  }

  async places(): Promise<void> {
    const community = { address: '和睦路 1 号', households: 2870 }
    await this.#place('community', { kind: 'community', name: '和睦社区', ...community })
    await this.#place('estate', { kind: 'estate', name: '和苑小区', parent: '#community' })
    await Promise.all(
      BUILDINGS.map((key) => {
        const name = `${key} 号楼`
        return this.#place(key, { kind: 'building', name, parent: '#estate', floors: 6 })
      }),
    )
    await Promise.all(
      ENTRANCES.map((key) => {
        const [building = '', entrance = ''] = key.split('-')
        const name = `${building} 号楼 ${entrance} 单元`
        return this.#place(key, { kind: 'entrance', name, parent: `#${building}` })
      }),
    )
    await Promise.all([
      ...HOMES.map(({ key, entrance, areaM2 }) =>
        this.#place(key, { kind: 'household', name: key, parent: `#${entrance}`, areaM2 }),
      ),
      ...GRIDS.map(({ key, name, buildings }) =>
        this.#place(key, {
          kind: 'grid',
          name,
          parent: '#estate',
          buildings: buildings.map((building) => this.#idOf(`#${building}`)),
        }),
      ),
      this.#place('barracks', { kind: 'building', name: '工地临时板房', parent: '#estate' }),
    ])
  }

  async organisations(): Promise<void> {
    await Promise.all(
      [...UNITS, ...REGISTERED].map(async ({ key, kind, name, handles }) => {
        const data = { kind, name, handles, place: this.#idOf('#community') }
        this.names.set(`@${key}`, await this.#register('organisation', key, data))
      }),
    )
  }

  async people(): Promise<void> {
    await Promise.all(PEOPLE.map((one) => this.#person(one)))
    for (const { key, desk } of UNITS) {
      const caller = this.callers.get(`${key}-desk`)
      if (caller !== undefined && desk !== '') this.callers.set(key, caller)
    }
    this.callers.set('system', SYSTEM)
  }

  async #place(key: string, data: Record<string, unknown>): Promise<void> {
    const parent = typeof data.parent === 'string' ? { parent: this.#idOf(data.parent) } : {}
    const id = await this.#register('place', `place:${key}`, { ...data, ...parent })
    this.names.set(`#${key}`, id)
  }

  async #person({ key, kind, name, home, roles }: Somebody): Promise<void> {
    const place = home === undefined ? {} : { place: this.#idOf(`#${home}`) }
    const person = await this.#register('person', `person:${key}`, { kind, name, ...place })
    const grants = roles.map((grant) => this.#named(grant))
    for (const [index, data] of grants.entries()) {
      const instance = person
      await this.#give({ workflow: 'person', command: 'grant', instance, data, key: `${index}` })
    }
    this.names.set(`@${key}`, person)
    this.callers.set(key, { id: person, person, grants })
  }

  #named({ role, place, unit }: Grant): Grant {
    return {
      role,
      ...(place === undefined ? {} : { place: this.#idOf(`#${place}`) }),
      ...(unit === undefined ? {} : { unit: this.#idOf(`@${unit}`) }),
    }
  }

  #register(workflow: string, key: string, data: Record<string, unknown>): Promise<string> {
    return this.#give({ workflow, command: 'register', key: `demo:${key}`, data })
  }

  async #give(given: {
    workflow: string
    command: string
    key: string
    instance?: string
    data: Record<string, unknown>
  }): Promise<string> {
    const answer = await this.#run.give({ ...given, at: this.#at, caller: SYSTEM })
    if (isRefusal(answer)) throw refusedFault(`${given.command} ${given.key} of the demo`, answer)
    return answer.instance
  }

  #idOf(name: string): string {
    const id = this.names.get(name)
    if (id === undefined) throw new Error(`the demo knows no ${name}`)
    return id
  }
}
