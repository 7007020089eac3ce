// What the simulation says with each command: data that fit the schema, drawn at random. Commands
// that are not here are not given by the simulation.
import { type Draw, inHours, nothing } from './drawing.ts'
import { givenCare } from './given-care.ts'
import { givenLedgers } from './given-ledgers.ts'

const units: Draw = ({ neighbourhood: { heatingCompany, propertyCompany }, of, pick }) => {
  const [lead, other] = pick([
    [heatingCompany, propertyCompany],
    [propertyCompany, heatingCompany],
  ])
  // An appeal's category can say the kind; a resolution has none.
  const kinds = of?.workflow.id === 'deliberation' ? [] : [undefined]
  const kind = pick(['general', 'heating', ...kinds])
  const units = [{ unit: lead, lead: true, ...(kind === undefined ? {} : { kind }) }]
  return { units: pick([units, [...units, { unit: other, lead: false, kind: 'general' }]]) }
}

const measured: Draw = ({ pick }) => ({
  rooms: [{ room: 'room', kind: 'living', areaM2: 14, points: [pick([13, 15.5, 17, 18, 21])] }],
  instrument: 'T-1',
  conditions: { windowsClosedMinutes: 60, installation: 'normal' },
  signedByMeasurer: true,
  signedByUser: true,
})

const reasonText: Draw = () => ({ reason: 'a reason' })

/** By `workflow.command`. */
export const given: Readonly<Record<string, Draw>> = {
  ...givenCare,
  ...givenLedgers,
  'appeal.verify': nothing,
  'appeal.classify': ({ pick }) => ({ category: pick(CATEGORIES), urgent: pick([true, false]) }),
  'appeal.take': nothing,
  'appeal.contact': () => ({ by: 'phone', note: 'spoken to' }),
  'appeal.note': () => ({ text: 'a note', public: true }),
  'appeal.solve': () => ({ answer: 'done' }),
  'appeal.refer': units,
  'appeal.deliberate': ({ known, pick }) => {
    const topics = known('deliberation')
    return topics.length === 0 ? undefined : { topic: pick(topics) }
  },
  'appeal.takeBack': nothing,
  'appeal.stopWork': nothing,
  'appeal.penalise': nothing,
  'appeal.demolish': nothing,
  'appeal.askResident': () => ({ question: 'which?' }),
  'appeal.residentAnswered': () => ({ answer: 'this' }),
  'appeal.goOn': nothing,
  'appeal.suspend': ({ now, pick }) => ({
    ...{ reason: 'weather', until: inHours(now, pick([5, 50, 500])) },
  }),
  'appeal.resume': nothing,
  'appeal.withdraw': ({ pick }) => pick([undefined, undefined, { reason: 'settled' }]),
  'appeal.reject': ({ pick }) =>
    pick([undefined, undefined, { rule: 'notPublic', reason: 'not public' }]),
  'appeal.merge': ({ known, pick }) => ({ original: pick(known('appeal')) }),
  'appeal.unmerge': nothing,
  'appeal.coOwn': ({ neighbourhood }) => ({ steward: neighbourhood.people.steward.id }),
  'appeal.sign': nothing,
  'appeal.urge': nothing,
  'appeal.supervise': () => ({ reason: 'delay' }),
  'appeal.release': () => ({ finding: 'remedied' }),
  'appeal.followUp': ({ pick }) =>
    pick([
      { solved: 'yes', satisfied: 'yes', close: true },
      { solved: 'yes', satisfied: 'yes' },
      { solved: 'no', satisfied: 'no' },
      { solved: 'noAnswer' },
    ]),
  'appeal.redo': (drawing) => ({ to: 'referral', ...drawing.pick([{}, units(drawing)]) }),
  'appeal.close': ({ pick }) => pick([{}, { override: 'absent' }]),
  'appeal.reopen': reasonText,
  'referral.accept': nothing,
  'referral.begin': nothing,
  'referral.sendBack': () => ({ reason: 'notOurDuty', note: 'theirs' }),
  'referral.agreeSendBack': nothing,
  'referral.urge': nothing,
  'referral.askExtension': ({ pick }) => ({
    ...{ amount: pick([1, 3, 6]), unit: 'working days', reason: 'parts' },
  }),
  'referral.agreeExtension': nothing,
  'referral.refuseExtension': nothing,
  'referral.appoint': ({ now, pick }) => ({ at: inHours(now, pick([1, 4])), contacted: 'phone' }),
  'referral.measure': measured,
  'referral.statutoryTest': (drawing) => ({ tester: 'institute', ...measured(drawing) }),
  'referral.recordRefusal': ({ pick }) => ({ withoutReason: pick([true, false]), note: 'no' }),
  'referral.answer': ({ pick }) => ({
    ...{ outcome: pick(['solved', 'solved', 'unsolved', 'notOurs']), answer: 'answered' },
  }),
  'referral.returnAnswer': () => ({ reason: 'incomplete' }),
  'deliberation.accept': nothing,
  'deliberation.schedule': ({ now, voters }) => ({
    ...{ at: inHours(now, 400), place: 'Activity room' },
    electorate: voters.map((person) => ({ person, areaM2: 86.5 })),
  }),
  'deliberation.waiveNotice': reasonText,
  'deliberation.signIn': ({ pick }) => ({ party: pick(['property', 'police']) }),
  'deliberation.openMeeting': nothing,
  'deliberation.openVote': nothing,
  'deliberation.vote': ({ voters, pick }) => ({
    ...{ person: pick(voters), way: 'hand' },
    ...pick([
      { openChoice: 'yes' },
      { openChoice: 'yes' },
      { openChoice: 'no' },
      { choice: 'yes' },
      { choice: 'nay' },
    ]),
    ...pick([{}, { changes: true }]),
  }),
  'deliberation.delegate': ({ voters, pick }) => ({ person: pick(voters), to: pick(voters) }),
  'deliberation.revokeDelegation': ({ voters, pick }) => ({ person: pick(voters) }),
  'deliberation.closeVote': nothing,
  'deliberation.count': nothing,
  'deliberation.callAgain': ({ now }) => ({ at: inHours(now, 400), place: 'Activity room' }),
  'deliberation.drop': reasonText,
  'deliberation.publish': (drawing) => ({
    ...drawing.pick([{ units: [] }, { ...units(drawing) }]),
    ...{ resolution: 'so be it', tasks: [{ title: 'Build', due: inHours(drawing.now, 300) }] },
  }),
  'deliberation.object': reasonText,
  'deliberation.taskDone': () => ({ task: 'task-1', outcome: 'done' }),
  'deliberation.referTask': ({ neighbourhood }) => ({
    ...{ task: 'task-1', unit: neighbourhood.propertyCompany, category: 'other.other.other' },
  }),
  'deliberation.beginProject': ({ now }) => ({
    ...{ task: 'task-1', tasks: [{ text: 'Plan', dueOn: inHours(now, 200).slice(0, 10) }] },
  }),
  'deliberation.postpone': ({ now }) => ({ until: inHours(now, 100), reason: 'later' }),
  'deliberation.takeUp': nothing,
  'deliberation.decline': ({ pick }) => pick([undefined, undefined, { reason: 'no' }]),
  'deliberation.cancel': ({ pick }) => pick([undefined, undefined, { reason: 'no' }]),
  'project.begin': ({ neighbourhood, now, voters, pick }) => ({
    ...{ title: 'A project', place: neighbourhood.estate, owner: pick(voters) },
    tasks: [{ text: 'Plan', dueOn: inHours(now, pick([5, 200])), owner: pick(voters) }],
  }),
  'project.addTask': ({ now }) => ({ text: 'Build', dueOn: inHours(now, 100) }),
  'project.moveTask': ({ now }) => ({ task: 'task-1', dueOn: inHours(now, 50) }),
  'project.finishTask': ({ pick }) => ({ task: pick(['task-1', 'task-2']), outcome: 'done' }),
  'project.report': ({ pick }) => ({ percent: pick([10, 90]), note: 'a report' }),
  'project.urge': nothing,
  'project.finish': () => ({ reached: 'partly', result: 'as far as it went' }),
  'project.drop': ({ pick }) => pick([undefined, undefined, { reason: 'needGone' }]),
  'activity.plan': ({ neighbourhood, now, known, pick }) => ({
    ...{ kind: pick(['sewing', 'clinic', 'patrol']), title: 'An activity' },
    ...{ place: neighbourhood.estate, goal: { what: 'scarf', amount: 25 } },
    ...{ startsAt: inHours(now, 3), endsAt: inHours(now, 6), capacity: 2 },
    ...pick([{}, ...known('project').map((project) => ({ project }))]),
  }),
  'activity.change': ({ now }) => ({ startsAt: inHours(now, 1), endsAt: inHours(now, 4) }),
  'activity.addShift': ({ now }) => ({ from: inHours(now, 1), to: inHours(now, 4) }),
  'activity.roster': ({ voters, pick }) => ({
    ...{ shift: pick(['shift-1', 'shift-2']), people: [pick(voters)] },
  }),
  'activity.openRegistration': nothing,
  'activity.register': ({ voters, pick }) => ({ person: pick(voters) }),
  'activity.leave': ({ voters, pick }) => ({ person: pick(voters) }),
  'activity.begin': nothing,
  'activity.signIn': ({ voters, pick }) => ({
    ...pick([{}, { shift: 'shift-1' }]),
    ...pick([{ people: [pick(voters)] }, { others: { times: 5, people: 4 } }]),
  }),
  'activity.strike': ({ voters, pick }) => ({ person: pick(voters) }),
  'activity.serve': ({ voters, pick }) => ({
    ...{ person: pick(voters), minutes: pick([40, 120]) },
    ...pick([{}, { shift: 'shift-1' }]),
  }),
  'activity.produce': () => ({ amount: 3 }),
  'activity.finish': () => ({ beneficiaries: 7 }),
  'activity.cancel': ({ pick }) => pick([undefined, undefined, { reason: 'weather' }]),
  'commendation.propose': ({ neighbourhood, voters, pick }) => ({
    ...{ kind: 'neighbour', honour: 'Good neighbour', place: neighbourhood.building },
    ...{ nominee: pick(voters), basis: 'good deeds', shownAs: 'a neighbour' },
  }),
  'commendation.announce': nothing,
  'commendation.object': reasonText,
  'commendation.settle': ({ pick }) => ({
    ...{ objection: 'objection-1', finding: pick(['upheld', 'dismissed']) },
  }),
  'commendation.grant': nothing,
  'commendation.revoke': ({ pick }) => pick([undefined, undefined, { reason: 'ownWish' }]),
}

/** What the simulation begins beside appeals and topics, and of how many that are open at most. */
export const beginnings: readonly { name: string; most: number; by?: 'resident' }[] = [
  { name: 'project.begin', most: 2 },
  { name: 'activity.plan', most: 3 },
  { name: 'commendation.propose', most: 2 },
  { name: 'errand.request', most: 3 },
  { name: 'wish.make', most: 4 },
  { name: 'resource.register', most: 3 },
  { name: 'assistance.match', most: 4 },
  { name: 'mutual-aid.post', most: 6, by: 'resident' },
  { name: 'visit-plan.begin', most: 2 },
  { name: 'visit.plan', most: 4 },
  { name: 'campaign.announce', most: 1 },
  { name: 'mediation.request', most: 3 },
  { name: 'duty.drawUp', most: 2 },
  { name: 'team.form', most: 2 },
  { name: 'body.establish', most: 2 },
]

/** One of each tier. */
export const CATEGORIES = [
  'heating.indoor.cold',
  'property.service.cleaning',
  'facilities.charging.piles',
  'building.illegal.structure',
] as const

/** What is offered nearly always, or ends a story: given now and then only. */
export const rare: ReadonlySet<string> = new Set([
  ...['note', 'urge', 'contact', 'take', 'classify', 'supervise', 'coOwn', 'askResident'].map(
    (name) => `appeal.${name}`,
  ),
  ...['suspend', 'withdraw', 'reject', 'merge', 'stopWork', 'penalise', 'demolish'].map(
    (name) => `appeal.${name}`,
  ),
  ...['urge', 'askExtension', 'recordRefusal'].map((name) => `referral.${name}`),
  ...['postpone', 'decline', 'cancel', 'object', 'delegate', 'revokeDelegation', 'closeVote'].map(
    (name) => `deliberation.${name}`,
  ),
  ...['errand.note', 'errand.take', 'errand.withdraw', 'wish.note', 'wish.decline'],
  ...['wish.withdraw', 'resource.withdraw', 'assistance.note', 'assistance.take'],
  ...['assistance.fail', 'visit.cancel', 'visit-plan.end', 'campaign.close', 'campaign.cancel'],
  ...['withdraw', 'flag', 'report', 'remove', 'takeBack'].map((name) => `mutual-aid.${name}`),
  ...['mediation.fail', 'mediation.withdraw', 'duty.cancel', 'duty.close', 'duty.unassign'],
  ...['freeze', 'close', 'forfeit'].map((name) => `account.${name}`),
  ...['team.release', 'team.correct', 'body.unseat', 'body.correct', 'campaign.dismiss'],
  ...['team.disband', 'body.dissolve', 'activity.cancel', 'project.drop'],
])
