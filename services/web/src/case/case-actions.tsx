// What can be done now, as verbs. The forms are fetched when one is opened.
import { MoreOutlined } from '@ant-design/icons'
import { Button, Dropdown } from 'antd'
import { lazy, Suspense, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { CaseView, Offer } from '../answers.ts'
import { useWide } from '../width.ts'

const CommandDrawer = lazy(async () => ({
  default: (await import('../form/command-drawer.tsx')).CommandDrawer,
}))

const FIRST = 4
const FIRST_ON_PHONE = 2

/** The likeliest as buttons, the rest behind one. Nothing for a past state. */
export function CaseActions({ view }: { view: CaseView }) {
  const { t } = useTranslation()
  const wide = useWide()
  const [opened, setOpened] = useState<Offer>()
  const offered = [...view.offered].sort((a, b) => rank(a.command) - rank(b.command))
  const most = wide ? FIRST : FIRST_ON_PHONE
  const [first, rest] = [offered.slice(0, most), offered.slice(most)]
  if (offered.length === 0) return null
  return (
    <div className="case-actions">
      {first.map((offer, index) => (
        <Button
          key={offer.command}
          type={index === 0 ? 'primary' : 'default'}
          onClick={() => setOpened(offer)}
        >
          {offer.label}
        </Button>
      ))}
      {rest.length > 0 && (
        <Dropdown
          trigger={['click']}
          menu={{
            items: rest.map((offer) => ({
              key: offer.command,
              label: offer.label,
              onClick: () => setOpened(offer),
            })),
          }}
        >
          <Button icon={<MoreOutlined aria-hidden />}>{t('case.more')}</Button>
        </Dropdown>
      )}
      {opened !== undefined && (
        <Suspense fallback={null}>
          <CommandDrawer
            key={opened.command}
            offer={opened}
            view={view}
            close={() => setOpened(undefined)}
          />
        </Suspense>
      )}
    </div>
  )
}

// What moves a case on comes before what is only written on it; an end comes last.
const ORDER = [
  ['verify', 'accept', 'begin', 'measure', 'appoint', 'answer', 'followUp', 'resume', 'release'],
  ['refer', 'solve', 'close', 'agreeSendBack', 'agreeExtension', 'count', 'schedule', 'accepted'],
  ['contact', 'redo', 'deliberate', 'takeBack', 'sendBack', 'supervise', 'take', 'sign'],
  ['note', 'attach', 'askResident', 'assign', 'classify', 'urge', 'residentAnswered', 'goOn'],
  ['reopen', 'suspend', 'merge', 'coOwn'],
  ['reject', 'withdraw', 'decline', 'cancel', 'end'],
]

function rank(command: string): number {
  const group = ORDER.findIndex((names) => names.includes(command))
  const within = ORDER[group]?.indexOf(command) ?? 0
  return (group < 0 ? 2.5 : group) * 20 + within
}
