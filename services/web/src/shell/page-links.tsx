// The pages a role may open: links in the bar on a desk, tabs at thumb height on a phone.
import {
  AppstoreOutlined,
  AuditOutlined,
  BarChartOutlined,
  CommentOutlined,
  EnvironmentOutlined,
  NodeIndexOutlined,
  PlusCircleOutlined,
  SendOutlined,
  TeamOutlined,
} from '@ant-design/icons'
import type { ComponentType } from 'react'
import { useTranslation } from 'react-i18next'
import { NavLink } from 'react-router'
import type { Me } from '../answers.ts'
import { useKeep } from '../as-of.ts'
import { addressOf, type Page, pagesOf } from '../signed-in.ts'

const ICONS: Record<Page, ComponentType> = {
  cases: AuditOutlined,
  referrals: SendOutlined,
  deliberations: CommentOutlined,
  dashboard: BarChartOutlined,
  analyst: NodeIndexOutlined,
  people: TeamOutlined,
  units: AppstoreOutlined,
  places: EnvironmentOutlined,
  report: PlusCircleOutlined,
}

/** `bar`: words in the bar. `tabs`: a mark and a word at the lower edge. */
export function PageLinks({ me, place }: { me: Me; place: 'bar' | 'tabs' }) {
  const { t } = useTranslation()
  const keep = useKeep()
  return (
    <nav className={place} aria-label={t(`shell.nav.${place}`)}>
      {pagesOf(me).map((page) => {
        const Icon = ICONS[page]
        return (
          <NavLink key={page} to={keep(addressOf(page))} className="page-link">
            {place === 'tabs' && <Icon aria-hidden />}
            <span>{t(`page.${page}`)}</span>
          </NavLink>
        )
      })}
    </nav>
  )
}
