// Who is signed in and in which role; one's name and password; language; signing out.
import { DownOutlined } from '@ant-design/icons'
import { useQueryClient } from '@tanstack/react-query'
import { Button, Dropdown } from 'antd'
import { lazy, Suspense, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useNavigate } from 'react-router'
import type { Me } from '../answers.ts'
import { session } from '../api.ts'
import { chooseLanguage } from '../language.ts'
import { holds } from '../signed-in.ts'

const LoginDialog = lazy(async () => ({
  default: (await import('./login-dialog.tsx')).LoginDialog,
}))

/** The role in the bar; the rest in a menu. */
export function AccountMenu({ me }: { me: Me }) {
  const { t, i18n } = useTranslation()
  const queries = useQueryClient()
  const navigate = useNavigate()
  const role = me.roles[0]
  const other = i18n.language === 'en' ? 'zh-CN' : 'en'
  const [naming, setNaming] = useState(false)
  const scope = role?.unitName ?? role?.placeName
  const leave = async () => {
    await session.signOut()
    queries.clear()
    queries.setQueryData(['me'], null)
    await navigate('/sign-in')
  }
  return (
    <>
      <Dropdown
        trigger={['click']}
        placement="bottomRight"
        menu={{
          items: [
            {
              key: 'who',
              type: 'group',
              label: [me.name, ...me.roles.map(({ label }) => label)]
                .filter((part) => part !== undefined && part !== '')
                .join(' · '),
            },
            ...(holds(me, 'coordinator', 'administrator')
              ? [
                  {
                    key: 'effects',
                    label: t('page.effects'),
                    onClick: () => void navigate('/effects'),
                  },
                ]
              : []),
            { key: 'login', label: t('login.set'), onClick: () => setNaming(true) },
            {
              key: 'language',
              label: t(`language.${other}`),
              onClick: () => chooseLanguage(other),
            },
            { key: 'leave', label: t('session.signOut'), onClick: () => void leave() },
          ],
        }}
      >
        <Button type="text" className="account">
          <span className="account-role">{role?.label}</span>
          {scope !== undefined && <span className="account-scope">{scope}</span>}
          <span className="for-readers">{t('session.account')}</span>
          <DownOutlined aria-hidden className="account-arrow" />
        </Button>
      </Dropdown>
      {naming && (
        <Suspense fallback={null}>
          <LoginDialog close={() => setNaming(false)} />
        </Suspense>
      )}
    </>
  )
}
