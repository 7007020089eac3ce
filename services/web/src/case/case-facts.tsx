// Beside the history: what the case is about, who it concerns, what it is linked with.
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import type { CaseView, PersonalField } from '../answers.ts'
import { useAsOf, useKeep } from '../as-of.ts'
import { holds, useMe } from '../signed-in.ts'
import { exact } from '../time.ts'
import { ClockChip } from './clock-chip.tsx'
import { Openings } from './openings.tsx'
import { SignInLink } from './sign-in-link.tsx'
import { valueWords } from './value-words.ts'

type FactsProps = { view: CaseView; texts: Record<string, string>; now: number }

/** Personal fields, links, facts, and the clocks that have stopped. */
export function CaseFacts({ view, texts, now }: FactsProps) {
  const { t } = useTranslation()
  const me = useMe()
  const { past } = useAsOf()
  const stopped = view.clocks.filter(({ status }) => status === 'stopped')
  return (
    <aside className="case-facts">
      {view.workflow === 'person' && holds(me.data, 'administrator') && !past && !view.ended && (
        <SignInLink person={view.id} />
      )}
      <Personal view={view} />
      <Links view={view} />
      <section aria-labelledby="facts">
        <h2 id="facts">{t('case.facts')}</h2>
        <dl>
          {factsOf(view, texts, t).map(([label, value]) => (
            <div key={label}>
              <dt>{label}</dt>
              <dd>{value}</dd>
            </div>
          ))}
        </dl>
      </section>
      {stopped.length > 0 && (
        <details>
          <summary>{t('case.stoppedClocks', { count: stopped.length })}</summary>
          <ul className="clock-chips">
            {stopped.map((clock) => (
              <ClockChip key={`${clock.clock}${clock.round}`} clock={clock} now={now} />
            ))}
          </ul>
        </details>
      )}
      {holds(me.data, 'supervisor') && <Openings id={view.id} />}
    </aside>
  )
}

function Personal({ view }: { view: CaseView }) {
  const { t } = useTranslation()
  const fields = newestOf(view.personal)
  if (fields.length === 0) return null
  const opened = view.personal.some(({ text }) => text !== null)
  return (
    <section className="personal" aria-labelledby="personal">
      <h2 id="personal">{t('case.personal')}</h2>
      <dl>
        {fields.map(({ field, label, revision, text }) => (
          <div key={`${revision}${field}`}>
            <dt>{label}</dt>
            <dd>{text ?? <span className="sealed">{t('case.sealed')}</span>}</dd>
          </div>
        ))}
      </dl>
      {opened && <p className="personal-note">{t('case.looked')}</p>}
    </section>
  )
}

/** What was said at the beginning, each in its newest wording; the rest stands in the history. */
function newestOf(personal: readonly PersonalField[]): PersonalField[] {
  const newest = new Map<string, PersonalField>()
  for (const one of personal) {
    if (one.revision === 0 || newest.has(one.field)) newest.set(one.field, one)
  }
  return [...newest.values()]
}

function Links({ view }: { view: CaseView }) {
  const { t } = useTranslation()
  const keep = useKeep()
  const { links } = view.summary
  if (links.length === 0) return null
  return (
    <section aria-labelledby="links">
      <h2 id="links">{t('case.links')}</h2>
      <ul className="links">
        {links.map(({ rel, id, number, title, workflow, stateLabel, workflowLabel }) => (
          <li key={`${rel}${id}`}>
            <span className="link-rel">
              {t(`rel.${rel}`, { defaultValue: workflowLabel ?? rel })}
            </span>
            <Link to={keep(`/cases/${id}`)}>{number ?? title ?? t('case.open')}</Link>
            {number !== undefined && title !== undefined && <span>{title}</span>}
            {title === undefined && workflow === 'appeal' && <span>{t('list.unclassified')}</span>}
            {stateLabel !== undefined && <span className="link-state">{stateLabel}</span>}
          </li>
        ))}
      </ul>
    </section>
  )
}

function factsOf(
  view: CaseView,
  texts: Record<string, string>,
  t: (key: string) => string,
): [string, string][] {
  const { summary } = view
  const facts: [string, string | null | undefined][] = [
    [t('filter.category'), summary.categoryName],
    [t('column.place'), summary.place.map(({ name }) => name).join(' › ')],
    [t('filter.unit'), summary.units.map(({ name }) => name).join(t('list.comma'))],
    [t('column.started'), exact(view.startedAt).slice(0, 16)],
    [t('case.entered'), exact(view.enteredAt).slice(0, 16)],
    ...Object.entries(view.data).map(([name, value]): [string, string | undefined] => [
      texts[`field.${name}`] ?? '',
      valueWords(name, value, texts),
    ]),
    [t('case.policy'), `${view.policy} · ${view.workflow}@${view.version}`],
  ]
  const seen = new Set<string>()
  return facts.flatMap(([label, value]): [string, string][] => {
    if (label === '' || value === null || value === undefined || value === '' || seen.has(label)) {
      return []
    }
    seen.add(label)
    return [[label, value]]
  })
}
