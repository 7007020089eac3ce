// A form made from the JSON Schema of a command offered: asks only what the command needs, shows
// the error at its field, keeps the draft, and sends it so that trying again is safe.
import { Form } from '@rjsf/antd'
import type { ErrorSchema, RJSFValidationError } from '@rjsf/utils'

import { useMutation, useQueryClient } from '@tanstack/react-query'
import { App, Button } from 'antd'
import type { TFunction } from 'i18next'
import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import type { Offer, Reply } from '../answers.ts'
import { give } from '../api.ts'
import { Problem, pathOf } from '../problem.ts'
import { useVersion } from '../versions.ts'
import { useDraft } from './draft.ts'
import { formSchema, formUi } from './form-shape.ts'
import { listTemplates } from './list-templates.tsx'
import { remember } from './prefill.ts'
import { validator } from './validator.ts'
import { widgets } from './widgets.tsx'

type FormProps = {
  offer: Offer
  workflow: string
  version: number
  target?: { id: string; revision: number }
  prefilled: unknown
  done: (reply: Reply) => void
  /** Hears what stands in the form. */
  changed?: (data: unknown) => void
}

/** Gives the command; `done` is called with the server's reply. */
export function CommandForm(props: FormProps) {
  const { offer, workflow, version, target, prefilled, done, changed } = props
  const { t } = useTranslation()
  const { message } = App.useApp()
  const queries = useQueryClient()
  const texts = useVersion(workflow, version).data?.texts
  const draft = useDraft(`${target?.id ?? workflow}.${offer.command}`, prefilled)
  const shape = useMemo(
    () => ({ schema: formSchema(offer.schema, texts ?? {}), ui: formUi(offer) }),
    [offer, texts],
  )
  const giving = useMutation({
    mutationFn: (data: unknown) =>
      give({
        workflow,
        ...(target === undefined ? {} : { id: target.id }),
        command: offer.command,
        data,
        key: draft.keyFor(data),
      }),
    onSuccess: (reply, data) => {
      draft.forget()
      remember(data)
      void queries.invalidateQueries()
      void message.success(t('form.done', { label: offer.label }))
      done(reply)
    },
  })
  const asks = Object.keys(offer.schema.properties ?? {}).length > 0
  return (
    <Form
      schema={shape.schema}
      uiSchema={shape.ui}
      formData={draft.data}
      validator={validator}
      widgets={widgets}
      formContext={{ target: target?.id }}
      templates={listTemplates}
      experimental_defaultFormStateBehavior={DEFAULTS}
      showErrorList={false}
      noHtml5Validate
      focusOnFirstError
      onError={staysAtField}
      extraErrors={errorsOf(giving.error)}
      transformErrors={(errors) => errors.map((error) => said(error, t))}
      onChange={({ formData }) => {
        draft.change(formData)
        changed?.(formData)
      }}
      onSubmit={({ formData }) => giving.mutate(trimmed(formData))}
    >
      {!asks && <p className="form-plain">{t('form.plain', { label: offer.label })}</p>}
      {giving.isError && <Refused error={giving.error} />}
      <Button type="primary" htmlType="submit" size="large" block loading={giving.isPending}>
        {offer.label}
      </Button>
    </Form>
  )
}

/** A choice is made by a person: the first is not chosen for them. */
const DEFAULTS = {
  constAsDefaults: 'skipOneOf',
  arrayMinItems: { populate: 'requiredOnly' },
} as const

/** Without a listener the form library writes what a person left out to the console. */
const staysAtField = (): void => undefined

function Refused({ error }: { error: unknown }) {
  const { t } = useTranslation()
  if (!(error instanceof Problem)) return <p role="alert">{String(error)}</p>
  const { details } = error
  const words =
    error.status === 0
      ? t('state.offline.kept')
      : (details.guardText ?? details.detail ?? details.title)
  return (
    <p className="form-error" role="alert">
      {words}
    </p>
  )
}

function errorsOf(error: unknown): ErrorSchema {
  const root: ErrorSchema = {}
  if (!(error instanceof Problem)) return root
  for (const issue of error.details.issues ?? []) {
    let at: ErrorSchema & Record<string, ErrorSchema | undefined> = root
    for (const part of pathOf(issue)) {
      const next: ErrorSchema = at[part] ?? {}
      at[part] = next
      at = next
    }
    at.__errors = [...(at.__errors ?? []), issue.message]
  }
  return root
}

const WORDED = new Set([
  'required',
  'minLength',
  'maxLength',
  'minItems',
  'maxItems',
  'minimum',
  'maximum',
  'format',
  'pattern',
  'type',
])

function said(error: RJSFValidationError, t: TFunction): RJSFValidationError {
  const name = error.name ?? ''
  if (!WORDED.has(name)) return { ...error, message: t('form.error.other') }
  const limit: unknown = error.params?.limit
  return { ...error, message: t(`form.error.${name}`, { limit: String(limit ?? '') }) }
}

/** Texts left empty are not sent. */
function trimmed(data: unknown): unknown {
  if (typeof data !== 'object' || data === null || Array.isArray(data)) return data ?? {}
  return Object.fromEntries(
    Object.entries(data).filter(([, value]) => value !== undefined && value !== ''),
  )
}
