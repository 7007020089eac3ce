// How groups and lists inside a form look: a name, each entry framed (a single value in one line)
// with a quiet button that takes it away, and one to add another.
import type {
  ArrayFieldItemTemplateProps,
  ArrayFieldTemplateProps,
  ObjectFieldTemplateProps,
} from '@rjsf/utils'
import { Button } from 'antd'
import { useTranslation } from 'react-i18next'

/** Given to the form library in place of its own. */
export const listTemplates = {
  ArrayFieldTemplate: List,
  ArrayFieldItemTemplate: Entry,
  ObjectFieldTemplate: Group,
}

function List({
  items,
  canAdd,
  onAddClick,
  title,
  required,
  fieldPathId,
}: ArrayFieldTemplateProps) {
  const { t } = useTranslation()
  return (
    <fieldset className="form-list" id={fieldPathId.$id}>
      <legend className={required === true ? 'is-required' : ''}>{title}</legend>
      {items}
      {canAdd === true && (
        <Button type="dashed" block onClick={onAddClick}>
          {t(items.length === 0 ? 'form.add' : 'form.addAnother')}
        </Button>
      )}
    </fieldset>
  )
}

function Entry({ children, buttonsProps, index, schema }: ArrayFieldItemTemplateProps) {
  const { t } = useTranslation()
  return (
    <div className={schema.type === 'object' ? 'form-entry' : 'form-entry is-plain'}>
      {children}
      {buttonsProps.hasRemove && (
        <Button
          type="text"
          size="small"
          onClick={buttonsProps.onRemoveItem}
          aria-label={t('form.removeNumber', { number: index + 1 })}
        >
          {t('form.remove')}
        </Button>
      )}
    </div>
  )
}

function Group({ title, properties, fieldPathId }: ObjectFieldTemplateProps) {
  const fields = properties.map(({ name, content }) => <div key={name}>{content}</div>)
  if (title === '' || fieldPathId.path.length === 0) return <>{fields}</>
  return (
    <fieldset className="form-list">
      <legend>{title}</legend>
      <div className="form-entry">{fields}</div>
    </fieldset>
  )
}
