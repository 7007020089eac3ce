// How a list is sorted when the address does not say. Pure.

/** How the list is sorted: what is due first, or the newest where nothing is due. */
export function sortIn(params: URLSearchParams, record: boolean): { sort: string; order: string } {
  const sort = params.get('sort')
  if (sort !== null) return { sort, order: params.get('order') ?? 'asc' }
  if (params.get('ended') === 'false' && !record) {
    return { sort: 'dueAt', order: 'asc' }
  }
  return { sort: 'startedAt', order: 'desc' }
}
