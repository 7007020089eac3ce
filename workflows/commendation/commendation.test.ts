import { readFileSync } from 'node:fs'
import { type Instance, mermaid } from '@linli/workflow'
import { assertLively, given, type Line, type Story, sample } from '@linli/workflow/test-kit'
import t from 'tap'
import { commands } from './commands.ts'
import type { CommendationContext } from './context.ts'
import { machine } from './machine.ts'
import { commendation } from './workflow.ts'

const row = ({ instance }: Story) => commendation.summary(instance as Instance)
const PATH = ['place-community', 'place-estate']
const CHIEF = {
  ...{ kind: 'chief', honour: 'Best building chief', place: 'place-estate' },
  ...{ nominee: 'person-chief', basis: 'Ten years of stairs', shownAs: 'the chief of building 3' },
}
const PROPOSED: Line = ['propose', 0, sample(CHIEF, { facts: { place: { path: PATH } } })]

t.test('announced for five working days, an objection heard, granted and listed', (t) => {
  const announced = given(commendation, [PROPOSED, ['announce', 1]])
  t.match(announced.when('grant', 2), { refused: 'not-in-this-state' })
  const objected = announced.and(['object', 24, { reason: 'It was the neighbour' }])
  t.match(objected.events.at(-1)?.effects, [{ to: { role: 'coordinator', place: PATH[0] } }])
  const over = objected.clock('expired', 'notice')
  t.match(over.when('object', 130, { reason: 'Too late' }), { refused: 'not-in-this-state' })
  t.match(over.when('grant', 130), { refused: 'condition-not-met', guard: 'objectionsHeard' })
  const heard = over.and(['settle', 131, { objection: 'objection-1', finding: 'dismissed' }])
  t.match(heard.when('settle', 132, { objection: 'objection-1', finding: 'upheld' }), {
    refused: 'condition-not-met',
  })
  const granted = heard.and(['grant', 132])
  t.match(granted.events.at(-1)?.effects, [{ to: { person: CHIEF.nominee }, text: 'granted' }])
  t.match(row(granted), {
    place: PATH,
    persons: [CHIEF.nominee],
    title: CHIEF.honour,
    extra: { objections: 1, objectionsOpen: 0 },
    facts: { granted: true },
  })
  t.notOk(JSON.stringify(row(granted)).includes('stairs'), 'no personal word in the row')
  t.same(row({ ...granted, instance: granted.replayed() }), row(granted))
  t.end()
})

t.test('an objection that is upheld ends it', (t) => {
  const objected = given(commendation, [PROPOSED, ['announce', 1], ['object', 2, { reason: 'No' }]])
  const upheld = objected.and(['settle', 3, { objection: 'objection-1', finding: 'upheld' }])
  t.equal(upheld.instance?.snapshot.value, 'rejected')
  t.end()
})

t.test('refused: nobody named, both named, an empty ground', (t) => {
  const { nominee, ...nobody } = CHIEF
  const refused = { refused: 'condition-not-met', guard: 'someoneNamed' }
  const start = given(commendation)
  t.match(start.when('propose', 0, nobody), refused)
  t.match(start.when('propose', 0, { ...CHIEF, unit: 'organisation-1' }), refused)
  t.match(start.when('propose', 0, { ...nobody, kind: 'household' }), { event: {} })
  t.match(start.when('propose', 0, { ...CHIEF, basis: '' }), { issues: [{ path: 'basis' }] })
  const late = given(commendation, [PROPOSED, ['announce', 1]])
  const afterwards = late.when('object', 500, { reason: 'late' })
  t.match(afterwards, { refused: 'condition-not-met', guard: 'inNotice' })
  t.end()
})

t.test('every path, and the picture', (t) => {
  const once = (instance: Instance) =>
    instance.snapshot.context.objections.length === 0 ? { reason: 'No' } : []
  const samples = {
    propose: [CHIEF, { ...CHIEF, nominee: undefined, unit: 'organisation-1' }],
    announce: {},
    object: once,
    settle: ['upheld', 'dismissed'].map((finding) => ({ objection: 'objection-1', finding })),
    grant: {},
    reject: { reason: 'notProven' },
    withdraw: { reason: 'ownWish' },
    revoke: { reason: 'falseBasis' },
  }
  const signature = (context: CommendationContext) => context.objections
  assertLively(t, commendation, { samples, signature })
  const readme = readFileSync(new URL('README.md', import.meta.url), 'utf8')
  t.ok(readme.includes(mermaid(machine, commands)))
  t.end()
})
