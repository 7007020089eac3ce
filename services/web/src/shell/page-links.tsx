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
import { Link, useLocation } from 'react-router'
import type { Me } from '../answers.ts'
import { useKeep } from '../as-of.ts'
import { workflowOf } from '../identifier.ts'
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

const PAGE_OF: Record<string, Page> = {
  appeal: 'cases',
  referral: 'referrals',
  deliberation: 'deliberations',
  person: 'people',
  organisation: 'units',
  place: 'places',
}

/** The page an address belongs to: a case to the list of its workflow. */
function pageAt(path: string): string {
  const [, page = '', id] = path.split('/')
  return id === undefined ? page : (PAGE_OF[workflowOf(id)] ?? page)
}

/** `bar`: words in the bar. `tabs`: a mark and a word at the lower edge. */
export function PageLinks({ me, place }: { me: Me; place: 'bar' | 'tabs' }) {
  const { t } = useTranslation()
  const keep = useKeep()
  const here = pageAt(useLocation().pathname)
  return (
    <nav className={place} aria-label={t(`shell.nav.${place}`)}>
      {pagesOf(me).map((page) => {
        const Icon = ICONS[page]
        return (
          <Link
            key={page}
            to={keep(addressOf(page))}
            className={page === here ? 'page-link active' : 'page-link'}
            aria-current={page === here ? 'page' : undefined}
          >
            {place === 'tabs' && <Icon aria-hidden />}
            <span>{t(`page.${page}`)}</span>
          </Link>
        )
      })}
    </nav>
  )
}
