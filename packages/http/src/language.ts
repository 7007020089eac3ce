// The language of an answer, and the texts of workflows in it. A text that is missing is shown as
// its own name: a page with a gap is worse than one with an English word.
import type { Workflow } from '@linli/engine'

/** The languages of linli. */
export type Language = 'zh' | 'en'

/** The language that `Accept-Language` prefers (RFC 9110 §12.5.4); Chinese when it says nothing. */
export function languageOf(header: string | undefined): Language {
  if (header === undefined || header === '') return 'zh'
  let best: Language = 'zh'
  let weight = -1
  for (const range of header.split(',', RANGES_MAX)) {
    const [tag = '', ...parameters] = range.trim().toLowerCase().split(';')
    const language = tag.startsWith('zh') || tag === '*' ? 'zh' : tag.startsWith('en') ? 'en' : ''
    const quality = parameters.find((one) => one.trim().startsWith('q='))
    const q = quality === undefined ? 1 : Number(quality.trim().slice(2))
    if (language !== '' && q > weight) {
      best = language
      weight = q
    }
  }
  return best
}

const RANGES_MAX = 10

/** The first of the keys that the workflow has a text for; otherwise the end of the first key. */
export function textOf(workflow: Workflow, language: Language, ...keys: string[]): string {
  for (const key of keys) {
    const text = workflow.texts[language][key]
    if (text !== undefined) return text
  }
  return keys[0]?.slice(keys[0].lastIndexOf('.') + 1) ?? ''
}

/** A state's name: the whole path, or its deepest part that has one. */
export function stateText(workflow: Workflow, language: Language, path: string): string {
  const parts = path.split('.')
  const keys = parts.map((_, index) => `state.${parts.slice(0, parts.length - index).join('.')}`)
  const [own] = keys
  const last = parts.at(-1) ?? path
  const named = [own ?? '', `state.${last}`, ...keys.slice(1)]
  return textOf(workflow, language, ...named)
}

/** The sentence of an event's type: `appeal.referred` or a core type such as `clock.expired`. */
export function eventText(workflow: Workflow, language: Language, type: string): string {
  const own = type.startsWith(`${workflow.id}.`) ? type.slice(workflow.id.length + 1) : type
  const text = workflow.texts[language][`event.${own}`]
  return text ?? CORE[type]?.[language] ?? own
}

const CORE: Readonly<Record<string, Record<Language, string>>> = {
  'clock.warned': { zh: '时限即将到期', en: 'A limit is about to end' },
  'clock.expired': { zh: '时限已到期', en: 'A limit has ended' },
  'clock.rescheduled': { zh: '时限按新日历重算', en: 'A limit was computed again' },
  'effect.refused': { zh: '对方未接受', en: 'The other side refused' },
  'workflow.migrated': { zh: '已转到新版流程', en: 'Moved to a new version' },
}

/** A role's name. */
export function roleText(language: Language, role: string): string {
  return ROLES[role]?.[language] ?? role
}

const ROLES: Readonly<Record<string, Record<Language, string>>> = {
  resident: { zh: '居民', en: 'Resident' },
  'grid-worker': { zh: '网格员', en: 'Grid worker' },
  'building-chief': { zh: '楼栋长', en: 'Building chief' },
  volunteer: { zh: '志愿者', en: 'Volunteer' },
  'duty-officer': { zh: '值班员', en: 'Duty officer' },
  coordinator: { zh: '社区协调员', en: 'Coordinator' },
  steward: { zh: '物业管家', en: 'Property steward' },
  'unit-handler': { zh: '承办单位经办人', en: 'Unit handler' },
  'council-member': { zh: '议事会成员', en: 'Council member' },
  supervisor: { zh: '督查员', en: 'Supervisor' },
  analyst: { zh: '分析员', en: 'Analyst' },
  administrator: { zh: '管理员', en: 'Administrator' },
  unit: { zh: '承办单位', en: 'Unit in charge' },
  system: { zh: '系统', en: 'System' },
}
