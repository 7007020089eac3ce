// What the pages work out without a browser: the way of a case, changes, groups, forms' checks.
import t from 'tap'
import type { Chart, EventView, Workflow } from '../src/answers.ts'
import { groupsOf } from '../src/case/event-groups.ts'
import { valueWords } from '../src/case/value-words.ts'
import { edgeFor, wayOf } from '../src/chart/way.ts'
import { isInstanceId, uuidv7, workflowOf } from '../src/identifier.ts'
import { sortIn } from '../src/list/list-sort.ts'
import { othersOf } from '../src/workflows.ts'

const chart: Chart = {
  nodes: [
    { id: 'new', kind: 'start', meta: {}, stays: [] },
    { id: 'open', kind: 'compound', meta: {}, stays: [] },
    { id: 'open.grid', parent: 'open', kind: 'state', meta: {}, stays: [] },
    { id: 'open.referral', parent: 'open', kind: 'state', meta: {}, stays: [] },
    { id: 'suspended', kind: 'state', meta: {}, stays: [] },
  ],
  edges: [
    { from: 'new', to: 'open.grid', events: [{ type: 'appeal.reported', command: 'report' }] },
    { from: 'open.grid', to: 'open.referral', events: [{ type: 'x', command: 'refer' }] },
    { from: 'open', to: 'suspended', events: [{ type: 'y', command: 'suspend' }] },
    { from: 'suspended', to: 'open', events: [{ type: 'z', command: 'resume' }] },
  ],
}
const moved = (fromPath: string, toPath: string) => ({ fromPath, toPath })

t.test('a way is lit over the closest edges, and only what is offered comes next', async (t) => {
  const came = [moved('new', 'open.grid'), moved('open.grid', 'open.grid')]
  const suspended = moved('open.grid', 'suspended')
  const way = wayOf(
    chart,
    'open.grid',
    [...came, suspended, moved('suspended', 'open.grid')],
    [{ command: 'refer', label: '派遣', schema: {} }],
  )
  t.same([...way.taken], ['new>open.grid', 'open>suspended', 'suspended>open'])
  t.same(way.visited, ['open.grid', 'suspended', 'open.grid'])
  t.same([...way.next], [['open.referral', ['派遣']]])
  t.equal(edgeFor(chart, 'open.referral', 'new'), undefined)
})

const event = (revision: number, over: Partial<EventView> = {}): EventView => ({
  revision,
  position: String(revision),
  type: 'appeal.noted',
  label: '',
  at: '2026-11-22T00:00:00Z',
  recordedAt: '2026-11-22T00:00:00Z',
  by: { role: 'coordinator' },
  fromPath: 'open.grid',
  toPath: 'open.grid',
  late: false,
  raw: {},
  ...over,
})

t.test('three quiet events fold; a move, a clock and a late entry never do', async (t) => {
  const sizes = (events: EventView[]) => groupsOf(events).map((group) => group.length)
  t.same(sizes([event(0), event(1), event(2)]), [3])
  t.same(sizes([event(0), event(1)]), [1, 1])
  t.same(sizes([event(0), event(1), event(2, { toPath: 'closed' }), event(3)]), [1, 1, 1, 1])
  t.same(sizes([event(0), event(1, { late: true }), event(2)]), [1, 1, 1])
  t.same(sizes([event(0), event(1), event(2, { type: 'clock.warned' })]), [1, 1, 1])
})

t.test('values are said in words; ids and structures are not', async (t) => {
  const texts = { 'option.reason.parts': '等待配件' }
  t.equal(valueWords('reason', 'parts', texts), '等待配件')
  t.equal(valueWords('reason', 'other', texts), 'other')
  t.equal(valueWords('area', 96.2, texts), '96.2')
  t.match(valueWords('at', 1795166400000, texts), /^20\d\d-\d\d-\d\d \d\d:\d\d$/)
  t.equal(valueWords('unit', 'organisation-9c882385-1d6d-868e-855b-ff845cd9607c', texts), undefined)
  t.equal(valueWords('note', null, texts), undefined)
  t.equal(valueWords('note', { $sealed: null }, texts), undefined)
})

t.test('identifiers carry their time, and say their workflow', async (t) => {
  const id = uuidv7(0x0198_1234_5678)
  t.match(id, /^01981234-5678-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
  t.not(uuidv7(), uuidv7())
  t.equal(workflowOf(`appeal-${id}`), 'appeal')
  t.equal(workflowOf(`lost-item-${id}`), 'lost-item')
  t.equal(workflowOf('nothing'), '')
  t.ok(isInstanceId(`lost-item-${id}`))
  t.notOk(isInstanceId(id))
  t.equal(valueWords('found', `lost-item-${id}`, {}), undefined)
})

t.test('open work is sorted by what is due, everything else by the newest', async (t) => {
  const sorted = (query: string, record = false) => sortIn(new URLSearchParams(query), record)
  t.same(sorted('ended=false'), { sort: 'dueAt', order: 'asc' })
  t.same(sorted(''), { sort: 'startedAt', order: 'desc' })
  t.same(sorted('ended=false', true), { sort: 'startedAt', order: 'desc' })
  t.same(sorted('ended=false&sort=number&order=desc'), { sort: 'number', order: 'desc' })
})

t.test('a workflow without a page of its own stands in the bar for who may read it', async (t) => {
  const workflow = (id: string, by: string[], record = false): Workflow => ({
    id,
    version: 1,
    label: id,
    record,
    starts: [{ command: 'begin', label: 'begin', schema: {}, by }],
  })
  const all = [
    workflow('appeal', ['coordinator']),
    workflow('lost-item', ['administrator']),
    workflow('parking', ['resident']),
    workflow('meter', ['coordinator'], true),
  ]
  const seenBy = (role: string) =>
    othersOf({ person: '', roles: [{ role, label: role }], demo: false }, all).map(({ id }) => id)
  t.same(seenBy('coordinator'), ['lost-item', 'parking', 'meter'])
  t.same(seenBy('administrator'), ['lost-item'])
  t.same(seenBy('analyst'), [])
})
