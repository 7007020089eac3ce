// What a resident may answer or do, each behind its verb; the follow-up stands open.
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { JsonSchema, Offer } from '../answers.ts'
import { files, resident } from '../api.ts'
import { Trouble } from './trouble.tsx'

const ASKED = ['residentAnswered', 'followUp']
const NOT_HERE = new Set(['report'])
const OFFICE_ONLY = new Set(['close', 'public'])

type FormsProps = {
  token: string
  offers: readonly Offer[]
  again: () => void
  /** Questions put to the resident, or everything else they may do. */
  which: 'asked' | 'other'
}

/** Questions stand open, the rest is folded. */
export function AnswerForms({ token, offers, again, which }: FormsProps) {
  const { t } = useTranslation()
  const shown = offers.filter(({ command }) => !NOT_HERE.has(command))
  return shown
    .filter(({ command }) => ASKED.includes(command) === (which === 'asked'))
    .map((offer) =>
      which === 'asked' ? (
        <section key={offer.command} className="asked">
          <h2>{t(`resident.do.${offer.command}`, { defaultValue: offer.label })}</h2>
          <AnswerForm {...{ token, offer, again }} />
        </section>
      ) : (
        <details key={offer.command}>
          <summary>{t(`resident.do.${offer.command}`, { defaultValue: offer.label })}</summary>
          <AnswerForm {...{ token, offer, again }} />
        </details>
      ),
    )
}

function AnswerForm({ token, offer, again }: { token: string; offer: Offer; again: () => void }) {
  const { t } = useTranslation()
  const [data, setData] = useState<Record<string, unknown>>({})
  const sending = useMutation({
    mutationFn: () => resident.give(token, offer.command, complete(offer.schema, data)),
    onSuccess: () => {
      setData({})
      again()
    },
  })
  const required = new Set(offer.schema.required ?? [])
  const fields = Object.entries(offer.schema.properties ?? {}).filter(
    ([name]) => !OFFICE_ONLY.has(name),
  )
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        sending.mutate()
      }}
    >
      {fields.map(([name, schema]) => (
        <AnswerField
          key={name}
          {...{ token, name: `${offer.command}.${name}`, schema, required: required.has(name) }}
          value={data[name]}
          set={(value) => setData({ ...data, [name]: value })}
        />
      ))}
      {sending.isError && <Trouble error={sending.error} />}
      <button type="submit" className="main" disabled={sending.isPending}>
        {t('resident.send')}
      </button>
    </form>
  )
}

type FieldProps = {
  token: string
  name: string
  schema: JsonSchema
  required: boolean
  value: unknown
  set: (value: unknown) => void
}

function AnswerField({ token, name, schema, required, value, set }: FieldProps) {
  const { t } = useTranslation()
  if (name.endsWith('.file')) return <FileField token={token} title={schema.title} set={set} />
  if (schema.oneOf !== undefined) {
    return (
      <fieldset className="choices">
        <legend>{schema.title}</legend>
        {schema.oneOf.filter(isForResidents).map((choice) => (
          <label key={String(choice.const)}>
            <input
              type="radio"
              name={name}
              required={required}
              checked={value === choice.const}
              onChange={() => set(choice.const)}
            />
            {choice.title}
          </label>
        ))}
      </fieldset>
    )
  }
  return (
    <label className="field">
      <span>
        {schema.title} {!required && <small>{t('resident.optional')}</small>}
      </span>
      <textarea
        rows={3}
        required={required}
        maxLength={schema.maxLength ?? 2000}
        value={typeof value === 'string' ? value : ''}
        onChange={(event) => set(event.target.value === '' ? undefined : event.target.value)}
      />
    </label>
  )
}

/** Whoever answers has been reached. */
const isForResidents = (choice: JsonSchema): boolean => choice.const !== 'noAnswer'

type FileProps = { token: string; title: string | undefined; set: (hash: string) => void }

function FileField({ token, title, set }: FileProps) {
  const { t } = useTranslation()
  const bringing = useMutation({
    mutationFn: (file: File) => files.bringByLink(token, file),
    onSuccess: ({ file }) => set(file),
  })
  return (
    <label className="field">
      <span>{title}</span>
      <input
        type="file"
        required
        accept={files.accept}
        onChange={(event) => {
          const file = event.target.files?.[0]
          if (file !== undefined) bringing.mutate(file)
        }}
      />
      {bringing.isPending && <small>{t('file.pending')}</small>}
      {bringing.isSuccess && <small>{t('file.ready')}</small>}
      {bringing.isError && <Trouble error={bringing.error} />}
    </label>
  )
}

/** A resident's note is meant for the office and for themselves: public. */
function complete(schema: JsonSchema, data: Record<string, unknown>): Record<string, unknown> {
  return (schema.required ?? []).includes('public') ? { ...data, public: true } : data
}
