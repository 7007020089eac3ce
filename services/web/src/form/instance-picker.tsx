// Chooses another instance by its name or number: a unit, a person, a case, a topic.
import { useQuery } from '@tanstack/react-query'
import { Select } from 'antd'
import type { TFunction } from 'i18next'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Row } from '../answers.ts'
import { lists } from '../api.ts'
import { rowName } from '../row-name.ts'
import type { PickerProps } from './place-picker.tsx'

const MOST = 50

/** The instance's id as value; typing searches. */
export function InstancePicker(props: PickerProps & { workflow: string }) {
  const { workflow, value, onChange, placeholder, label, id } = props
  const { t } = useTranslation()
  const [text, setText] = useState('')
  const rows = useQuery({
    queryKey: ['list', workflow, 'picker', text],
    queryFn: () => lists.rows(workflow, { q: text, ended: false, limit: MOST }),
    placeholderData: (before) => before,
    staleTime: 60_000,
  })
  const options = (rows.data?.rows ?? []).map((row) => ({ value: row.id, label: nameOf(row, t) }))
  return (
    <Select
      {...(id === undefined ? {} : { id })}
      className="picker"
      showSearch
      allowClear
      filterOption={false}
      placeholder={placeholder}
      aria-label={label ?? placeholder}
      value={value ?? null}
      options={options}
      loading={rows.isFetching}
      onSearch={setText}
      onChange={(chosen: string | null) => onChange(chosen ?? undefined)}
    />
  )
}

function nameOf(row: Row, t: TFunction): string {
  const { number } = row
  const name = rowName(row, t)
  return number === null || number === undefined ? name : `${number} ${name}`
}
