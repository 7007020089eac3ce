// The places that are there while a registry is imported, by name below their parent: found in
// the read model once, and kept up while places are added.
import {
  type Caller,
  everyInstance,
  execute,
  freshId,
  hasEnded,
  type InstanceRow,
} from '@linli/engine'
import { type Address, namesEntrance } from '@linli/interchange'
import type { Community } from '@linli/runtime'
import { isRefusal } from '@linli/workflow'
import { reasonOf } from './import-report.ts'

type Kind = 'community' | 'estate' | 'building' | 'entrance' | 'household'
type Place = { id: string; areaM2?: number | undefined }
type Below = { kind: Kind; name: string; parent?: string | undefined }

/** A place, or why there is none. */
export type Found = { place: Place; isNew: boolean } | { reason: string }

/** Every row of a workflow that has not ended, from the read model. */
export const rowsOf = ({ read }: Community, workflow: string): AsyncGenerator<InstanceRow> =>
  everyInstance(read.db, { filter: { workflow, ended: false }, scope: [{ all: true }] })

/** Finds places by their names, and registers those that are missing. */
export class KnownPlaces {
  readonly #community: Community
  readonly #caller: Caller
  readonly #byName = new Map<string, Place>()
  readonly #entrances = new Map<string, string[]>()
  #hasCommunity = false

  private constructor(community: Community, caller: Caller) {
    this.#community = community
    this.#caller = caller
  }

  /** The places of the installation as they stand; waits until the read models have them. */
  static async open(community: Community, caller: Caller): Promise<KnownPlaces> {
    await community.settled()
    const known = new KnownPlaces(community, caller)
    for await (const { id, title, place, extra } of rowsOf(community, 'place')) {
      const kind = KINDS.find((one) => one === extra?.kind)
      if (kind === undefined) continue
      const areaM2 = typeof extra?.areaM2 === 'number' ? extra.areaM2 : undefined
      known.#keep({ kind, name: title ?? '', parent: place.at(-2) }, { id, areaM2 })
    }
    return known
  }

  /** The household of an address, if it is there. Without an entrance, it must be the only one. */
  find(address: Address): Found {
    const [building, reason] = this.#building(address)
    if (building === undefined) return { reason }
    const { entrance, household } = address
    const parents =
      entrance === undefined
        ? [building, ...(this.#entrances.get(building) ?? [])]
        : [this.#get({ kind: 'entrance', name: entrance, parent: building })?.id]
    const found = parents.flatMap(
      (parent) => this.#get({ kind: 'household', name: household, parent }) ?? [],
    )
    const [place, another] = found
    if (another !== undefined) return { reason: 'entrance: more than one has this household' }
    return place === undefined ? { reason: 'household: not registered' } : { place, isNew: false }
  }

  /** The household of an address, registered with all it lies in where that is not there. */
  async settle(address: Address, data: { areaM2?: number; address?: string }): Promise<Found> {
    const { community, estate, building, entrance, household } = address
    // A new community beside another is likelier a misspelling than a community.
    const top = this.#get({ kind: 'community', name: community })
    if (top === undefined && this.#hasCommunity) return { reason: 'community: none of this name' }
    if (this.#isElsewhere(address)) {
      return { reason: 'entrance: this household is registered outside this entrance' }
    }
    const above: Below[] = [
      { kind: 'community', name: community },
      { kind: 'estate', name: estate },
      { kind: 'building', name: building },
      ...(entrance === undefined ? [] : [{ kind: 'entrance' as const, name: entrance }]),
    ]
    let parent: string | undefined
    for (const one of above) {
      const found = await this.#foundOr({ ...one, parent }, {})
      if ('reason' in found) return found
      parent = found.place.id
    }
    return this.#foundOr({ kind: 'household', name: household, parent }, data)
  }

  /** True when a number that names its entrance is registered in another one, or in none. */
  #isElsewhere(address: Address): boolean {
    if (!namesEntrance(address)) return false
    const { entrance, ...anywhere } = address
    const found = this.find(anywhere)
    if ('reason' in found) return false
    const [building] = this.#building(address)
    const parent =
      entrance === undefined
        ? building
        : this.#get({ kind: 'entrance', name: entrance, parent: building })?.id
    const here = this.#get({ kind: 'household', name: address.household, parent })
    return here?.id !== found.place.id
  }

  #building({ community, estate, building }: Address): [string | undefined, string] {
    let parent: string | undefined
    const names = { community, estate, building }
    for (const kind of ['community', 'estate', 'building'] as const) {
      const found = this.#get({ kind, name: names[kind], parent })
      if (found === undefined) return [undefined, `${kind}: not registered`]
      parent = found.id
    }
    return [parent, '']
  }

  async #foundOr(below: Below, data: { areaM2?: number; address?: string }): Promise<Found> {
    const known = this.#get(below)
    if (known !== undefined) return { place: known, isNew: false }
    const { kind, name, parent } = below
    const answer = await execute(this.#community.engine, {
      ...{ workflow: 'place', command: 'register', caller: this.#caller, key: freshId() },
      data: { kind, name, ...(parent === undefined ? {} : { parent }), ...data },
    })
    if (isRefusal(answer)) return { reason: reasonOf(kind, answer, placeTexts(this.#community)) }
    if (hasEnded(answer.after)) return { reason: `${kind}: was ended` }
    const place = { id: answer.instance, areaM2: data.areaM2 }
    this.#keep(below, place)
    return { place, isNew: true }
  }

  #get(below: Below): Place | undefined {
    return this.#byName.get(nameKey(below))
  }

  #keep(below: Below, place: Place): void {
    this.#byName.set(nameKey(below), place)
    if (below.kind === 'community') this.#hasCommunity = true
    if (below.kind !== 'entrance' || below.parent === undefined) return
    this.#entrances.getOrInsertComputed(below.parent, () => []).push(place.id)
  }
}

const KINDS: readonly Kind[] = ['community', 'estate', 'building', 'entrance', 'household']

const nameKey = ({ kind, name, parent = '' }: Below): string =>
  JSON.stringify([parent, kind, name.normalize('NFKC').replaceAll(/\s/g, '')])

const placeTexts = ({ engine }: Community): Readonly<Record<string, string>> =>
  engine.workflows.get('place')?.texts.en ?? {}
