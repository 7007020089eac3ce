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

t.test('a unit joins the alliance, with skills that it can be found by', (t) => {
  const social = { kind: 'social', name: 'Mediators', handles: [], skills: ['mediation'] }
  const known = given(organisation, [['register', 0, social]])
  t.match(row(known).extra, { 'skill.mediation': true, skills: 'mediation' })
  const allied = known.and(['ally', 1, { on: '2026-03-01' }])
  t.match(row(allied), { extra: { alliance: true }, facts: { allied: '2026-03-01' } })
  t.match(allied.when('ally', 2, {}), { guard: 'mayAlly' })
  t.match(known.when('ally', 2, { on: '2027-03-01' }), { guard: 'mayAlly' })
  t.equal(row(known.and(['ally', 1])).facts?.allied, '2026-11-16')
  t.equal(row(allied.and(['leaveAlliance', 3])).extra?.alliance, undefined)
  t.match(known.when('leaveAlliance', 3), { guard: 'isAllied' })
  t.end()
})

t.test('every path, and the picture', (t) => {
  const reason = { reason: 'other' }
  const samples = {
    ...{ ally: {}, leaveAlliance: {} },
    ...{ register: HEATING, correct: { name: 'Heat' }, suspend: reason, resume: {}, end: reason },
  }
  assertLively(t, organisation, { samples })
  const readme = readFileSync(new URL('README.md', import.meta.url), 'utf8')
  t.ok(readme.includes(mermaid(machine, commands)))
  t.end()
})
