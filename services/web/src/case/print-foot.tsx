// Only on paper: what was printed and when, and the line to sign on.
import { useEffect, useState } from 'react'
import { flushSync } from 'react-dom'
import { useTranslation } from 'react-i18next'
import type { CaseView } from '../answers.ts'
import { exact } from '../time.ts'

/** Number, revision and date of printing; room for a signature and its date. */
export function PrintFoot({ view }: { view: CaseView }) {
  const { t } = useTranslation()
  const [printedAt, setPrintedAt] = useState(Date.now)
  useEffect(() => {
    const take = () => flushSync(() => setPrintedAt(Date.now()))
    window.addEventListener('beforeprint', take)
    return () => window.removeEventListener('beforeprint', take)
  }, [])
  const moment = exact(new Date(printedAt).toISOString()).slice(0, 16)
  return (
    <footer className="print-foot">
      <p>{t('print.line', { number: view.number ?? view.id, step: view.revision + 1, moment })}</p>
      <p className="signature">
        <span>{t('print.signature')}</span>
        <span>{t('print.date')}</span>
      </p>
    </footer>
  )
}
