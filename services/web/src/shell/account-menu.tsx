// Who is signed in and in which role; language; signing out.
import { DownOutlined } from '@ant-design/icons'
import { useQueryClient } from '@tanstack/react-query'
import { Button, Dropdown } from 'antd'
import { useTranslation } from 'react-i18next'
import { useNavigate } from 'react-router'
import type { Me } from '../answers.ts'
import { session } from '../api.ts'
import { chooseLanguage } from '../language.ts'

/** The role in the bar; the rest in a menu. */
export function AccountMenu({ me }: { me: Me }) {
  const { t, i18n } = useTranslation()
  const queries = useQueryClient()
  const navigate = useNavigate()
  const role = me.roles[0]
  const other = i18n.language === 'en' ? 'zh-CN' : 'en'
  const scope = role?.unitName ?? role?.placeName
  const leave = async () => {
    await session.signOut()
    queries.clear()
    queries.setQueryData(['me'], null)
    await navigate('/sign-in')
  }
  return (
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
          { key: 'language', label: t(`language.${other}`), onClick: () => chooseLanguage(other) },
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
  )
}
