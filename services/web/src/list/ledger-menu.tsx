// The list as it stands, to file: as CSV, as a spreadsheet, or as a page to print.
import { DownOutlined } from '@ant-design/icons'
import { Button, Dropdown } from 'antd'
import { useTranslation } from 'react-i18next'
import { useSearchParams } from 'react-router'
import { lists } from '../api.ts'
import { useAsOf } from '../as-of.ts'
import { filtersIn } from './list-filters.ts'

const FORMATS = ['csv', 'xlsx', 'html'] as const

/** Links to the ledger of the list's own filters and moment. */
export function LedgerMenu({ workflow }: { workflow: string }) {
  const { t } = useTranslation()
  const [params] = useSearchParams()
  const { asOf } = useAsOf()
  const filters = { ...filtersIn(params), ...asOf }
  return (
    <Dropdown
      trigger={['click']}
      placement="bottomRight"
      menu={{
        items: FORMATS.map((format) => ({
          key: format,
          label: (
            <a
              href={lists.ledger(workflow, { ...filters, format })}
              {...(format === 'html' ? { target: '_blank', rel: 'noreferrer' } : {})}
            >
              {t(`ledger.${format}`)}
            </a>
          ),
        })),
      }}
    >
      <Button aria-haspopup="menu">
        {t('ledger')} <DownOutlined aria-hidden />
      </Button>
    </Dropdown>
  )
}
