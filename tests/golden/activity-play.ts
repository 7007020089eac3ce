// The play of a project with its activities, and of honours: granted, objected to, revoked.
import type { Stage } from './stage.ts'

/** A project, an activity that is held and one that is not, and two commendations. */
export async function activitiesAndHonours(stage: Stage): Promise<void> {
  const { people, community: place, estate } = stage
  const { coordinator, gridWorker, property } = people
  await stage.at('2026-03-02T09:00')
  const owner = stage.propertyCompany
  const project = await stage.begin(coordinator, 'project.begin', {
    ...{ title: 'Good deeds', place, owner, goals: [{ text: 'Eight events', amount: 8 }] },
    tasks: [{ text: 'Win partner units', owner, dueOn: '2026-03-20' }],
  })
  const members: string[] = []
  for (let n = 0; n < 3; n += 1) {
    members.push(await stage.begin(coordinator, 'person.register', { kind: 'resident', place }))
  }
  const [first = '', second = '', third = ''] = members
  const times = { startsAt: '2026-03-09T01:00:00.000Z', endsAt: '2026-03-13T10:00:00.000Z' }
  const planned = { kind: 'sewing', title: 'Scarves', place: estate, project, ...times }
  const goal = { what: 'scarf', amount: 25 }
  const week = await stage.begin(gridWorker, 'activity.plan', { ...planned, goal, capacity: 2 })
  await stage.give(gridWorker, 'activity.openRegistration', week)
  await stage.give(gridWorker, 'activity.register', week, { person: first })
  await stage.give(gridWorker, 'activity.register', week, { person: second })
  await stage.refuse(gridWorker, 'activity.register', week, { person: third })
  await stage.give(gridWorker, 'activity.leave', week, { person: second })
  await stage.give(gridWorker, 'activity.change', week, { venue: 'Sewing room' })
  const shift = { from: '2026-03-09T01:00:00.000Z', to: '2026-03-09T04:00:00.000Z', needed: 2 }
  await stage.give(gridWorker, 'activity.addShift', week, shift)
  await stage.give(gridWorker, 'activity.roster', week, { shift: 'shift-1', people: [first] })
  await stage.at('2026-03-09T09:30')
  await stage.give(gridWorker, 'activity.begin', week)
  const came = { shift: 'shift-1', people: [first, third], others: { times: 5, people: 4 } }
  await stage.give(gridWorker, 'activity.signIn', week, came)
  await stage.give(gridWorker, 'activity.strike', week, { shift: 'shift-1', person: third })
  await stage.give(gridWorker, 'activity.produce', week, { amount: 28, shift: 'shift-1' })
  const off = await stage.begin(coordinator, 'activity.plan', { ...planned, kind: 'clinic' })
  await stage.give(coordinator, 'activity.cancel', off, { reason: 'weather' })
  await stage.at('2026-03-13T18:00')
  const done = { beneficiaries: 28, result: 'All given to the nursing home' }
  await stage.give(gridWorker, 'activity.finish', week, done)
  await stage.give(property, 'project.report', project, { percent: 60, note: 'One unit is won' })
  await stage.at('2026-03-23T09:00')
  await stage.give(property, 'project.finishTask', project, { task: 'task-1', outcome: 'done' })
  const result = { reached: 'partly', result: 'One event was held' }
  await stage.give(coordinator, 'project.finish', project, result)
  await honours(stage, first)
}

async function honours(stage: Stage, nominee: string): Promise<void> {
  const { coordinator, gridWorker } = stage.people
  const about = { kind: 'volunteer', honour: 'Volunteer of the year', place: stage.estate }
  const proposed = { ...about, nominee, basis: 'Made nine scarves', shownAs: 'a neighbour' }
  const propose = () => stage.begin(gridWorker, 'commendation.propose', proposed)
  const [granted, upheld] = [await propose(), await propose()]
  for (const one of [granted, upheld]) {
    await stage.give(coordinator, 'commendation.announce', one)
    await stage.give(gridWorker, 'commendation.object', one, { reason: 'It was a team' })
  }
  const settle = (one: string, finding: string) =>
    stage.give(coordinator, 'commendation.settle', one, { objection: 'objection-1', finding })
  await settle(upheld, 'upheld')
  await stage.at('2026-04-01T09:00')
  await stage.refuse(coordinator, 'commendation.grant', granted)
  await settle(granted, 'dismissed')
  await stage.give(coordinator, 'commendation.grant', granted)
  await stage.at('2026-05-01T09:00')
  await stage.give(coordinator, 'commendation.revoke', granted, { reason: 'ownWish' })
}
