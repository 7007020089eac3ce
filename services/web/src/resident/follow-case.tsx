// A resident follows a case: where it stands, the short list of what happened, what they are asked.
import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import type { ResidentCase } from '../answers.ts'
import { resident } from '../api.ts'
import { Problem } from '../problem.ts'
import { exact, when } from '../time.ts'
import { AnswerForms } from './answer-forms.tsx'
import { Trouble } from './trouble.tsx'

/** `/r/<token>` */
export function FollowCase({ token }: { token: string }) {
  const { t } = useTranslation()
  const found = useQuery({
    queryKey: ['followed', token],
    queryFn: () => resident.case(token),
    // The number comes by the read model, a moment after the report.
    refetchInterval: ({ state }) => (state.data?.number ? 60_000 : 1_000),
  })
  if (found.isError) {
    const gone = found.error instanceof Problem && [401, 404, 410].includes(found.error.status)
    if (!gone) return <Trouble error={found.error} />
    return (
      <section>
        <h1>{t('resident.gone')}</h1>
        <p>{t('resident.goneText')}</p>
      </section>
    )
  }
  if (found.data === undefined) return <p className="waiting">{t('state.loading')}</p>
  return <Followed token={token} found={found.data} again={() => void found.refetch()} />
}

type FollowedProps = { token: string; found: ResidentCase; again: () => void }

function Followed({ token, found, again }: FollowedProps) {
  const { t } = useTranslation()
  const now = Date.now()
  const place = (found.place ?? []).slice(-3).map(({ name }) => name)
  return (
    <>
      <p className="case-line">
        <b>{found.number}</b> {place.join(' ')}
      </p>
      <h1 className={found.ended ? 'is-ended' : ''}>{found.stateLabel}</h1>
      <AnswerForms token={token} offers={found.answers} again={again} which="asked" />
      <section>
        <h2>{t('resident.steps')}</h2>
        <ol className="steps">
          {[...found.steps].reverse().map(({ label, at }) => (
            <li key={`${at}${label}`}>
              <b>{label}</b>
              <time dateTime={at} title={exact(at)}>
                {when(at, now, t)}
              </time>
            </li>
          ))}
        </ol>
      </section>
      {found.publicNotes.length > 0 && (
        <section>
          <h2>{t('resident.notes')}</h2>
          {found.publicNotes.map(({ label, at, text }) => (
            <blockquote key={`${at}${label}`}>
              <p>{text ?? t('case.sealed')}</p>
              <footer>
                {label} · <time dateTime={at}>{when(at, now, t)}</time>
              </footer>
            </blockquote>
          ))}
        </section>
      )}
      {found.answers.length > 0 && (
        <section>
          <h2>{t('resident.more')}</h2>
          <AnswerForms token={token} offers={found.answers} again={again} which="other" />
        </section>
      )}
    </>
  )
}
