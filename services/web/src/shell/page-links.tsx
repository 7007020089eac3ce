// The pages a role may open: links in the bar on a desk, tabs at thumb height on a phone.
import {
  AppstoreOutlined,
  AuditOutlined,
  BarChartOutlined,
  CommentOutlined,
  EllipsisOutlined,
  EnvironmentOutlined,
  FileTextOutlined,
  NodeIndexOutlined,
  PlusCircleOutlined,
  SendOutlined,
  TeamOutlined,
} from '@ant-design/icons'
import { Dropdown } from 'antd'
import type { ComponentType } from 'react'
import { useTranslation } from 'react-i18next'
import { Link, useLocation } from 'react-router'
import type { Me } from '../answers.ts'
import { useKeep } from '../as-of.ts'
import { workflowOf } from '../identifier.ts'
import { sentence } from '../sentence.ts'
import { addressOf, type Page, pagesOf } from '../signed-in.ts'
import { OWN_PAGE, othersOf, useWorkflows } from '../workflows.ts'

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

/** More links than these do not fit: workflows without a page of their own go behind one. */
const FIT = { bar: 8, tabs: 5 }

type Entry = { path: string; address: string; label: string; Icon: ComponentType }

/** `bar`: words in the bar. `tabs`: a mark and a word at the lower edge. */
export function PageLinks({ me, place }: { me: Me; place: 'bar' | 'tabs' }) {
  const { t } = useTranslation()
  const keep = useKeep()
  const here = pathAt(useLocation().pathname)
  const own = pagesOf(me).map((page) => ({
    path: `/${page}`,
    address: keep(addressOf(page)),
    label: t(`page.${page}`),
    Icon: ICONS[page],
  }))
  const others = othersOf(me, useWorkflows().data ?? []).map(({ id, label }) => ({
    path: `/w/${id}`,
    address: keep(`/w/${id}?ended=false`),
    label: sentence(label),
    Icon: FileTextOutlined,
  }))
  const fit = own.length + others.length <= FIT[place]
  return (
    <nav className={place} aria-label={t(`shell.nav.${place}`)}>
      {[...own, ...(fit ? others : [])].map(({ path, address, label, Icon }) => (
        <Link
          key={path}
          to={address}
          className={path === here ? 'page-link active' : 'page-link'}
          aria-current={path === here ? 'page' : undefined}
        >
          {place === 'tabs' && <Icon aria-hidden />}
          <span>{label}</span>
        </Link>
      ))}
      {!fit && others.length > 0 && <MoreLinks entries={others} here={here} place={place} />}
    </nav>
  )
}

type MoreProps = { entries: Entry[]; here: string; place: 'bar' | 'tabs' }

function MoreLinks({ entries, here, place }: MoreProps) {
  const { t } = useTranslation()
  const active = entries.some(({ path }) => path === here)
  return (
    <Dropdown
      trigger={['click']}
      menu={{
        selectedKeys: [here],
        items: entries.map(({ path, address, label }) => ({
          key: path,
          label: <Link to={address}>{label}</Link>,
        })),
      }}
    >
      <button
        type="button"
        className={active ? 'page-link active' : 'page-link'}
        aria-haspopup="menu"
      >
        {place === 'tabs' && <EllipsisOutlined aria-hidden />}
        <span>{t('page.more')}</span>
      </button>
    </Dropdown>
  )
}

/** The page an address belongs to: a case to the list of its workflow. */
function pathAt(path: string): string {
  const [, page = '', id] = path.split('/')
  if (id === undefined || page === 'w') return path
  const workflow = workflowOf(id)
  return `/${OWN_PAGE[workflow] ?? `w/${workflow}`}`
}
