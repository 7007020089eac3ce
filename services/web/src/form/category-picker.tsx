// Chooses a category from the tree of three levels.
import { useQuery } from '@tanstack/react-query'
import { Cascader } from 'antd'
import type { Category } from '../answers.ts'
import { known } from '../api.ts'
import type { PickerProps } from './place-picker.tsx'

type Option = { value: string; label: string; children?: Option[] }

/** A dotted path as value; `anyLevel` also takes a branch. */
export function CategoryPicker(props: PickerProps & { anyLevel?: boolean }) {
  const { value, onChange, placeholder, label, id, anyLevel = false } = props
  const tree = useQuery({ queryKey: ['categories'], queryFn: known.categories, staleTime: 600_000 })
  const parts = value?.split('.') ?? []
  const path = parts.map((_, depth) => parts.slice(0, depth + 1).join('.'))
  return (
    <Cascader
      {...(id === undefined ? {} : { id })}
      className="picker"
      allowClear
      changeOnSelect={anyLevel}
      showSearch
      placeholder={placeholder}
      aria-label={label ?? placeholder}
      value={path.length === 0 ? [] : path}
      options={(tree.data ?? []).map(optionOf)}
      displayRender={(labels) => labels.at(-1)}
      onChange={(chosen) => onChange(chosen?.at(-1)?.toString())}
    />
  )
}

function optionOf({ path, label, children }: Category): Option {
  return {
    value: path,
    label,
    ...(children === undefined || children.length === 0
      ? {}
      : { children: children.map(optionOf) }),
  }
}
