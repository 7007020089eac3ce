import { readFileSync } from 'node:fs'
import { type Instance, instanceFrom, mermaid, stateOf, statePath } from '@linli/workflow'
import { assertLively, sample } from '@linli/workflow/test-kit'
import t from 'tap'
import { categories, isCategory, UNCLASSIFIED } from './category.ts'
import { commands } from './commands.ts'
import type { Context } from './context.ts'
import { machine } from './machine.ts'
import { residentStage } from './resident-stage.ts'
import en from './texts.en.json' with { type: 'json' }
import zh from './texts.zh.json' with { type: 'json' }
import { appeal } from './workflow.ts'

const TOPIC = instanceFrom('deliberation', 'topic', '')
const OTHER = instanceFrom('appeal', 'other', '')
const STEWARD = { role: 'steward', person: 'person-steward' } as const
const HOUR_MS = 3_600_000
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
const never = () => []
const report = { place: 'place-1', channel: 'link', text, category: 'heating.indoor.cold' }
const facts = { original: { open: true, ended: false } }

/** One answer for each unit that is waited for or has answered. */
const ofReferrals = (status: string, make: (referral: string, unit: string) => object) =>
  (instance: Instance) =>
    contextOf(instance)
      .referrals.filter((referral) => referral.status === status)
      .map(({ id, unit }) => ({ ...make(id, unit) }))

const samples = {
  report,
  adopt: never,
  answerOutside: { text, meaning: 'repaired' },
  archive: {},
  verify: {},
  classify: { category: UNCLASSIFIED },
  take: {},
  assign: { person: 'person-1' },
  contact: never,
  note: { text, public: false },
  attach: { file: 'a'.repeat(64), kind: 'photo' },
  solve: { answer: text },
  refer: (instance: Instance) =>
    contextOf(instance).referrals.length > 1
      ? []
      : [{ units: [unit('a', true)] }, { units: [unit('a', true), unit('b', false)] }],
  deliberate: { topic: TOPIC },
  takeBack: {},
  stopWork: {},
  penalise: {},
  demolish: {},
  askResident: never,
  residentAnswered: { answer: text },
  goOn: {},
  suspend: never,
  resume: {},
  withdraw: { reason: 'settled' },
  reject: { rule: 'noFacts', reason: text },
  merge: never,
  unmerge: {},
  absorb: never,
  letGo: { appeal: OTHER },
  originalClosed: { original: OTHER },
  succeed: never,
  follow: { original: instanceFrom('appeal', 'third', '') },
  referralAnswered: ofReferrals('out', (referral, unit) => ({
    ...{ referral, unit, lead: true, outcome: 'solved' },
  })),
  referralSentBack: ofReferrals('out', (referral, unit) => ({ referral, unit, reason: 'notOurs' })),
  referralReturned: ofReferrals('answered', (referral, unit) => ({ referral, unit })),
  extend: never,
  deliberationResolved: [
    { deliberation: TOPIC, units: [], resolution: 'done' },
    { deliberation: TOPIC, units: [unit('a', false)], resolution: 'act' },
  ],
  deliberationRejected: { deliberation: TOPIC, outcome: 'rejected' },
  deliberationDone: { deliberation: TOPIC },
  coOwn: never,
  sign: never,
  urge: {},
  supervise: never,
  release: { finding: 'remedied' },
  followUp: [
    { solved: 'yes', satisfied: 'yes' },
    { solved: 'yes', close: true },
    { solved: 'no' },
    { solved: 'noAnswer' },
  ],
  redo: (instance: Instance) =>
    contextOf(instance).round > 1 ? [] : [{ to: 'referral' }, { to: 'grid' }],
  close: [{}, { override: 'absent' }],
  reopen: (instance: Instance) => (contextOf(instance).round > 1 ? [] : [{ reason: text }]),
  'effect.refused': (instance: Instance) => [
    { effect: 'e', command: 'join', instance: TOPIC, code: 'condition-not-met' },
    ...contextOf(instance).referrals.map(({ id }) => ({
      ...{ effect: 'e', command: 'dispatch', instance: id, code: 'not-found' },
    })),
    { effect: 'e', command: 'absorb', instance: OTHER, code: 'condition-not-met' },
  ],
}

const signature = (context: Context) => [
  context.referrals.map(({ status, lead, round }) => [status, lead, round]),
  [context.round, context.deliberation?.outcome, context.closing.how, context.ties],
  [context.marks.asking, context.marks.supervised, context.marks.releasedRound],
  [context.followUp.followedUp, context.followUp.tries, context.counts.unhappy],
  [context.team.stewards, context.team.signatures],
]
const walk = { policy: silent, signature, mostVisits: 40_000 }
const until = (instance: Instance) => new Date(instance.at + 30 * HOUR_MS).toISOString()

t.test('every path of the handling is lively', (t) => {
  const found = assertLively(t, walked, { samples, ...walk })
  console.log(found.visits.length, found.transitions.length)
  const states = new Set(found.visits.map(({ instance }) => statePath(stateOf(instance))))
  t.same([...states].sort(), [])
  t.end()
})
