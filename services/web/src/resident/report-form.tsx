// A resident reports: where, what, and (if they like) how to be reached. Kept as a draft; sent
// under one key, so that pressing twice reports once.
import { useMutation, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Category, ReportReply } from '../answers.ts'
import { known, resident } from '../api.ts'
import { useDraft } from '../form/draft.ts'
import { PlaceSteps } from './place-steps.tsx'
import { Sent } from './sent.tsx'
import { Trouble } from './trouble.tsx'

type Report = {
  path: string[]
  category: string
  text: string
  name: string
  phone: string
  website: string
}
const EMPTY: Report = { path: [], category: '', text: '', name: '', phone: '', website: '' }
const MOST_LETTERS = 2000

/** `/report` without a session. */
export function ReportForm() {
  const { t } = useTranslation()
  const draft = useDraft('resident', EMPTY)
  const report = { ...EMPTY, ...(draft.data as Partial<Report>) }
  const [sent, setSent] = useState<ReportReply>()
  const set = (part: Partial<Report>) => draft.change({ ...report, ...part })
  const sending = useMutation({
    mutationFn: () => {
      const { path, website, ...rest } = report
      const filled = Object.entries(rest).filter(([, value]) => value.trim() !== '')
      const body = { place: path.at(-1), ...Object.fromEntries(filled), website }
      return resident.report(body, draft.keyFor(report))
    },
    onSuccess: (reply) => {
      draft.forget()
      setSent(reply)
    },
  })
  if (sent !== undefined) return <Sent reply={sent} />
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        sending.mutate()
      }}
    >
      <h1>{t('resident.title')}</h1>
      <fieldset>
        <legend>{t('resident.where')}</legend>
        <PlaceSteps path={report.path} choose={(path) => set({ path })} />
      </fieldset>
      <fieldset>
        <legend>{t('resident.what')}</legend>
        <CategoryField value={report.category} choose={(category) => set({ category })} />
        <label className="field">
          <span>{t('resident.text')}</span>
          <textarea
            required
            rows={5}
            maxLength={MOST_LETTERS}
            value={report.text}
            placeholder={t('resident.textHelp')}
            onChange={(event) => set({ text: event.target.value })}
          />
        </label>
      </fieldset>
      <Contact report={report} set={set} />
      {sending.isError && <Trouble error={sending.error} />}
      <button type="submit" className="main" disabled={sending.isPending}>
        {t('resident.send')}
      </button>
      <p className="small">{t('resident.privacy')}</p>
    </form>
  )
}

function Contact({ report, set }: { report: Report; set: (part: Partial<Report>) => void }) {
  const { t } = useTranslation()
  return (
    <fieldset>
      <legend>
        {t('resident.reach')} <small>{t('resident.optional')}</small>
      </legend>
      <label className="field">
        <span>{t('resident.phone')}</span>
        <input
          type="tel"
          autoComplete="tel"
          value={report.phone}
          onChange={(event) => set({ phone: event.target.value })}
        />
      </label>
      <label className="field">
        <span>{t('resident.name')}</span>
        <input
          autoComplete="name"
          value={report.name}
          onChange={(event) => set({ name: event.target.value })}
        />
      </label>
      <label className="trap" aria-hidden="true">
        {t('resident.website')}
        <input
          tabIndex={-1}
          autoComplete="off"
          value={report.website}
          onChange={(event) => set({ website: event.target.value })}
        />
      </label>
    </fieldset>
  )
}

function CategoryField({ value, choose }: { value: string; choose: (path: string) => void }) {
  const { t } = useTranslation()
  const tree = useQuery({ queryKey: ['categories'], queryFn: known.categories, staleTime: 600_000 })
  return (
    <label className="field">
      <span>
        {t('resident.category')} <small>{t('resident.optional')}</small>
      </span>
      <select value={value} onChange={(event) => choose(event.target.value)}>
        <option value="">{t('resident.unsure')}</option>
        {(tree.data ?? []).map((group) => (
          <optgroup key={group.path} label={group.label}>
            {leavesOf(group).map(({ path, label }) => (
              <option key={path} value={path}>
                {label}
              </option>
            ))}
          </optgroup>
        ))}
      </select>
    </label>
  )
}

function leavesOf(category: Category): Category[] {
  const children = category.children ?? []
  return children.length === 0 ? [category] : children.flatMap(leavesOf)
}
