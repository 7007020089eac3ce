// Chooses the moment that every page shows. While one is set the bar is amber and says so: nobody
// may mistake the past for now.
import { HistoryOutlined } from '@ant-design/icons'
import { Button, Popover } from 'antd'
import type { TFunction } from 'i18next'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { type AsOf, useAsOf, useSetAsOf } from '../as-of.ts'
import { exact } from '../time.ts'

/** A quiet button for now; the date itself, in amber, for the past. */
export function AsOfControl() {
  const { t } = useTranslation()
  const { asOf, past, revision } = useAsOf()
  const setAsOf = useSetAsOf()
  const [open, setOpen] = useState(false)
  const words = past ? said(asOf, revision, t) : ''
  const choose = (next: AsOf) => {
    setAsOf(next)
    setOpen(false)
  }
  return (
    <div className="as-of">
      <Popover
        trigger="click"
        placement="bottomRight"
        open={open}
        onOpenChange={setOpen}
        content={<Chooser asOf={asOf} choose={choose} />}
      >
        <Button
          type={past ? 'default' : 'text'}
          icon={<HistoryOutlined aria-hidden />}
          aria-haspopup="dialog"
          aria-expanded={open}
          aria-label={past ? words : t('asOf.choose')}
          className={past ? 'as-of-date' : 'as-of-now'}
        >
          <span className="as-of-words">{past ? words : t('asOf.now')}</span>
        </Button>
      </Popover>
      {past && (
        <Button type="text" className="as-of-back" onClick={() => choose({})}>
          {t('asOf.back')}
        </Button>
      )}
    </div>
  )
}

function Chooser({ asOf, choose }: { asOf: AsOf; choose: (asOf: AsOf) => void }) {
  const { t } = useTranslation()
  const [at, setAt] = useState(local(asOf.at))
  const [known, setKnown] = useState(local(asOf.known))
  const ago = (days: number) =>
    choose({ at: new Date(Date.now() - days * 86_400_000).toISOString() })
  return (
    <form
      className="as-of-chooser"
      onSubmit={(event) => {
        event.preventDefault()
        choose({
          ...(at === '' ? {} : { at: new Date(at).toISOString() }),
          ...(known === '' ? {} : { known: new Date(known).toISOString() }),
        })
      }}
    >
      <p className="as-of-quick">
        {[1, 7, 30].map((days) => (
          <Button key={days} size="small" onClick={() => ago(days)}>
            {t('asOf.daysAgo', { count: days })}
          </Button>
        ))}
      </p>
      <label>
        <span>{t('asOf.at')}</span>
        <input type="datetime-local" value={at} onChange={(event) => setAt(event.target.value)} />
      </label>
      <label>
        <span>{t('asOf.known')}</span>
        <input
          type="datetime-local"
          value={known}
          onChange={(event) => setKnown(event.target.value)}
        />
        <small>{t('asOf.knownHelp')}</small>
      </label>
      <Button type="primary" htmlType="submit" block>
        {t('asOf.show')}
      </Button>
    </form>
  )
}

function said(asOf: AsOf, revision: number | undefined, t: TFunction): string {
  if (revision !== undefined) return t('asOf.isStep', { step: revision + 1 })
  if (asOf.at !== undefined) return t('asOf.isAt', { moment: exact(asOf.at).slice(0, 16) })
  return t('asOf.isKnown', { moment: exact(asOf.known ?? '').slice(0, 16) })
}

function local(iso: string | undefined): string {
  return iso === undefined ? '' : exact(iso).slice(0, 16).replace(' ', 'T')
}
