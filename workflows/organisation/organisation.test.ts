import { readFileSync } from 'node:fs'
import { type Instance, mermaid } from '@linli/workflow'
import { assertLively, given, type Story, sample } from '@linli/workflow/test-kit'
import t from 'tap'
import { commands } from './commands.ts'
import { machine } from './machine.ts'
import { organisation } from './workflow.ts'

const row = ({ instance }: Story) => organisation.summary(instance as Instance)
const HEATING = { kind: 'heating', name: 'District heating', handles: ['heating'] }
const estate = { id: 'place-estate', path: ['place-community', 'place-estate'] }

t.test('an organisation is registered, corrected, suspended and ended', (t) => {
  const heating = given(organisation, [['register', 0, HEATING]])
  t.same(row(heating).facts?.handles, ['heating'])
  t.match(row(heating), { units: [heating.instance?.stream], title: 'District heating' })
  const wider = { handles: ['heating', 'water.pipe'], place: estate.id }
  const moved = heating.and(['correct', 1, sample(wider, { facts: { place: estate } })])
  t.match(row(moved), { place: estate.path, extra: { handles: 'heating water.pipe' } })
  const suspended = moved.and(['suspend', 2, { reason: 'review' }])
  t.match(row(suspended).facts, { status: 'suspended' })
  t.match(suspended.when('suspend', 3, { reason: 'review' }), { refused: 'not-in-this-state' })
  t.match(row(suspended.and(['resume', 3])).facts, { status: 'active' })
  const ended = suspended.and(['end', 4, { reason: 'contract' }])
  t.match(row(ended).facts, { status: 'ended' })
  t.same(row({ ...ended, instance: ended.replayed() }), row(ended))
  t.match(given(organisation).when('register', 0, { ...HEATING, kind: 'shop' }), {
    refused: 'invalid',
    issues: [{ path: 'kind' }],
  })
  t.end()
})

t.test('every path, and the picture', (t) => {
  const reason = { reason: 'other' }
  const samples = {
    ...{ register: HEATING, correct: { name: 'Heat' }, suspend: reason, resume: {}, end: reason },
  }
  assertLively(t, organisation, { samples })
  const readme = readFileSync(new URL('README.md', import.meta.url), 'utf8')
  t.ok(readme.includes(mermaid(machine, commands)))
  t.end()
})
