// A place, one step at a time, with the device's own controls.
import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { known } from '../api.ts'

type StepsProps = { path: readonly string[]; choose: (path: string[]) => void }

/** One select a level; the next appears when there is one. */
export function PlaceSteps({ path, choose }: StepsProps) {
  return [...path, ''].map((_, depth) => (
    <Step
      key={path[depth - 1] ?? 'top'}
      parent={path[depth - 1]}
      value={path[depth] ?? ''}
      required={depth === 0}
      choose={(id) => choose([...path.slice(0, depth), ...(id === '' ? [] : [id])])}
    />
  ))
}

type StepProps = {
  parent: string | undefined
  value: string
  required: boolean
  choose: (id: string) => void
}

function Step({ parent, value, required, choose }: StepProps) {
  const { t } = useTranslation()
  const places = useQuery({
    queryKey: ['places', parent],
    queryFn: () => known.places(parent),
    staleTime: 600_000,
  })
  const all = (places.data ?? []).filter(({ kind }) => kind !== 'grid')
  const kind = all[0]?.kind
  if (kind === undefined) return null
  return (
    <label className="field">
      <span>
        {t(`place.${kind}`)}
        {!required && <small>{t('resident.optional')}</small>}
      </span>
      <select value={value} required={required} onChange={(event) => choose(event.target.value)}>
        <option value="">{t('resident.choose')}</option>
        {all.map(({ id, name }) => (
          <option key={id} value={id}>
            {name}
          </option>
        ))}
      </select>
    </label>
  )
}
