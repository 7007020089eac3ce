// The widgets that a command's form adds to those of the form library: pickers for what has a
// name elsewhere, the device's own control for an instant, and a plain tick.
import type { RegistryWidgetsType, WidgetProps } from '@rjsf/utils'
import { useMutation } from '@tanstack/react-query'
import { Checkbox } from 'antd'
import { useTranslation } from 'react-i18next'
import { files } from '../api.ts'
import { exact } from '../time.ts'
import { CategoryPicker } from './category-picker.tsx'
import { InstancePicker } from './instance-picker.tsx'
import { PlacePicker } from './place-picker.tsx'

/** By the names that form-shape.ts gives. */
export const widgets: RegistryWidgetsType = {
  place: PlaceWidget,
  category: CategoryWidget,
  instance: InstanceWidget,
  instant: InstantWidget,
  yes: YesWidget,
  upload: UploadWidget,
}

function usePicking({ id, value, onChange, label }: WidgetProps) {
  const { t } = useTranslation()
  return { id, value: textOf(value), onChange, placeholder: t('resident.choose'), label }
}

function PlaceWidget(props: WidgetProps) {
  return <PlacePicker {...usePicking(props)} />
}

function CategoryWidget(props: WidgetProps) {
  return <CategoryPicker {...usePicking(props)} />
}

function InstanceWidget(props: WidgetProps) {
  const workflow = props.options.workflow
  return (
    <InstancePicker
      {...usePicking(props)}
      workflow={typeof workflow === 'string' ? workflow : 'organisation'}
    />
  )
}

function InstantWidget({ id, value, onChange, required }: WidgetProps) {
  const iso = textOf(value)
  return (
    <input
      id={id}
      className="instant"
      type="datetime-local"
      required={required}
      value={iso === undefined ? '' : exact(iso).slice(0, 16).replace(' ', 'T')}
      onChange={(event) => {
        const text = event.target.value
        onChange(text === '' ? undefined : new Date(text).toISOString())
      }}
    />
  )
}

function YesWidget({ id, value, onChange, label }: WidgetProps) {
  const { t } = useTranslation()
  return (
    <Checkbox id={id} checked={value === true} onChange={(event) => onChange(event.target.checked)}>
      {label === '' ? t('yes') : label}
    </Checkbox>
  )
}

/** The form's context says for which case the file is. */
function UploadWidget({ id, value, onChange, registry }: WidgetProps) {
  const { t } = useTranslation()
  const target: unknown = registry.formContext?.target
  const bringing = useMutation({
    mutationFn: (file: File) => files.bring(String(target), file),
    onSuccess: ({ file }) => onChange(file),
  })
  return (
    <>
      <input
        id={id}
        type="file"
        className="upload"
        accept={files.accept}
        onChange={(event) => {
          const file = event.target.files?.[0]
          if (file !== undefined) bringing.mutate(file)
        }}
      />
      <p className={bringing.isError ? 'field-error' : 'upload-state'} role="status">
        {bringing.isPending && t('file.pending')}
        {bringing.isError && bringing.error.message}
        {!bringing.isPending && textOf(value) !== undefined && t('file.ready')}
      </p>
    </>
  )
}

const textOf = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined
