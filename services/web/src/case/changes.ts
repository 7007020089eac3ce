// What changed between two revisions of a case, in words. Pure; fields without a word are left out.
import type { TFunction } from 'i18next'
import type { CaseView } from '../answers.ts'
import { exact } from '../time.ts'
import { valueWords } from './value-words.ts'

/** One thing that changed; `before` is empty for what is new. */
export type Change = { label: string; before: string; after: string }
type Comparing = {
  before: CaseView
  after: CaseView
  texts: Record<string, string>
  t: TFunction
  now: number
}

/** All changes, the state first. */
export function changesBetween({ before, after, texts, t }: Comparing): Change[] {
  const state = (view: CaseView) => texts[`state.${view.path}`] ?? view.path
  const card = (view: CaseView) =>
    view.card === 'red' || view.card === 'yellow' ? t(`card.${view.card}`) : t('card.none')
  const pairs: [string, string, string][] = [
    [t('column.state'), state(before), state(after)],
    [t('column.card'), card(before), card(after)],
    [t('filter.category'), before.summary.categoryName ?? '', after.summary.categoryName ?? ''],
    [t('filter.unit'), unitsOf(before), unitsOf(after)],
    [t('mark.supervised'), yesNo(before, t), yesNo(after, t)],
    ...clockPairs(before, after, t),
    ...dataPairs(before.data, after.data, texts),
  ]
  return pairs
    .filter(([, was, is]) => was !== is)
    .map(([label, was, is]) => ({ label, before: was, after: is === '' ? '–' : is }))
}

const unitsOf = (view: CaseView): string => view.summary.units.map(({ name }) => name).join(' ')
const yesNo = (view: CaseView, t: TFunction): string => t(view.summary.supervised ? 'yes' : 'no')

function clockPairs(before: CaseView, after: CaseView, t: TFunction): [string, string, string][] {
  const words = (view: CaseView, name: string) => {
    const clock = view.clocks.find(({ clock }) => clock === name)
    if (clock === undefined) return ''
    const due = clock.status === 'stopped' ? '' : ` ${exact(clock.dueAt).slice(0, 16)}`
    return `${t(`clock.is.${clock.status}`)}${due}`
  }
  return after.clocks.map(({ clock, label }) => [label, words(before, clock), words(after, clock)])
}

function dataPairs(
  before: Record<string, unknown>,
  after: Record<string, unknown>,
  texts: Record<string, string>,
): [string, string, string][] {
  const names = Object.keys(after).filter((name) => texts[`field.${name}`] !== undefined)
  return names.map((name) => [
    texts[`field.${name}`] ?? name,
    valueWords(name, before[name], texts) ?? '',
    valueWords(name, after[name], texts) ?? '',
  ])
}
