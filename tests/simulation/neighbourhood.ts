// A small neighbourhood for tests: places, units and people in their roles, made by commands
// whose keys are fixed, so that making it again finds it. Knows no HTTP.
import { type Caller, type Grant, type Reply, type Request, SYSTEM } from '@linli/engine'
import { isRefusal, type Refusal } from '@linli/workflow'

/** Gives a command wherever it is to be given: to a live engine, or in a run of its own clock. */
export type Give = (request: Omit<Request, 'run'>) => Promise<Reply | Refusal>

/** Who acts, by role. */
export type People = Record<
  | 'administrator'
  | 'coordinator'
  | 'gridWorker'
  | 'supervisor'
  | 'analyst'
  | 'heating'
  | 'property'
  | 'steward',
  Caller
>

/** Ids of what there is, from the community down, and the callers of its people. */
export type Neighbourhood = {
  community: string
  estate: string
  building: string
  flats: string[]
  heatingCompany: string
  propertyCompany: string
  people: People
}

/** Area of every flat, m². */
export const FLAT_M2 = 86.5

/** Registers the places, units and people. */
export async function foundNeighbourhood(give: Give): Promise<Neighbourhood> {
  const founder = new Founder(give)
  const community = await founder.place('community', '红旗社区')
  const estate = await founder.place('estate', '一号小区', { parent: community })
  const building = await founder.place('building', '3号楼', { parent: estate, floors: 6 })
  const flats: string[] = []
  for (const name of ['2-501', '2-502', '1-301']) {
    flats.push(
      await founder.place('household', name, { parent: building, areaM2: FLAT_M2, floors: 1 }),
    )
  }
  const heatingCompany = await founder.unit('heating', '城东热力', ['heating'])
  const propertyCompany = await founder.unit('property', '一号小区物业', ['property', 'heating'])
  const at = { place: community }
  const people: People = {
    administrator: await founder.person('administrator', {}),
    coordinator: await founder.person('coordinator', at),
    gridWorker: await founder.person('grid-worker', { place: estate }),
    supervisor: await founder.person('supervisor', at),
    analyst: await founder.person('analyst', {}),
    steward: await founder.person('steward', at),
    heating: await founder.person('unit-handler', { unit: heatingCompany }),
    property: await founder.person('unit-handler', { unit: propertyCompany }),
  }
  return { community, estate, building, flats, heatingCompany, propertyCompany, people }
}

/** The reply; a refusal is a failure of the test that did not expect it. */
export function taken(answer: Reply | Refusal): Reply {
  if (isRefusal(answer)) throw new Error(`refused: ${JSON.stringify(answer)}`)
  return answer
}

class Founder {
  readonly #give: Give
  #count = 0

  constructor(give: Give) {
    this.#give = give
  }

  place(kind: string, name: string, more: Record<string, unknown> = {}): Promise<string> {
    return this.#found('place', { kind, name, ...more })
  }

  unit(kind: string, name: string, handles: string[]): Promise<string> {
    return this.#found('organisation', { kind, name, handles })
  }

  async person(role: Grant['role'], scope: Omit<Grant, 'role'>): Promise<Caller> {
    const person = await this.#found('person', { kind: 'staff' })
    const grant = { role, ...scope }
    await this.#do({ workflow: 'person', command: 'grant', instance: person, data: grant })
    return { id: person, person, grants: [grant] }
  }

  async #found(workflow: string, data: Record<string, unknown>): Promise<string> {
    const { instance } = await this.#do({ workflow, command: 'register', data })
    return instance
  }

  async #do(request: Pick<Request, 'workflow' | 'command' | 'instance' | 'data'>): Promise<Reply> {
    this.#count += 1
    return taken(await this.#give({ ...request, key: `founding:${this.#count}`, caller: SYSTEM }))
  }
}
