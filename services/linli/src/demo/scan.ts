import { attempt } from './try.ts'
const all: Record<string, number> = {}
const times = ['2026-02-16T02:00:00Z','2026-02-21T14:30:00Z','2026-02-24T00:10:00Z','2026-07-15T05:00:00Z','2026-10-05T11:00:00Z','2026-10-08T01:00:00Z','2026-11-15T03:00:00Z','2026-11-16T18:00:00Z','2026-11-22T08:40:00Z','2026-12-01T09:00:00Z','2026-12-31T23:00:00Z','2027-01-01T04:00:00Z','2027-02-08T02:00:00Z','2026-03-15T10:00:00Z','2026-03-20T20:00:00Z','2026-05-02T07:00:00Z']
for (let i = 0; i < 30; i++) times.push(new Date(Date.parse('2026-01-03T00:00:00Z') + Math.floor((i * 11.37 + 0.31 * i) * 86400_000)).toISOString())
for (const time of times) {
  try {
    const r = await attempt(Date.parse(time))
    const missing = ['appeal:open.reported','appeal:open.grid','appeal:open.deliberation','appeal:open.referral','appeal:open.followUp','appeal:open.outside','appeal:suspended','appeal:merged','appeal:mergedOutside','appeal:closed','appeal:archived','appeal:rejected','appeal:withdrawn','referral:open.dispatched','referral:open.accepted','referral:open.working.general','referral:open.working.contacting','referral:open.working.appointed','referral:open.working.repairing','referral:open.answered','referral:paused','referral:sentBack','referral:withdrawn','referral:concluded','referral:superseded','deliberation:proposed','deliberation:gathering','deliberation:postponed','deliberation:scheduled.notice','deliberation:scheduled.ready','deliberation:open','deliberation:voting','deliberation:counting','deliberation:notQuorate','deliberation:resolved','deliberation:rejected','deliberation:published.quiet','deliberation:published.disputed','deliberation:carryingOut','deliberation:done','deliberation:declined','deliberation:cancelled','deliberation:dropped','person:left','person:erased','place:ended','organisation:suspended','organisation:ended'].filter((x) => !r.visited.has(x))
    const now = ['appeal:open.reported','appeal:open.grid','appeal:open.deliberation','appeal:open.referral','appeal:open.followUp','appeal:open.outside','appeal:suspended','appeal:merged','appeal:mergedOutside','appeal:closed','appeal:archived','appeal:rejected','appeal:withdrawn'].filter((x) => !r.counts[x])
    console.log(time, Math.round(r.ms), r.events, r.appeals, JSON.stringify(r.cards), 'recent', r.recent, 'late', r.late, 'refused', r.refused.length, r.claimed, 'missing', missing.join(), 'not now', now.join())
    for (const x of r.refused) console.log('   ', x)
  } catch (f) { console.log(time, 'FAILED', (f as Error).message) }
}
