// What stands beside a rate on the screen: its name, what it counts, and what is left out and why.
import type { Language } from './language.ts'

/** The words of a rate. */
export type RateText = { label: string; note: string; leftOutWhy: string }

/** The words of a rate in a language; a rate without any is called by its name. */
export function rateText(name: string, language: Language): RateText {
  const [label, note, leftOutWhy] = TEXTS[name]?.[language] ?? [name, '', '']
  return { label, note, leftOutWhy }
}

type Words = readonly [label: string, note: string, leftOutWhy: string]

const TEXTS: Readonly<Record<string, Record<Language, Words>>> = {
  closed: {
    zh: ['结案率', '已结案 ÷ 到期应结案', '尚未到期或没有办理时限的不计入'],
    en: ['Closed', 'closed ÷ due to be closed by now', 'not yet due, or without a handling limit'],
  },
  closedInTime: {
    zh: ['按期结案率', '按期结案 ÷ 到期应结案', '尚未到期或没有办理时限的不计入'],
    en: [
      'Closed in time',
      'closed in time ÷ due to be closed by now',
      'not yet due, or without a handling limit',
    ],
  },
  response: {
    zh: ['响应率', '时限内首次联系 ÷ 应联系', '联系时限未到或在外部办理的不计入'],
    en: [
      'Response',
      'first contact inside the limit ÷ contact due',
      'contact not due yet, or handled outside',
    ],
  },
  solution: {
    zh: ['解决率', '回访答“已解决” ÷ 有效回访', '没有有效回访的不计入'],
    en: ['Solution', 'answered “solved” ÷ valid follow-ups', 'no valid follow-up'],
  },
  satisfaction: {
    zh: ['满意率', '回访答“满意” ÷ 有效回访', '没有有效回访或未问满意与否的不计入'],
    en: [
      'Satisfaction',
      'answered “satisfied” ÷ valid follow-ups',
      'no valid follow-up, or not asked',
    ],
  },
  redo: {
    zh: ['返工率', '返工过 ÷ 派遣过', '没有派遣过的不计入'],
    en: ['Redo', 'redone ÷ referred', 'never referred'],
  },
  sendBack: {
    zh: ['退单率', '被退单 ÷ 派遣过', '没有派遣过的不计入'],
    en: ['Sent back', 'sent back by a unit ÷ referred', 'never referred'],
  },
  evasion: {
    zh: ['推诿率', '退单后又由同一单位办理 ÷ 被退单', '没有被退单的不计入'],
    en: ['Evasion', 'sent back, yet answered by that unit ÷ sent back', 'never sent back'],
  },
}
