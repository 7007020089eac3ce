// `linli import people FILE`: each row becomes a person of a household, name and phone sealed with
// the person's own key. Somebody of the same name in the same household is known already. To see
// that, sealed names are opened, and each opening goes to the access log.
import { createReadStream } from 'node:fs'
import { AccessLog, type Caller, execute, freshId, hasEnded, personName } from '@linli/engine'
import { type PersonRow, readPeople } from '@linli/interchange'
import type { Community } from '@linli/runtime'
import { isRefusal } from '@linli/workflow'
import { KnownPlaces, rowsOf } from './import-places.ts'
import {
  type RegistryAsker,
  type RegistryReport,
  type RowOutcome,
  reasonOf,
  takeRows,
} from './import-report.ts'
import { operatorOf } from './operator.ts'

/**
 * Imports a file as the operator. Given again, it goes on where it was stopped or killed.
 * @throws RegistryFault for a file that cannot be read as a whole
 */
export function importPeople(
  community: Community,
  file: string,
  asker: RegistryAsker = {},
): Promise<RegistryReport> {
  return community.engine.lanes.run(LANE, async () => {
    const source = createReadStream(file)
    try {
      const rows = await readPeople(source)
      const caller = await operatorOf(community)
      const places = await KnownPlaces.open(community, caller)
      const people = await Residents.open(community, { caller, places })
      return await takeRows(rows, (of) => people.take(of), asker)
    } finally {
      source.destroy()
    }
  })
}

/** Two imports at once would each add whom the other is adding. */
const LANE = 'import people'

type Scene = { caller: Caller; places: KnownPlaces }

class Residents {
  readonly #community: Community
  readonly #caller: Caller
  readonly #places: KnownPlaces
  readonly #log: AccessLog
  readonly #skills: ReadonlyMap<string, string>
  /** Persons by household: those of the read model, and those taken since. */
  readonly #homes = new Map<string, string[]>()
  /** Names of the households looked at so far. */
  readonly #names = new Map<string, Map<string, string>>()

  private constructor(community: Community, { caller, places }: Scene) {
    this.#community = community
    this.#caller = caller
    this.#places = places
    this.#log = new AccessLog(community.work)
    this.#skills = skillsOf(community)
  }

  static async open(community: Community, scene: Scene): Promise<Residents> {
    const residents = new Residents(community, scene)
    for await (const { id, place, state } of rowsOf(community, 'person')) {
      const home = place.at(-1)
      if (home === undefined || state !== 'active') continue
      residents.#homes.getOrInsertComputed(home, () => []).push(id)
    }
    return residents
  }

  async take(of: PersonRow): Promise<RowOutcome> {
    const found = this.#places.find(of)
    if ('reason' in found) return { outcome: 'refused', reasons: [found.reason] }
    const home = found.place.id
    const names = await this.#namesAt(home)
    if (names.has(plain(of.name))) return { outcome: 'known' }
    const { vault } = this.#community
    const hash = of.phone === undefined ? undefined : vault.hashPhone(of.phone)
    const work = () => this.#register(of, { home, hash, names })
    const answer = await (hash === undefined ? work() : vault.withIdentity(hash, work))
    if (answer.outcome === 'refused' || of.phone === undefined || hash !== undefined) return answer
    const warning = 'phone: not a telephone number, kept as it is written'
    return { ...answer, warnings: [...(answer.warnings ?? []), warning] }
  }

  async #register(
    of: PersonRow,
    at: { home: string; hash: string | undefined; names: Map<string, string> },
  ): Promise<RowOutcome> {
    const { engine, vault } = this.#community
    const holder = at.hash === undefined ? undefined : await vault.identify(at.hash)
    const isOneself =
      holder !== undefined && plain((await this.#nameOf(holder)) ?? '') === plain(of.name)
    const { known, unknown } = this.#skillsIn(of)
    const skills = known.length === 0 ? {} : { skills: known }
    const described = { place: at.home, ...skills }
    const phone = of.phone === undefined ? {} : { phone: of.phone }
    const answer = await execute(engine, {
      ...{ workflow: 'person', caller: this.#caller, key: freshId() },
      // Who reported by this number before, under this name, is the same person.
      ...(isOneself
        ? { command: 'correct', instance: holder, data: described }
        : {
            command: 'register',
            data: { kind: 'resident', name: of.name, ...phone, ...described },
          }),
    })
    if (isRefusal(answer)) {
      const texts = engine.workflows.get('person')?.texts.en ?? {}
      return { outcome: 'refused', reasons: [reasonOf('person', answer, texts)] }
    }
    at.names.set(plain(of.name), answer.instance)
    // One number may serve a family: it leads to the first who gave it.
    if (at.hash !== undefined && holder === undefined) vault.bindIdentity(at.hash, answer.instance)
    const warnings = unknown.map((number) => `skills: the ${number}. is not known, left out`)
    return { outcome: 'taken', warnings }
  }

  async #namesAt(home: string): Promise<Map<string, string>> {
    const known = this.#names.get(home)
    if (known !== undefined) return known
    const names = new Map<string, string>()
    this.#names.set(home, names)
    // Together, so that their lines in the access log share a commit.
    await Promise.all(
      (this.#homes.get(home) ?? []).map(async (person) => {
        const name = await this.#nameOf(person)
        if (name !== undefined) names.set(plain(name), person)
      }),
    )
    return names
  }

  /** A person's name, opened; undefined for one who has none, or was erased. */
  async #nameOf(person: string): Promise<string | undefined> {
    const { engine } = this.#community
    const instance = await engine.instances.get(person)
    if (instance === undefined || hasEnded(instance)) return undefined
    const opening = { person: this.#caller.person ?? this.#caller.id, role: 'administrator' }
    const at = engine.now()
    await this.#log.record({ ...opening, at, instance: person, why: 'import people' })
    return personName(engine, person)
  }

  #skillsIn({ skills }: PersonRow): { known: string[]; unknown: number[] } {
    const known = new Set<string>()
    const unknown: number[] = []
    for (const [index, word] of skills.entries()) {
      const skill = this.#skills.get(plain(word))
      if (skill === undefined) unknown.push(index + 1)
      else known.add(skill)
    }
    return { known: [...known], unknown }
  }
}

const plain = (text: string): string => text.normalize('NFKC').replaceAll(/\s/g, '').toLowerCase()

/** Every word for a skill: its own, and its name in both languages. */
function skillsOf({ engine }: Community): Map<string, string> {
  const { zh = {}, en = {} } = engine.workflows.get('person')?.texts ?? {}
  const words = new Map<string, string>()
  for (const texts of [zh, en]) {
    for (const [key, text] of Object.entries(texts)) {
      if (!key.startsWith(SKILL)) continue
      const skill = key.slice(SKILL.length)
      words.set(plain(text), skill)
      words.set(plain(skill), skill)
    }
  }
  return words
}

const SKILL = 'option.skills.'
