// What a row is called where only one line is left: its title, or what a person is and where.
import type { TFunction } from 'i18next'
import type { Row } from './answers.ts'

/** Never empty. A person has no name in lists: names are personal. */
export function rowName(row: Row, t: TFunction): string {
  const { title, categoryName, extra, place, number, id } = row
  const what = title ?? categoryName
  if (what !== null && what !== undefined) return what
  if (row.workflow === 'appeal') return t('list.unclassified')
  const roles = extra?.roles
  const words = [
    ...(typeof roles === 'string' && roles !== ''
      ? roles.split(/[ ,]+/).map((role) => t(`role.${role}`))
      : []),
    place.at(-1)?.name ?? '',
  ].filter((part) => part !== '')
  return words.length > 0 ? words.join(' ') : (number ?? id.slice(-8))
}
