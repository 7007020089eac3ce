import { readFileSync } from 'node:fs'
import { type Instance, instanceFrom, mermaid, Role, stateOf, statePath } from '@linli/workflow'
import { assertLively, type Samples, sample } from '@linli/workflow/test-kit'
import t from 'tap'
import { z } from 'zod'
import { categories, isCategory, UNCLASSIFIED } from './category.ts'
import { commands } from './commands.ts'
import type { Context } from './context.ts'
import { guards } from './guards.ts'
import { machine } from './machine.ts'
import { residentStage } from './resident-stage.ts'
import en from './texts.en.json' with { type: 'json' }
import zh from './texts.zh.json' with { type: 'json' }
import { appeal } from './workflow.ts'

const TOPIC = instanceFrom('deliberation', 'topic', '')
const OTHER = instanceFrom('appeal', 'other', '')
const STEWARD = { role: 'steward', person: 'person-steward' } as const
const HOUR_MS = 3_600_000
const STATES = Object.keys(zh).flatMap((key) => (key.startsWith('state.') ? [key.slice(6)] : []))
type Data = Readonly<Record<string, unknown>>
const contextOf = (instance: Instance): Context => instance.snapshot.context

/** The default policy without warnings: a walk meets half as many clocks. */
const [usual] = appeal.policies.values()
const silent = structuredClone(usual)
if (silent === undefined) throw new Error('no policy')
silent.id = 'walk@1'
for (const limit of Object.values(silent.limits)) delete limit.warn
const walked = { ...appeal, policies: new Map([...appeal.policies, [silent.id, silent]]) }

const unit = (name: string, lead: boolean) => ({ unit: `organisation-${name}`, lead })
const text = 'a text'
const report = { place: 'place-1', channel: 'link', text, category: 'heating.indoor.cold' }
const illegal = { ...report, category: 'building.illegal.structure' }
const fits = { facts: { original: { open: true, ended: false } } }
const until = (instance: Instance) => new Date(instance.at + 30 * HOUR_MS).toISOString()
const once =
  (now: (context: Context) => boolean, ...data: Data[]) =>
  (instance: Instance) =>
    now(contextOf(instance)) ? data : []

/** A sample for each referral with this status. */
const ofReferrals =
  (status: string, make: (referral: string, unit: string, lead: boolean) => Data) =>
  (instance: Instance) =>
    contextOf(instance)
      .referrals.filter((referral) => referral.status === status)
      .map(({ id, unit, lead }) => make(id, unit, lead))
const refused = (command: string, instance: string): Data => ({
  ...{ effect: 'e', command, instance, code: 'condition-not-met' },
})

/** Commands that a walk does not name are not tried in it. */
const idle = Object.fromEntries(Object.keys(commands).map((name) => [name, () => []]))
const isFirst = (context: Context) => context.round === 1
const few = (context: Context) => context.referrals.length === 0
const units = {
  referralAnswered: ofReferrals('out', (referral, unit, lead) => ({
    ...{ referral, unit, lead, outcome: 'solved' },
  })),
  referralSentBack: ofReferrals('out', (referral, unit) => ({ referral, unit, reason: 'notOurs' })),
}
const refer = once(few, { units: [unit('a', true)] })
/** Asked without end only where it changes something: so a walk has one. */
const followUps =
  (...answers: Data[]) =>
  (instance: Instance) =>
    contextOf(instance).counts.unhappy + contextOf(instance).followUp.tries < 2
      ? answers
      : answers.slice(0, 1)

const walks: Record<string, Samples> = {
  handling: {
    ...{ report, verify: {}, solve: { answer: text }, ...units },
    release: { finding: 'justified' },
    refer: once(few, { units: [unit('a', true), unit('b', false)] }),
    redo: once(isFirst, { to: 'grid' }),
    followUp: followUps({ solved: 'yes', close: true }, { solved: 'no' }),
  },
  'a returned answer, a refused dispatch, a redo to the units': {
    ...{ report, verify: {}, refer, ...units, solve: { answer: text } },
    release: { finding: 'justified' },
    referralReturned: ofReferrals('answered', (referral, unit) => ({ referral, unit })),
    'effect.refused': ofReferrals('out', (referral) => refused('dispatch', referral)),
    redo: once(isFirst, { to: 'referral' }),
    followUp: followUps({ solved: 'yes', close: true }, { solved: 'no' }),
  },
  deliberation: {
    ...{ report, verify: {}, takeBack: {}, deliberationDone: { deliberation: TOPIC } },
    deliberate: once(({ deliberations }) => deliberations.length === 0, { topic: TOPIC }),
    deliberationResolved: [
      { deliberation: TOPIC, units: [], resolution: 'done' },
      { deliberation: TOPIC, units: [unit('a', false)], resolution: 'act' },
    ],
    deliberationRejected: { deliberation: TOPIC, outcome: 'rejected' },
    'effect.refused': refused('join', TOPIC),
    ...{ ...units, solve: { answer: text }, followUp: { solved: 'yes', close: true } },
    suspend: (instance) => ({ reason: 'law', until: until(instance) }),
    resume: {},
  },
  pauses: {
    ...{ report, verify: {}, refer, ...units, followUp: { solved: 'yes', close: true } },
    ...{ askResident: { question: text }, residentAnswered: { answer: text }, goOn: {} },
    suspend: (instance) => ({ reason: 'parts', until: until(instance) }),
    resume: {},
  },
  merging: {
    ...{ report, verify: {}, refer, ...units, unmerge: {}, supervise: { reason: 'other' } },
    merge: sample({ original: OTHER }, fits),
    originalClosed: { original: OTHER },
    succeed: { original: OTHER, merged: [] },
    follow: { original: instanceFrom('appeal', 'third', '') },
    'effect.refused': refused('absorb', OTHER),
    reopen: once(isFirst, { reason: text }),
  },
  supervision: {
    ...{ report, verify: {}, solve: { answer: text }, close: [{}, { override: 'absent' }] },
    followUp: followUps({ solved: 'yes' }, { solved: 'no' }, { solved: 'noAnswer' }),
    ...{ supervise: { reason: 'delay' }, release: { finding: 'remedied' } },
    coOwn: { steward: STEWARD.person },
    sign: [sample({}, { by: STEWARD }), sample({}, { by: { role: 'coordinator' } })],
    redo: once(isFirst, { to: 'grid' }),
  },
  'milestones, ends and reopening': {
    ...{ report: illegal, verify: {}, refer, ...units, stopWork: {}, penalise: {}, demolish: {} },
    ...{ withdraw: { reason: 'settled' }, reject: { rule: 'noFacts', reason: text } },
    followUp: { solved: 'yes', close: true },
    reopen: once(isFirst, { reason: text }),
  },
  'handling outside': {
    ...{ adopt: { source: 's', key: '1', category: 'c', channel: 'x', complaint: 'c', text } },
    ...{ answerOutside: { text, meaning: 'repaired' }, archive: {} },
    merge: [{ external: 'x-1' }, sample({ original: OTHER }, fits)],
  },
}

const signature = (context: Context) => [
  context.referrals.map(({ status, lead, round }) => [status, lead, round]),
  [context.round, context.deliberation?.outcome, context.closing.how, context.ties.original],
  [context.marks.asking, context.marks.supervised !== null, context.marks.releasedRound],
  [context.followUp.followedUp, context.followUp.tries, context.counts.unhappy],
  [context.team.stewards, context.team.signatures],
]

const seen = new Set<string>()
for (const [name, samples] of Object.entries(walks)) {
  t.test(`somebody's turn, a way out and a clock on every path: ${name}`, (t) => {
    const found = assertLively(t, walked, {
      samples: { ...idle, ...samples },
      ...{ policy: silent, signature, mostVisits: 6000 },
    })
    for (const { instance } of found.visits) seen.add(statePath(stateOf(instance)))
    t.end()
  })
}
t.test('the walks reach every state', (t) => {
  t.same([...seen].sort(), STATES.filter((state) => state !== 'new' && state !== 'open').sort())
  t.end()
})

t.test('a category tree of three levels', (t) => {
  for (const { path, tier, kind, referral } of categories) {
    const parts = path.split('.')
    const leaf = parts.length === 3
    t.equal(parts.length === 1 || isCategory(parts.slice(0, -1).join('.')), true, path)
    t.same(
      [tier, kind, referral].map((one) => one !== undefined),
      [leaf, leaf, leaf],
      path,
    )
  }
  t.ok(isCategory(UNCLASSIFIED))
  t.end()
})

t.test('texts in both languages for all that a person meets', (t) => {
  const fields = new Set<string>()
  const options = new Set<string>()
  for (const { data } of Object.values(commands)) collect(data, '', { fields, options })
  const policies = [...appeal.policies.values()]
  const clocks = ['suspended', ...policies.flatMap(({ limits }) => Object.keys(limits))]
  const wanted = [
    ...Object.keys(commands).map((name) => `command.${name}`),
    ...Object.values(commands).map(({ records }) => `event.${records}`),
    ...Object.keys(guards).map((name) => `guard.${name}`),
    ...clocks.map((name) => `clock.${name.split('.')[0]}`),
    ...STATES.map((path) => `stage.${residentStage(path)}`),
    ...statesOf(machine.root).map((path) => `state.${path}`),
    ...Role.options.map((role) => `role.${role}`),
    ...fields,
    ...options,
  ]
  t.same(new Set(wanted).difference(new Set(Object.keys(zh))), new Set())
  t.same(Object.keys(en), Object.keys(zh))
  t.equal(
    Object.values({ ...zh, ...en }).every((one) => one.length > 0),
    true,
  )
  t.end()
})

t.test('the README shows the machine as it is', (t) => {
  const readme = readFileSync(new URL('README.md', import.meta.url), 'utf8')
  t.ok(readme.includes(mermaid(machine, commands)))
  t.end()
})

type Found = { fields: Set<string>; options: Set<string> }

/** The fields and choices of a schema, by the names their texts have. */
function collect(schema: unknown, field: string, found: Found): void {
  if (schema instanceof z.ZodObject) {
    for (const [name, inner] of Object.entries(schema.shape)) {
      found.fields.add(`field.${name}`)
      collect(inner, name, found)
    }
  } else if (schema instanceof z.ZodEnum) {
    for (const option of schema.options) found.options.add(`option.${field}.${option}`)
  } else if (schema instanceof z.ZodArray) collect(schema.element, field, found)
  else if (schema instanceof z.ZodOptional) collect(schema.unwrap(), field, found)
}

function statesOf(node: typeof machine.root): string[] {
  return Object.values(node.states).flatMap((state) =>
    state.type === 'history' ? [] : [state.path.join('.'), ...statesOf(state)],
  )
}
