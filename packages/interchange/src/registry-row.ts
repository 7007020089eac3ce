// Rows of households and of people: which columns there are, and what a cell must look like. What
// is wrong is told without repeating the cell, which may be somebody's name.
import { type Column, type CsvRow, readRegistryCsv } from './registry-csv.ts'

/** Where a household is, by names from the community down. */
export type Address = {
  community: string
  estate: string
  building: string
  entrance?: string
  household: string
}

/** A household as a row tells it. */
export type HouseholdRow = Address & { areaM2?: number; address?: string }

/** A person as a row tells it; skills in the words of the file. */
export type PersonRow = Address & { name: string; phone?: string; skills: string[] }

/** A row that can be taken, perhaps with warnings, or one that cannot, with the reasons. */
export type RegistryRow<Of> = { row: number; key: string } & (
  | { of: Of; warnings: string[]; reasons?: undefined }
  | { of?: undefined; reasons: string[] }
)

/** A file as it is read: what was ignored, and its rows as they come. */
export type RegistryFile<Of> = { ignored: string[]; rows: AsyncGenerator<RegistryRow<Of>> }

const WHERE = {
  community: { names: ['社区', '社区名称'], required: true },
  estate: { names: ['小区', '小区名称'], required: true },
  building: { names: ['楼栋', '楼号', '幢'], required: true },
  entrance: { names: ['单元', '单元号'] },
  household: { names: ['户', '户号', '房号', '门牌号'], required: true },
} as const satisfies Record<string, Column>
const HOUSEHOLD = {
  ...WHERE,
  areaM2: { names: ['面积', '建筑面积'] },
  address: { names: ['地址', '详细地址'] },
} as const satisfies Record<string, Column>
const PERSON = {
  ...WHERE,
  name: { names: ['姓名'], required: true },
  phone: { names: ['电话', '手机', '手机号', '联系电话', 'telephone'] },
  skills: { names: ['特长', '技能', 'skill'] },
} as const satisfies Record<string, Column>

const NAME_CHARS = 80
const PLACE_CHARS = 120
const PHONE_CHARS: readonly [number, number] = [3, 32]
const AREA_MAX_M2 = 100_000

/**
 * Reads a file of households. A household stands once, and in one entrance.
 * @throws RegistryFault for a file that cannot be read as a whole
 */
export async function readHouseholds(
  source: AsyncIterable<Uint8Array>,
): Promise<RegistryFile<HouseholdRow>> {
  const { ignored, rows } = await readRegistryCsv(source, HOUSEHOLD)
  return { ignored, rows: judged(rows, householdOf, new OneEach(true)) }
}

/**
 * Reads a file of people. Nobody stands twice in one household.
 * @throws RegistryFault for a file that cannot be read as a whole
 */
export async function readPeople(
  source: AsyncIterable<Uint8Array>,
): Promise<RegistryFile<PersonRow>> {
  const { ignored, rows } = await readRegistryCsv(source, PERSON)
  return { ignored, rows: judged(rows, personOf, new OneEach(false)) }
}

type Cells = Partial<Record<keyof typeof HOUSEHOLD | keyof typeof PERSON, string>>
type Read<Of> = { of: Of; warnings: string[] } | { reasons: string[] }

async function* judged<Of extends Address>(
  rows: AsyncGenerator<CsvRow<keyof typeof HOUSEHOLD | keyof typeof PERSON>>,
  read: (cells: Cells) => Read<Of>,
  once: OneEach,
): AsyncGenerator<RegistryRow<Of>> {
  for await (const { row, cells, reasons } of rows) {
    if (cells === undefined) {
      yield { row, key: '', reasons }
      continue
    }
    const key = keyOf(cells)
    const found = read(cells)
    const wrong = 'reasons' in found ? found.reasons : once.take(found.of, row)
    if (wrong.length > 0) yield { row, key, reasons: wrong }
    else if ('of' in found) yield { row, key, of: found.of, warnings: found.warnings }
  }
}

/** What stood in the file before: the same household in another entrance is a mistake. */
class OneEach {
  readonly #rows = new Map<string, number>()
  readonly #entrances = new Map<string, { entrance: string; row: number }>()
  readonly #mustName: boolean

  /** `mustName`: a row without its entrance tells of another household than one with it. */
  constructor(mustName: boolean) {
    this.#mustName = mustName
  }

  take(of: Address & { name?: string }, row: number): string[] {
    const { entrance = '' } = of
    const building = [of.community, of.estate, of.building]
    const door = JSON.stringify([...building, of.household])
    const known = this.#entrances.get(door)
    // Only a number that names its entrance, as 3-2-501 does, is one of the whole building.
    const tells = this.#mustName || (entrance !== '' && known?.entrance !== '')
    if (known !== undefined && known.entrance !== entrance && tells && namesEntrance(of)) {
      return [`entrance: row ${known.row} has this household in another entrance`]
    }
    const each = JSON.stringify([...building, entrance, of.household, of.name ?? ''])
    const before = this.#rows.get(each)
    if (before !== undefined) return [`stands twice: the same as row ${before}`]
    if (known === undefined) this.#entrances.set(door, { entrance, row })
    this.#rows.set(each, row)
    return []
  }
}

/** A door number such as 3-2-501 or 2-501 names its entrance, and is one of the whole building. */
export const namesEntrance = ({ household }: Pick<Address, 'household'>): boolean =>
  /\d[-‐–—]\d/.test(household.normalize('NFKC'))

const PLACES = ['community', 'estate', 'building', 'entrance', 'household'] as const

const keyOf = (cells: Cells): string =>
  PLACES.flatMap((name) => cells[name]?.slice(0, PLACE_CHARS) ?? []).join(' / ')

function addressOf(cells: Cells): { address: Address; reasons: string[] } {
  const reasons: string[] = []
  const taken = (name: (typeof PLACES)[number]): string => {
    const value = cells[name] ?? ''
    if (value === '' && name !== 'entrance') reasons.push(`${name}: missing`)
    if (value.length > PLACE_CHARS) reasons.push(`${name}: over ${PLACE_CHARS} characters`)
    return value
  }
  const [community, estate, building, entrance, household] = [
    taken('community'),
    taken('estate'),
    taken('building'),
    taken('entrance'),
    taken('household'),
  ]
  const within = entrance === '' ? {} : { entrance }
  return { address: { community, estate, building, ...within, household }, reasons }
}

function householdOf(cells: Cells): Read<HouseholdRow> {
  const { address: where, reasons } = addressOf(cells)
  const area = areaOf(cells.areaM2)
  if (area === 'wrong') reasons.push(`areaM2: not a number of m² up to ${AREA_MAX_M2}`)
  if ((cells.address?.length ?? 0) > 200) reasons.push('address: over 200 characters')
  if (reasons.length > 0) return { reasons }
  const warnings = area === undefined ? ['areaM2: missing, so no vote by area and no refund'] : []
  return {
    of: {
      ...where,
      ...(typeof area === 'number' ? { areaM2: area } : {}),
      ...(cells.address === undefined ? {} : { address: cells.address }),
    },
    warnings,
  }
}

function areaOf(text: string | undefined): number | 'wrong' | undefined {
  if (text === undefined) return undefined
  const number = /^(\d{1,6}(?:\.\d{1,4})?)\s*(?:m2|m²|㎡|平方米|平米)?$/.exec(text.normalize('NFC'))
  const area = Number(number?.[1])
  return area > 0 && area <= AREA_MAX_M2 ? area : 'wrong'
}

function personOf(cells: Cells): Read<PersonRow> {
  const { address: where, reasons } = addressOf(cells)
  const { name = '', phone } = cells
  if (name === '') reasons.push('name: missing')
  if (name.length > NAME_CHARS) reasons.push(`name: over ${NAME_CHARS} characters`)
  const [least, most] = PHONE_CHARS
  if (phone !== undefined && (phone.length < least || phone.length > most)) {
    reasons.push(`phone: not ${least} to ${most} characters`)
  }
  if (reasons.length > 0) return { reasons }
  const skills = (cells.skills ?? '').split(/[、，,;；/\s]+/).filter((skill) => skill !== '')
  return { of: { ...where, name, ...(phone === undefined ? {} : { phone }), skills }, warnings: [] }
}
