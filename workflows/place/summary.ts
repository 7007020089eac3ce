// The flat row of a place. Pure; may not import a store or HTTP.
import type { WorkflowSpec } from '@linli/workflow'
import type { Opening } from './commands.ts'
import type { PlaceContext, PlaceFacts } from './machine.ts'

/** A place's row: its own path, its name as the title, and what others learn of it. */
export const summary: WorkflowSpec<PlaceContext>['summary'] = ({ stream, context }) => {
  const { path, kind, name, areaM2, floors, households, address, ended } = context
  const facts: PlaceFacts = {
    id: stream,
    path: [...path],
    kind,
    name,
    ...(areaM2 === undefined ? {} : { areaM2 }),
    ...(households === undefined ? {} : { households }),
    ...(ended ? { ended } : {}),
  }
  const { use, offer, opens, walkMinutes, unit } = context
  return {
    place: path,
    units: unit === undefined ? [] : [unit],
    persons: [],
    title: name,
    links: (context.buildings ?? []).map((id) => ({ rel: 'building', id })),
    extra: {
      kind,
      areaM2: areaM2 ?? null,
      floors: floors ?? null,
      households: households ?? null,
      address: address ?? null,
      ...(use === undefined ? {} : { use }),
      ...(offer === undefined ? {} : { offer }),
      ...(opens === undefined ? {} : { opens: opens.map(openingText).join('; ') }),
      ...(walkMinutes === undefined ? {} : { walkMinutes }),
    },
    facts,
  }
}

/** As offices write it: `1,2,3,4,5 08:30-17:00`. */
const openingText = ({ days, from, to }: Opening): string => `${days.join(',')} ${from}-${to}`
