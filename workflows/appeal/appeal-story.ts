// Stories that the tests of the appeal share: a cold flat at several stages, and what to ask of it.
import { instanceFrom, stateOf, statePath } from '@linli/workflow'
import { given, type Line, type Story, sample } from '@linli/workflow/test-kit'
import type { Context } from './context.ts'
import { appeal } from './workflow.ts'

export const REPORT = {
  place: 'place-household',
  channel: 'link',
  text: 'The bedroom has been cold since the heating season began.',
  category: 'heating.indoor.cold',
} as const
export const PLACE = { path: ['place-community', 'place-building', 'place-household'], areaM2: 88 }
export const TOPIC = instanceFrom('deliberation', 'topic', '')
export const ORIGINAL = instanceFrom('appeal', 'original', '')
export const open = { facts: { original: { open: true, ended: false } } }
export const STEWARD = { role: 'steward', person: 'person-steward' } as const
export const COORDINATOR = { role: 'coordinator', person: 'person-coordinator' } as const
export const HEATING = 'organisation-heating'
export const PROPERTY = 'organisation-property'

export const report = (more: object = {}): Line => [
  'report',
  0,
  sample({ ...REPORT, ...more }, { facts: { place: PLACE } }),
]
export const REFER = { units: [{ unit: HEATING, lead: true }] }
export const BOTH = { units: [...REFER.units, { unit: PROPERTY, lead: false, kind: 'general' }] }

export const instance = (story: Story) => {
  if (story.instance === undefined) throw new Error('nothing has begun')
  return story.instance
}
export const state = (story: Story) => statePath(stateOf(instance(story)))
export const context = (story: Story): Context => instance(story).snapshot.context
export const row = (story: Story) => appeal.summary(instance(story))
export const clocks = (story: Story) => instance(story).clocks
export const effects = (story: Story) => story.events.at(-1)?.effects ?? []
export const tells = (story: Story) =>
  effects(story).flatMap((effect) =>
    effect.kind === 'tell' ? [[effect.instance, effect.command]] : [],
  )
export const referralOf = (story: Story, unit: string) => {
  const found = context(story).referrals.findLast((one) => one.unit === unit)
  return { referral: found?.id ?? '', unit }
}
export const answer = (story: Story, hour: number, unit = HEATING): Line => [
  'referralAnswered',
  hour,
  { ...referralOf(story, unit), lead: unit === HEATING, outcome: 'qualified' },
]
export const grid = () =>
  given(appeal, [report(), ['contact', 1, { by: 'phone' }], ['verify', 2, {}]])
export const cold = () => grid().and(['refer', 3, REFER])
export const answered = () => {
  const story = cold()
  return story.and(answer(story, 30))
}
