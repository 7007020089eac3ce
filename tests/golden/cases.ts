// The plays behind the golden streams, one a file. A play that was recorded is not changed any
// more: another play is added instead.
import { activitiesAndHonours } from './activity-play.ts'
import { dutyAndAccounts } from './duty-play.ts'
import type { Stage } from './stage.ts'

/** A play and the name of its files. */
export type Case = { name: string; withFounding?: true; play: (stage: Stage) => Promise<void> }

const reported = (stage: Stage, flat: number, more: object = {}) =>
  stage.begin(stage.people.gridWorker, 'appeal.report', {
    place: stage.flats[flat] ?? '',
    channel: 'phone',
    category: 'property.service.cleaning',
    text: 'The stairs have not been swept for a week.',
    phone: `1380000000${flat}`,
    name: 'resident',
    ...more,
  })

const measured = (celsius: number) => ({
  rooms: [{ room: 'living room', kind: 'living', areaM2: 14, points: [celsius] }],
  instrument: 'T-0017',
  conditions: { windowsClosedMinutes: 60, installation: 'normal', outdoorC: -3 },
  signedByMeasurer: true,
  signedByUser: true,
})
const answered = { outcome: 'solved', answer: 'Swept today, and put on the weekly plan.' }
const happy = { solved: 'yes', satisfied: 'yes' }
const unhappy = { solved: 'no', satisfied: 'no', note: 'Nobody came.' }

/** A case that is with the property company. */
async function withProperty(stage: Stage, flat: number): Promise<[string, string]> {
  const { people, propertyCompany } = stage
  const appeal = await reported(stage, flat)
  await stage.give(people.gridWorker, 'appeal.verify', appeal)
  const units = [{ unit: propertyCompany, lead: true }]
  const [referral = ''] = await stage.give(people.coordinator, 'appeal.refer', appeal, { units })
  await stage.give(people.property, 'referral.accept', referral)
  return [appeal, referral]
}

/** A topic that two appeals joined, called to a meeting of three owners. */
async function called(stage: Stage, rule: string): Promise<{ topic: string; voters: string[] }> {
  const { people, community, flats } = stage
  await stage.at('2026-03-02T09:00')
  const topic = await stage.begin(people.coordinator, 'deliberation.propose', {
    ...{ title: 'Charging piles by the north gate', place: community, rule },
    requiredParties: ['party-organisation', 'property'],
    category: 'facilities.charging',
  })
  await stage.give(people.coordinator, 'deliberation.accept', topic)
  for (const flat of [0, 1]) {
    const appeal = await reported(stage, flat, { category: 'facilities.charging.piles' })
    await stage.give(people.gridWorker, 'appeal.verify', appeal)
    await stage.give(people.coordinator, 'appeal.deliberate', appeal, { topic })
  }
  const voters: string[] = []
  for (const place of flats) {
    const owner = { kind: 'resident', name: 'owner', place }
    voters.push(await stage.begin(people.coordinator, 'person.register', owner))
  }
  await stage.give(people.coordinator, 'deliberation.schedule', topic, {
    ...{ at: '2026-03-20T11:00:00.000Z', place: 'Activity room' },
    electorate: voters.map((person) => ({ person, areaM2: 86.5 })),
  })
  await stage.at('2026-03-20T19:00')
  await stage.refuse(people.coordinator, 'deliberation.openMeeting', topic)
  for (const party of ['party-organisation', 'property']) {
    await stage.give(people.coordinator, 'deliberation.signIn', topic, { party })
  }
  await stage.give(people.coordinator, 'deliberation.openMeeting', topic)
  await stage.give(people.coordinator, 'deliberation.openVote', topic)
  return { topic, voters }
}

/** Every play, in the order of their files. */
export const cases: readonly Case[] = [
  {
    name: 'registries',
    withFounding: true,
    async play(stage) {
      const { people, building, propertyCompany, flats } = stage
      const { administrator } = people
      await stage.at('2026-02-02T10:00')
      await stage.give(administrator, 'place.rename', building, { name: '3号楼(东)' })
      await stage.give(administrator, 'place.correct', flats[2] ?? '', { areaM2: 92.25 })
      await stage.give(administrator, 'place.end', flats[2] ?? '', { reason: 'merged' })
      const reason = { reason: 'review' }
      await stage.give(administrator, 'organisation.suspend', propertyCompany, reason)
      await stage.give(administrator, 'organisation.resume', propertyCompany)
      const handles = { handles: ['property'] }
      await stage.give(administrator, 'organisation.correct', propertyCompany, handles)
      const described = { kind: 'resident', name: 'resident', place: building }
      const resident = await stage.begin(people.coordinator, 'person.register', described)
      const role = { role: 'volunteer', place: building }
      await stage.give(administrator, 'person.grant', resident, role)
      await stage.give(administrator, 'person.revoke', resident, role)
      await stage.give(administrator, 'person.leave', resident, { reason: 'moved' })
      await stage.give(administrator, 'person.erase', resident)
      const gone = await stage.begin(administrator, 'organisation.register', {
        ...{ kind: 'partner', name: 'Partner shop', handles: [] },
      })
      await stage.give(administrator, 'organisation.end', gone, { reason: 'contract' })
    },
  },
  {
    name: 'solved-on-the-spot',
    async play(stage) {
      const { people } = stage
      await stage.at('2026-04-07T09:00')
      const appeal = await reported(stage, 0)
      await stage.give(people.gridWorker, 'appeal.contact', appeal, { by: 'visit' })
      await stage.give(people.gridWorker, 'appeal.verify', appeal, { note: 'Seen.' })
      await stage.give(people.gridWorker, 'appeal.take', appeal)
      await stage.give(people.gridWorker, 'appeal.solve', appeal, { answer: 'Swept together.' })
      await stage.at('2026-04-08T09:00')
      const good = { ...happy, close: true }
      await stage.give(people.coordinator, 'appeal.followUp', appeal, good)
      await stage.at('2026-04-30T09:00')
    },
  },
  {
    name: 'cold-flat-refund',
    async play(stage) {
      const { people, flats, heatingCompany, propertyCompany } = stage
      await stage.at('2026-12-07T09:00')
      const appeal = await reported(stage, 0, {
        ...{ place: flats[0], category: 'heating.indoor.cold', text: 'It is cold inside.' },
      })
      await stage.give(people.gridWorker, 'appeal.verify', appeal)
      const [heating = '', property = ''] = await stage.give(
        people.coordinator,
        'appeal.refer',
        appeal,
        {
          units: [
            { unit: heatingCompany, lead: true },
            { unit: propertyCompany, lead: false, kind: 'general' },
          ],
        },
      )
      await stage.give(people.heating, 'referral.accept', heating)
      const visit = { at: '2026-12-07T03:00:00.000Z', contacted: 'phone' }
      await stage.give(people.heating, 'referral.appoint', heating, visit)
      await stage.at('2026-12-07T11:00')
      await stage.give(people.heating, 'referral.measure', heating, measured(15.5))
      await stage.at('2026-12-08T09:00')
      const back = { reason: 'notOurDuty', note: 'The heating company’s pipe.' }
      await stage.give(people.property, 'referral.sendBack', property, back)
      await stage.at('2026-12-08T17:00')
      await stage.give(people.heating, 'referral.measure', heating, measured(19))
      await stage.at('2026-12-09T09:00')
      const good = { ...happy, close: true }
      await stage.give(people.coordinator, 'appeal.followUp', appeal, good)
    },
  },
  {
    name: 'clocks-run-out',
    async play(stage) {
      const { people } = stage
      await stage.at('2026-05-06T09:00')
      const [appeal, referral] = await withProperty(stage, 0)
      await stage.at('2026-05-20T09:00')
      await stage.give(people.property, 'referral.answer', referral, answered)
      await stage.refuse(people.coordinator, 'appeal.close', appeal)
      await stage.give(people.coordinator, 'appeal.followUp', appeal, happy)
      await stage.refuse(people.coordinator, 'appeal.close', appeal)
      const finding = { finding: 'responsible', note: 'The unit was late.' }
      await stage.give(people.supervisor, 'appeal.release', appeal, finding)
      await stage.give(people.coordinator, 'appeal.close', appeal)
    },
  },
  {
    name: 'late-entry',
    async play(stage) {
      const { people } = stage
      await stage.at('2026-06-01T09:00')
      const appeal = await reported(stage, 0)
      await stage.give(people.gridWorker, 'appeal.verify', appeal)
      await stage.at('2026-06-02T10:30')
      await stage.giveLate('2026-06-01T15:00', people.gridWorker, 'appeal.contact', appeal)
    },
  },
  {
    name: 'merged-and-closed',
    async play(stage) {
      const { people } = stage
      await stage.at('2026-04-13T09:00')
      const original = await reported(stage, 0)
      const merged = [await reported(stage, 1), await reported(stage, 2)]
      for (const appeal of merged) {
        await stage.give(people.coordinator, 'appeal.merge', appeal, { original })
      }
      await stage.give(people.coordinator, 'appeal.unmerge', merged[1] ?? '')
      await stage.give(people.gridWorker, 'appeal.verify', original)
      await stage.give(people.gridWorker, 'appeal.solve', original, { answer: 'Swept.' })
      const good = { ...happy, close: true }
      await stage.give(people.coordinator, 'appeal.followUp', original, good)
      await stage.at('2026-04-14T09:00')
      const again = { reason: 'It is as dirty as before.' }
      await stage.give(people.coordinator, 'appeal.reopen', original, again)
    },
  },
  {
    name: 'merged-and-succeeded',
    async play(stage) {
      const { people } = stage
      await stage.at('2026-04-13T09:00')
      const original = await reported(stage, 0)
      for (const appeal of [await reported(stage, 1), await reported(stage, 2)]) {
        await stage.give(people.coordinator, 'appeal.merge', appeal, { original })
      }
      await stage.at('2026-04-14T09:00')
      const reason = { reason: 'mistaken' }
      await stage.give(people.coordinator, 'appeal.withdraw', original, reason)
    },
  },
  {
    name: 'deliberation-passes',
    async play(stage) {
      const { people, propertyCompany } = stage
      const { topic, voters } = await called(stage, 'common-parts')
      for (const [n, person] of voters.entries()) {
        const openChoice = n < 2 ? 'yes' : 'abstain'
        const vote = { person, way: 'hand', openChoice }
        await stage.give(people.coordinator, 'deliberation.vote', topic, vote)
      }
      await stage.give(people.coordinator, 'deliberation.closeVote', topic)
      await stage.give(people.coordinator, 'deliberation.count', topic)
      await stage.give(people.coordinator, 'deliberation.publish', topic, {
        resolution: 'Twelve piles are built.',
        units: [{ unit: propertyCompany, lead: true, kind: 'general' }],
        tasks: [{ title: 'Build', due: '2026-05-29T09:00:00.000Z', unit: propertyCompany }],
      })
      await stage.at('2026-03-31T09:00')
      const done = { task: 'task-1', outcome: 'done' }
      await stage.give(people.coordinator, 'deliberation.taskDone', topic, done)
    },
  },
  {
    name: 'deliberation-secret-rejected',
    async play(stage) {
      const { people } = stage
      const { topic, voters } = await called(stage, 'grave')
      for (const [n, person] of voters.entries()) {
        const vote = { person, way: 'paper', choice: n === 0 ? 'yes' : 'nay' }
        await stage.give(people.coordinator, 'deliberation.vote', topic, vote)
      }
      await stage.give(people.coordinator, 'deliberation.closeVote', topic)
      await stage.give(people.coordinator, 'deliberation.count', topic)
    },
  },
  {
    name: 'asked-suspended-extended',
    async play(stage) {
      const { people } = stage
      await stage.at('2026-07-06T09:00')
      const [appeal, referral] = await withProperty(stage, 0)
      const question = { question: 'Which entrance is it?' }
      await stage.give(people.coordinator, 'appeal.askResident', appeal, question)
      await stage.at('2026-07-07T09:00')
      const answer = { answer: 'The second.' }
      await stage.give(people.gridWorker, 'appeal.residentAnswered', appeal, answer)
      const asked = { amount: 3, unit: 'working days', reason: 'parts' }
      await stage.give(people.property, 'referral.askExtension', referral, asked)
      await stage.give(people.coordinator, 'referral.agreeExtension', referral)
      await stage.give(people.coordinator, 'appeal.suspend', appeal, {
        ...{ reason: 'weather', until: '2026-07-13T01:00:00.000Z' },
      })
      await stage.at('2026-07-14T09:00')
      await stage.give(people.property, 'referral.answer', referral, answered)
      const returned = { reason: 'noEvidence' }
      await stage.give(people.coordinator, 'referral.returnAnswer', referral, returned)
      await stage.give(people.property, 'referral.answer', referral, answered)
    },
  },
  {
    name: 'adopted-from-outside',
    async play(stage) {
      const { people, building } = stage
      await stage.at('2026-01-10T08:00')
      const adopt = (key: string) =>
        stage.begin(people.coordinator, 'appeal.adopt', {
          ...{ source: 'nyc311', key, category: 'heat', channel: 'PHONE', place: building },
          ...{ complaint: 'HEAT/HOT WATER', text: 'HEAT/HOT WATER: ENTIRE BUILDING' },
        })
      const system = { id: 'system', grants: [{ role: 'system' as const }] }
      const [first, second] = [await adopt('1'), await adopt('2')]
      await stage.at('2026-01-11T09:18')
      const outcome = { text: 'The landlord restored heat.', meaning: 'restored' }
      await stage.give(system, 'appeal.answerOutside', first, outcome)
      await stage.give(system, 'appeal.archive', first)
      await stage.give(system, 'appeal.merge', second, { external: 'nyc311:1 MAIN STREET' })
    },
  },
  {
    name: 'unhappy-twice',
    async play(stage) {
      const { people, heatingCompany } = stage
      await stage.at('2026-08-03T09:00')
      const [appeal, first] = await withProperty(stage, 0)
      const back = { reason: 'wrongPlace' }
      await stage.give(people.property, 'referral.sendBack', first, back)
      const units = [{ unit: heatingCompany, lead: true }]
      const [second = ''] = await stage.give(people.coordinator, 'appeal.refer', appeal, { units })
      await stage.give(people.heating, 'referral.accept', second)
      await stage.give(people.heating, 'referral.answer', second, answered)
      await stage.give(people.coordinator, 'appeal.followUp', appeal, unhappy)
      const redo = { to: 'referral', note: 'Again, please.' }
      const [third = ''] = await stage.give(people.coordinator, 'appeal.redo', appeal, redo)
      await stage.give(people.heating, 'referral.accept', third)
      await stage.give(people.heating, 'referral.answer', third, answered)
      await stage.give(people.coordinator, 'appeal.followUp', appeal, unhappy)
      await stage.give(people.coordinator, 'appeal.redo', appeal, { to: 'grid' })
      const steward = { steward: people.steward.id }
      await stage.give(people.coordinator, 'appeal.coOwn', appeal, steward)
      await stage.give(people.gridWorker, 'appeal.solve', appeal, { answer: 'Done ourselves.' })
      await stage.give(people.coordinator, 'appeal.followUp', appeal, happy)
      await stage.give(people.supervisor, 'appeal.release', appeal, { finding: 'remedied' })
      await stage.give(people.steward, 'appeal.sign', appeal)
      await stage.give(people.coordinator, 'appeal.sign', appeal)
      await stage.give(people.coordinator, 'appeal.close', appeal)
    },
  },
  {
    name: 'registries-widened',
    async play(stage) {
      const { people, community: place, building } = stage
      const { administrator, coordinator } = people
      await stage.at('2026-02-02T10:00')
      const entrances: string[] = []
      for (const name of ['1单元', '2单元']) {
        const entrance = { kind: 'entrance', name, parent: building }
        entrances.push(await stage.begin(administrator, 'place.register', entrance))
      }
      const [first = '', second = ''] = entrances
      const door = { kind: 'household', name: '501', parent: first, areaM2: 89 }
      const flat = await stage.begin(administrator, 'place.register', door)
      await stage.give(administrator, 'place.move', flat, { parent: second })
      const partner = { kind: 'partner', name: 'Canteen', handles: [], skills: ['cooking'], place }
      const unit = await stage.begin(administrator, 'organisation.register', partner)
      await stage.give(coordinator, 'organisation.ally', unit, { on: '2026-02-01' })
      const hall = { kind: 'resource', name: 'Canteen', offer: 'dining', parent: place, unit }
      const canteen = await stage.begin(administrator, 'place.register', hall)
      const opens = [{ days: [1, 2], from: '11:00', to: '13:00' }]
      await stage.give(coordinator, 'place.announce', canteen, { opens, walkMinutes: 4 })
      const somebody = { kind: 'resident', place, skills: ['mediation'], groups: ['veteran'] }
      const person = await stage.begin(coordinator, 'person.register', { ...somebody, unit })
      const chief = { role: 'building-chief', place: building, until: '2027-02-02T00:00:00.000Z' }
      await stage.give(administrator, 'person.grant', person, chief)
      const contact = { scope: 'shareContact', on: '2026-02-01' }
      await stage.give(coordinator, 'person.consent', person, contact)
      await stage.give(coordinator, 'person.withdrawConsent', person, { scope: 'shareContact' })
      const mediators = { name: 'Mediators', skills: ['mediation', 'legal'], place, unit }
      const team = await stage.begin(coordinator, 'team.form', mediators)
      await stage.give(coordinator, 'team.enlist', team, { person })
      await stage.give(coordinator, 'team.appoint', team, { leader: person })
      const line = { person, day: 1, from: '08:00', to: '10:00', post: 'hall' }
      await stage.give(coordinator, 'team.plan', team, { roster: [line] })
      const term = { from: '2026-02-02T00:00:00.000Z', until: '2028-02-02T00:00:00.000Z' }
      const council = { kind: 'jointMeeting', name: 'Joint meeting', place, term }
      const body = await stage.begin(coordinator, 'body.establish', council)
      const seat = { person, party: 'group-representatives' }
      await stage.give(coordinator, 'body.seat', body, seat)
      await stage.at('2026-03-02T10:00')
      await stage.give(coordinator, 'team.release', team, { person, reason: 'moved' })
      await stage.give(coordinator, 'team.disband', team, { reason: 'idle' })
      await stage.give(coordinator, 'body.unseat', body, { person, reason: 'moved' })
      const next = { from: '2028-02-02T00:00:00.000Z', until: '2030-02-02T00:00:00.000Z' }
      await stage.give(coordinator, 'body.renew', body, { term: next })
      await stage.give(coordinator, 'body.dissolve', body, { reason: 'replaced' })
      await stage.give(coordinator, 'organisation.leaveAlliance', unit)
      await stage.give(administrator, 'place.end', canteen, { reason: 'mistake' })
    },
  },
  { name: 'duty-and-accounts', play: dutyAndAccounts },
  { name: 'activities-and-honours', play: activitiesAndHonours },
]
