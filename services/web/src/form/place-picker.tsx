// Chooses a place from large to small: community, estate, building, entrance, household.
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { TreeSelect } from 'antd'
import { useState } from 'react'
import type { Place } from '../answers.ts'
import { cases, known } from '../api.ts'

export type PickerProps = {
  value: string | undefined
  onChange: (value: string | undefined) => void
  placeholder: string
  /** The accessible name, where it is not the placeholder. */
  label?: string
  id?: string
}
type Node = { id: string; pId: string; value: string; title: string; isLeaf: boolean }

/** A place's id as value; branches are fetched when opened. */
export function PlacePicker({ value, onChange, placeholder, label, id }: PickerProps) {
  const queries = useQueryClient()
  const [nodes, setNodes] = useState<Node[]>([])
  const roots = useQuery({ queryKey: ['places'], queryFn: () => known.places(), staleTime: 60_000 })
  const named = usePlaceName(value, nodes)
  const tops = (roots.data ?? []).map((place) => nodeOf(place, ''))
  const fetchBelow = async (parent: string) => {
    const below = await queries.fetchQuery({
      queryKey: ['places', parent],
      queryFn: () => known.places(parent),
      staleTime: 60_000,
    })
    setNodes((before) => [
      ...before.filter(({ pId }) => pId !== parent),
      ...below.map((place) => nodeOf(place, parent)),
    ])
  }
  return (
    <TreeSelect
      {...(id === undefined ? {} : { id })}
      className="picker"
      treeDataSimpleMode
      allowClear
      showSearch
      treeNodeFilterProp="title"
      placeholder={placeholder}
      aria-label={label ?? placeholder}
      value={value ?? null}
      treeData={[...tops, ...nodes, ...named]}
      loadData={(node) => fetchBelow(String(node.value))}
      onChange={(chosen: string | null) => onChange(chosen ?? undefined)}
    />
  )
}

function nodeOf({ id, name, kind }: Place, parent: string): Node {
  return { id, pId: parent, value: id, title: name, isLeaf: kind === 'household' }
}

function usePlaceName(value: string | undefined, nodes: readonly Node[]): Node[] {
  const shown = value === undefined || nodes.some((node) => node.value === value)
  const place = useQuery({
    queryKey: ['case', value, {}],
    queryFn: () => cases.one(value ?? '', {}),
    enabled: !shown,
    staleTime: 600_000,
  })
  if (shown || value === undefined || place.data === undefined) return []
  const title = place.data.title ?? value
  return [{ id: value, pId: '-', value, title, isLeaf: true }]
}
