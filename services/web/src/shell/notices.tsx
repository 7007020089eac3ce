// What linli has to tell the person signed in: a bell with a list; each line leads to its case.
import { BellOutlined } from '@ant-design/icons'
import { useQuery } from '@tanstack/react-query'
import { Badge, Button, Popover } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { office } from '../api.ts'
import { exact, when } from '../time.ts'

const SHOWN = 12

/** Nothing where there is nothing to tell. */
export function Notices() {
  const { t } = useTranslation()
  const [open, setOpen] = useState(false)
  const found = useQuery({ queryKey: ['figures', 'notices'], queryFn: office.notices })
  const notices = found.data?.notices ?? []
  if (notices.length === 0) return null
  const fresh = notices.filter(({ read }) => !read).length
  const now = Date.now()
  return (
    <Popover
      trigger="click"
      placement="bottomRight"
      open={open}
      onOpenChange={setOpen}
      content={
        <ul className="notices">
          {notices.slice(0, SHOWN).map(({ id, instance, label, at }) => (
            <li key={id}>
              <Link to={`/cases/${instance}`} onClick={() => setOpen(false)}>
                <span>{label}</span>
                <time dateTime={at} title={exact(at)}>
                  {when(at, now, t)}
                </time>
              </Link>
            </li>
          ))}
        </ul>
      }
    >
      <Button
        type="text"
        aria-label={t('notices.name', { count: fresh })}
        icon={
          <Badge dot={fresh > 0} color="var(--brand)">
            <BellOutlined aria-hidden />
          </Badge>
        }
      />
    </Popover>
  )
}
