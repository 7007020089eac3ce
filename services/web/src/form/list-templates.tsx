// How a list inside a form looks: its name, each entry framed with a quiet button that takes it
// away, and one to add another.
import type { ArrayFieldItemTemplateProps, ArrayFieldTemplateProps } from '@rjsf/utils'
import { Button } from 'antd'
import { useTranslation } from 'react-i18next'

/** Given to the form library in place of its own. */
export const listTemplates = {
  ArrayFieldTemplate: List,
  ArrayFieldItemTemplate: Entry,
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

function Entry({ children, buttonsProps, index }: ArrayFieldItemTemplateProps) {
  const { t } = useTranslation()
  return (
    <div className="form-entry">
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
