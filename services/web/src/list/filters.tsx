// The filters of a list: one quiet row on a desk, folded behind a button on a phone.
import { FilterOutlined, SearchOutlined } from '@ant-design/icons'
import { Button, Input, Segmented, Select } from 'antd'
import { useEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { CategoryPicker } from '../form/category-picker.tsx'
import { InstancePicker } from '../form/instance-picker.tsx'
import { PlacePicker } from '../form/place-picker.tsx'
import { useWide } from '../width.ts'
import { useFilters } from './list-filters.ts'
import { useStates } from './states.ts'

const CALM_MS = 300

/** All filters of a workflow's list. */
export function Filters({ workflow, record }: { workflow: string; record: boolean }) {
  const { t } = useTranslation()
  const wide = useWide()
  const [open, setOpen] = useState(false)
  const { get, set, any, clear } = useFilters()
  const shown = wide || open
  return (
    <search className="filters">
      <div className="filter-line">
        <SearchBox key={workflow} />
        {!record && (
          <Segmented
            aria-label={t('filter.ended')}
            value={get('ended') ?? 'all'}
            onChange={(value) => set('ended', value === 'all' ? undefined : value)}
            options={[
              { value: 'false', label: t('filter.ended.false') },
              { value: 'true', label: t('filter.ended.true') },
              { value: 'all', label: t('filter.ended.all') },
            ]}
          />
        )}
        {!wide && (
          <Button
            icon={<FilterOutlined aria-hidden />}
            aria-expanded={open}
            onClick={() => setOpen(!open)}
          >
            {t('filter.more')}
          </Button>
        )}
        {wide && any && (
          <Button type="link" onClick={clear}>
            {t('list.clear')}
          </Button>
        )}
      </div>
      {shown && <Choices workflow={workflow} record={record} />}
    </search>
  )
}

function Choices({ workflow, record }: { workflow: string; record: boolean }) {
  const { t } = useTranslation()
  const { get, states, set } = useFilters()
  const options = useStates(workflow)
  return (
    <div className="filter-line">
      <Select
        className="filter-wide"
        mode="multiple"
        allowClear
        maxTagCount="responsive"
        placeholder={t('filter.state')}
        aria-label={t('filter.state')}
        value={states}
        onChange={(value: string[]) => set('state', value)}
        options={options}
        optionFilterProp="label"
      />
      {workflow !== 'person' && workflow !== 'organisation' && (
        <PlacePicker
          value={get('place')}
          onChange={(value) => set('place', value)}
          placeholder={t('filter.place')}
        />
      )}
      {(workflow === 'appeal' || workflow === 'referral') && (
        <>
          <CategoryPicker
            value={get('category')}
            onChange={(value) => set('category', value)}
            placeholder={t('filter.category')}
            anyLevel
          />
          <InstancePicker
            workflow="organisation"
            value={get('unit')}
            onChange={(value) => set('unit', value)}
            placeholder={t('filter.unit')}
          />
        </>
      )}
      {!record && <Toggles />}
    </div>
  )
}

function Toggles() {
  const { t } = useTranslation()
  const { get, set } = useFilters()
  const toggle = (name: 'card' | 'mine' | 'supervised', value: string, label: string) => {
    const on = get(name) === value
    return (
      <button
        key={`${name}${value}`}
        type="button"
        className={`toggle is-${name === 'card' ? value : name}`}
        aria-pressed={on}
        onClick={() => set(name, on ? undefined : value)}
      >
        {label}
      </button>
    )
  }
  return (
    <div className="toggles">
      {toggle('card', 'yellow', t('card.yellow'))}
      {toggle('card', 'red', t('card.red'))}
      {toggle('supervised', 'true', t('mark.supervised'))}
      {toggle('mine', '1', t('filter.mine'))}
    </div>
  )
}

function SearchBox() {
  const { t } = useTranslation()
  const wide = useWide()
  const { get, set } = useFilters()
  const [text, setText] = useState(get('q') ?? '')
  const box = useRef<HTMLInputElement>(null)
  const given = get('q') ?? ''
  useEffect(() => setText(given), [given])
  useEffect(() => {
    if (text === given) return
    const waiting = setTimeout(() => set('q', text.trim()), CALM_MS)
    return () => clearTimeout(waiting)
  }, [text])
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key !== '/' || isTyping(event.target)) return
      event.preventDefault()
      box.current?.focus()
    }
    window.addEventListener('keydown', onKey)
    return () => window.removeEventListener('keydown', onKey)
  }, [])
  return (
    <Input
      className="search"
      type="search"
      prefix={<SearchOutlined aria-hidden />}
      placeholder={t(wide ? 'filter.qKey' : 'filter.q')}
      aria-label={t('filter.q')}
      value={text}
      allowClear
      onChange={(event) => setText(event.target.value)}
      ref={(input) => {
        box.current = input?.input ?? null
      }}
    />
  )
}

const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && target.closest('input, textarea, [contenteditable]') !== null
