// How a list is sorted when the address does not say. Pure.

const RECORDS = new Set(['person', 'organisation', 'place'])

/** How the list is sorted: what is due first, or the newest where nothing is due. */
export function sortIn(params: URLSearchParams, workflow: string): { sort: string; order: string } {
  const sort = params.get('sort')
  if (sort !== null) return { sort, order: params.get('order') ?? 'asc' }
  if (params.get('ended') === 'false' && !RECORDS.has(workflow)) {
    return { sort: 'dueAt', order: 'asc' }
  }
  return { sort: 'startedAt', order: 'desc' }
}
