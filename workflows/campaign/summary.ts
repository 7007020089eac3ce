// The flat row of a campaign, with its coverage. Pure; may not import a store or HTTP.
import { iso, type WorkflowSpec } from '@linli/workflow'
import { type CampaignContext, coverageOf } from './context.ts'

/**
 * A campaign's row: the building, the team, and how many households are how far. Its visits link
 * to it; hundreds of links here would be written anew with each of them.
 */
export const summary: WorkflowSpec<CampaignContext>['summary'] = ({ context, clocks }) => {
  const { place, title, purpose, team, visitors } = context
  const coverage = coverageOf(context)
  const season = clocks.season
  return {
    place,
    units: [],
    persons: visitors,
    title,
    links: team === undefined ? [] : [{ rel: 'team', id: team }],
    extra: {
      ...{ purpose, visitors: visitors.length, ...coverage },
      endsAt: season === undefined ? null : iso(season.dueAt),
    },
    measures: { households: coverage.households, visited: coverage.visited },
  }
}
