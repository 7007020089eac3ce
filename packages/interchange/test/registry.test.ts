// Reading households and people: headings, encodings, damaged rows, and what is said of them.
import fc from 'fast-check'
import t from 'tap'
import { RegistryFault, readHouseholds, readPeople } from '../src/index.ts'

async function* bytesOf(csv: string | Uint8Array, size = 7): AsyncGenerator<Uint8Array> {
  const bytes = typeof csv === 'string' ? new TextEncoder().encode(csv) : csv
  for (let from = 0; from < bytes.length; from += size) yield bytes.subarray(from, from + size)
}
const households = async (csv: string | Uint8Array, size?: number) => {
  const { ignored, rows } = await readHouseholds(bytesOf(csv, size))
  return { ignored, rows: await Array.fromAsync(rows) }
}
const people = async (csv: string) => Array.fromAsync((await readPeople(bytesOf(csv))).rows)

const HEADING = 'community,estate,building,entrance,household,areaM2'

t.test('a household lies where its row says, in either language of the heading', async (t) => {
  const { rows, ignored } = await households(
    '\uFEFF社区,小区,楼栋,单元,户号,建筑面积（㎡）,身份证号\r\n红旗社区,一号小区,3,2,3-2-501,"89.35㎡",x\r\n',
  )
  t.same(ignored, ['身份证号'], 'a column that nobody asked for is not read')
  t.same(rows, [
    {
      row: 1,
      key: '红旗社区 / 一号小区 / 3 / 2 / 3-2-501',
      warnings: [],
      of: {
        ...{ community: '红旗社区', estate: '一号小区', building: '3', entrance: '2' },
        ...{ household: '3-2-501', areaM2: 89.35 },
      },
    },
  ])
  const tabs = await households('Community\tEstate\tBuilding\tHousehold\nA\tB\t3\t501\n')
  t.match(tabs.rows, [{ of: { household: '501' }, warnings: [/areaM2: missing/] }])
})

t.test('a file of an office program is read in its own encoding', async (t) => {
  // 社区,小区,楼栋,户号 and 红旗,东,3,501 in GB18030.
  const hex = 'c9e7c7f82cd0a1c7f82cc2a5b6b02cbba7bac50abaecc6ec2cb6ab2c332c3530310a'
  const { rows } = await households(Uint8Array.fromHex(hex), 100)
  t.match(rows, [{ of: { community: '红旗', estate: '东', household: '501' } }])
})

t.test('a damaged row is refused with its number and spoils no other', async (t) => {
  const { rows } = await households(
    [
      HEADING,
      'A,B,3,2,501,89',
      'A,B,3,2,"502,89',
      'A,B,3,2,503,wide',
      'A,B,,2,504,89',
      'A,B,3,2,505,89,left,over',
      '',
      'A,B,3,2,501,89',
      'A,B,3,2,3-2-601,0',
      `A,B,3,2,${'x'.repeat(121)},89`,
      'A,B,3,2,3-2-602,89',
      'A,B,3,3,3-2-602,89',
      `A,${'y'.repeat(20_001)},3,3,1,89`,
      'A,B,3,2,506,90',
    ].join('\n'),
  )
  t.same(
    rows.map(({ row, reasons }) => [row, reasons]),
    [
      [1, undefined],
      [2, ['a quote is not closed, or stands inside a cell']],
      [3, ['areaM2: not a number of m² up to 100000']],
      [4, ['building: missing']],
      [5, ['8 cells, where the heading has 6']],
      [7, ['stands twice: the same as row 1']],
      [8, ['areaM2: not a number of m² up to 100000']],
      [9, ['household: over 120 characters']],
      [10, undefined],
      [11, ['entrance: row 10 has this household in another entrance']],
      [12, ['longer than 20000 characters']],
      [13, undefined],
    ],
  )
  const broken = new Uint8Array([...new TextEncoder().encode(`${HEADING}\nA,B,3,2,`), 0xff, 0x0a])
  const read = await households(broken, 60)
  t.match(read.rows, [{ row: 1, reasons: ['characters that cannot be read'] }])
})

t.test('a person is read without a reason that repeats what is personal', async (t) => {
  const rows = await people(
    [
      '社区,小区,楼栋,单元,户号,姓名,电话,特长',
      'A,B,3,2,501,resident,13800000000,"调解、法律"',
      'A,B,3,2,501,,13800000000,',
      'A,B,3,2,501,resident,,',
      `A,B,3,2,501,canary-other,${'9'.repeat(40)},`,
      'A,B,3,,501,another,,',
    ].join('\n'),
  )
  t.match(rows, [
    { of: { name: 'resident', phone: '13800000000', skills: ['调解', '法律'] } },
    { reasons: ['name: missing'] },
    { reasons: ['stands twice: the same as row 1'] },
    { reasons: ['phone: not 3 to 32 characters'] },
    { of: { name: 'another', entrance: undefined } },
  ])
  t.notMatch(JSON.stringify(rows[3]), /canary/)
})

t.test('a file that cannot be read as a whole says what is missing', async (t) => {
  const fails = async (csv: string, code: RegistryFault['code'], message: RegExp) => {
    const fault = await households(csv).catch((thrown: unknown) => thrown)
    t.ok(fault instanceof RegistryFault)
    t.match(fault, { code, message })
  }
  await fails('community,building,household\n', 'columns-missing', /the column estate \/ 小区/)
  await fails(
    'a,b\n1,2\n',
    'columns-missing',
    /the columns community .*; estate .*heading is: a, b/,
  )
  await fails('', 'not-csv', /empty/)
  await fails('community,社区,estate,building,household\n', 'not-csv', /community stands twice/)
  await fails('"community\n', 'not-csv', /heading/)
})

t.test('whatever a file holds, each line is taken or refused, in chunks of any size', async (t) => {
  const cell = fc.constantFrom('A', '3', '"', ',', '\r', '\u0000', '号', '\uD800', '=1', ' ')
  const line = fc.array(cell, { maxLength: 30 }).map((cells) => cells.join(''))
  await fc.assert(
    fc.asyncProperty(fc.array(line), fc.integer({ min: 1, max: 50 }), async (lines, size) => {
      const csv = `${HEADING}\n${lines.join('\n')}`
      const [one, whole] = [await households(csv, size), await households(csv, 1_000_000)]
      const told = csv.split('\n').slice(1)
      const isSame = JSON.stringify(one) === JSON.stringify(whole)
      return isSame && whole.rows.length === told.filter((text) => text.trim() !== '').length
    }),
    { numRuns: 50 },
  )
  t.end()
})
