// The words of a case: those of its workflow, and the names of categories as choices.
import { useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import type { Category } from '../answers.ts'
import { known } from '../api.ts'

/** Texts by key; `option.category.<path>` names a category. */
export function useTexts(texts: Record<string, string> | undefined): Record<string, string> {
  const tree = useQuery({ queryKey: ['categories'], queryFn: known.categories, staleTime: 600_000 })
  return useMemo(
    () => ({ ...texts, ...Object.fromEntries((tree.data ?? []).flatMap(named)) }),
    [texts, tree.data],
  )
}

const named = ({ path, label, children = [] }: Category): [string, string][] => [
  [`option.category.${path}`, label],
  ...children.flatMap(named),
]
