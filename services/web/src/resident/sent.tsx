// After a report: its number, and the secret link to keep.
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { ReportReply } from '../answers.ts'

/** The link is shown whole, to be copied or written down. */
export function Sent({ reply }: { reply: ReportReply }) {
  const { t } = useTranslation()
  const [copied, setCopied] = useState(false)
  const address = new URL(reply.link, window.location.origin).href
  const copy = () => void navigator.clipboard.writeText(address).then(() => setCopied(true))
  return (
    <section className="sent">
      <h1>{t('resident.sent')}</h1>
      {reply.number !== null && reply.number !== undefined && (
        <p className="big-number">{reply.number}</p>
      )}
      <p>{t('resident.keepLink')}</p>
      <p className="link-box">{address}</p>
      <p className="buttons">
        <a className="main" href={reply.link}>
          {t('resident.follow')}
        </a>
        <button type="button" className="second" onClick={copy}>
          {t(copied ? 'resident.copied' : 'resident.copy')}
        </button>
      </p>
    </section>
  )
}
