// What the simulation says to cases of help and visits: errands, wishes and what answers them,
// neighbours' offers, visits, plans and campaigns, mediations.

import type { ErrandContext } from '../../workflows/errand/context.ts'
import type { MediationContext } from '../../workflows/mediation/context.ts'
import type { AidContext } from '../../workflows/mutual-aid/context.ts'
import { type Draw, type Drawing, inHours, nothing } from './drawing.ts'

const DATE_LENGTH = 10
const dateIn = (now: number, hours: number) => inHours(now, hours).slice(0, DATE_LENGTH)
/** Something of a workflow that is open, or nothing to give the command with. */
const one = ({ open, pick }: Drawing, workflow: string): string | undefined => {
  const all = open(workflow)
  return all.length === 0 ? undefined : pick(all.slice(-RECENT))
}
const RECENT = 8
const aPlace = ({ neighbourhood: { building, flats }, pick }: Drawing) => pick([building, ...flats])
const NEEDED = ['goods', 'meals'] as const
const GIVEN_PAPERS = ['application', 'identityCard', 'householdBook', 'incomeProof', 'bankCard']
const paper = (kind: string) => ({ kind, count: 1 })
const office: Draw = ({ neighbourhood }) => ({ office: neighbourhood.propertyCompany })

function partiesOf({ of }: Drawing): string[] {
  const context: MediationContext | undefined = of?.snapshot.context
  return (context?.parties ?? []).map(({ id }) => id)
}

/** The papers that the community holds of whoever the errand is for. */
function heldOf({ of }: Drawing): ErrandContext['held'] {
  const context: ErrandContext | undefined = of?.snapshot.context
  return context?.held ?? []
}

/** By `workflow.command`. */
export const givenCare: Readonly<Record<string, Draw>> = {
  'errand.request': (drawing) => ({
    ...{ kind: drawing.pick(['minimumIncome', 'relief']), place: aPlace(drawing) },
    ...{ channel: 'desk', text: 'a request' },
    ...drawing.pick([{}, { resident: drawing.pick(drawing.voters) }, { phone: '13800000004' }]),
  }),
  'errand.consent': ({ pick }) => ({ way: pick(['signature', 'link']), speaker: 'self' }),
  'errand.takePapers': ({ pick }) => ({
    ...{ papers: pick([GIVEN_PAPERS, GIVEN_PAPERS.slice(2)]).map(paper), receipt: 'R-1' },
  }),
  'errand.submit': office,
  'errand.askMore': () => ({ papers: ['medicalBills'] }),
  'errand.decide': (drawing) => ({
    ...drawing.pick([{ outcome: 'granted' }, { outcome: 'refused', reason: 'overTheLimit' }]),
    kept: drawing.pick([[], heldOf(drawing), heldOf(drawing).slice(1), [paper('photo')]]),
  }),
  'errand.returnPapers': (drawing) => {
    const held = heldOf(drawing)
    if (held.length === 0) return undefined
    return { papers: drawing.pick([held, held.slice(0, 1)]), signedBy: 'self' }
  },
  'errand.settle': () => ({ reason: 'notCollected', note: 'a note' }),
  'errand.note': () => ({ text: 'a note' }),
  'errand.take': nothing,
  'errand.withdraw': nothing,
  'wish.make': (drawing) => ({
    ...{ kind: drawing.pick(NEEDED), place: aPlace(drawing), channel: 'chief', text: 'a wish' },
    ...drawing.pick([{}, { resident: drawing.pick(drawing.voters) }]),
  }),
  'wish.note': () => ({ text: 'a note' }),
  'wish.decline': () => ({ reason: 'nothingFound' }),
  'wish.withdraw': nothing,
  'resource.register': ({ neighbourhood, pick }) => ({
    ...{ kind: pick(NEEDED), title: 'A resource', amount: pick([1, 3]), countedIn: 'items' },
    ...{ comesBack: pick([true, false]), place: neighbourhood.community },
    ...pick([{}, { unit: neighbourhood.propertyCompany }]),
  }),
  'resource.topUp': () => ({ amount: 1 }),
  'resource.confirm': nothing,
  'resource.withdraw': ({ pick }) => ({ reason: pick(['gone', 'outOfDate']) }),
  'assistance.match': (drawing) => {
    const [wish, resource] = [one(drawing, 'wish'), one(drawing, 'resource')]
    if (wish === undefined || resource === undefined) return undefined
    const { neighbourhood, pick } = drawing
    return { wish, resource, amount: pick([1, 2]), place: neighbourhood.community }
  },
  'assistance.take': nothing,
  'assistance.note': () => ({ text: 'a note' }),
  'assistance.deliver': nothing,
  'assistance.fail': () => ({ reason: 'notReached' }),
  'assistance.followUp': ({ pick }) => ({
    ...{ satisfied: pick(['yes', 'no', 'noAnswer']), asked: 'phone' },
  }),
  'assistance.answer': ({ pick }) => ({ satisfied: pick(['yes', 'partly', 'no']) }),
  'mutual-aid.post': ({ neighbourhood, now, pick }) => ({
    ...{ side: pick(['offer', 'need']), kind: 'feverMedicine', amount: 2 },
    ...{ countedIn: 'boxes', place: pick(neighbourhood.flats), bestBefore: dateIn(now, 900) },
  }),
  'mutual-aid.propose': (drawing) => {
    const other = one(drawing, 'mutual-aid')
    return other === undefined || other === drawing.of?.stream ? undefined : { other }
  },
  'mutual-aid.agree': () => ({ consent: true, phone: '13800000005', name: 'a neighbour' }),
  'mutual-aid.takeBack': nothing,
  'mutual-aid.decline': nothing,
  'mutual-aid.handOver': ({ of, pick }) => {
    const context: AidContext | undefined = of?.snapshot.context
    return { amount: pick([1, context?.left ?? 1, 3]) || 1 }
  },
  'mutual-aid.report': ({ pick }) => ({ reason: pick(['sells', 'noShow']) }),
  'mutual-aid.withdraw': nothing,
  'mutual-aid.flag': () => ({ reason: 'other' }),
  'mutual-aid.clear': nothing,
  'mutual-aid.remove': nothing,
  'visit-plan.begin': ({ neighbourhood, now, voters, pick }) => ({
    ...{ place: pick(neighbourhood.flats), reason: 'livesAlone', everyDays: pick([1, 3]) },
    firstAt: inHours(now, pick([1, 30])),
    ...pick([{}, { visitor: pick(voters) }, { person: pick(voters) }]),
  }),
  'visit-plan.change': ({ voters, pick }) => pick([{ everyDays: 2 }, { visitor: pick(voters) }]),
  'visit-plan.pause': ({ now, pick }) => ({
    ...{ reason: 'hospital', ...pick([{}, { until: inHours(now, 60) }]) },
  }),
  'visit-plan.resume': nothing,
  'visit-plan.end': () => ({ reason: 'notNeeded' }),
  'visit.plan': ({ neighbourhood, now, voters, pick }) => ({
    ...{ place: pick(neighbourhood.flats), purpose: 'survey', dueAt: inHours(now, pick([1, 40])) },
    ...pick([{}, { visitor: pick(voters) }]),
  }),
  'visit.assign': ({ voters, pick }) => ({ visitor: pick(voters) }),
  'visit.depart': nothing,
  'visit.record': ({ pick }) =>
    pick([
      ...[{ found: 'well', people: 1 }, { found: 'notAtHome' }, { found: 'needs', note: 'a note' }],
      { found: 'needs', appeal: { category: 'heating.indoor.cold', text: 'a report' } },
    ]),
  'visit.raise': () => ({ category: 'heating.indoor.cold', text: 'a report' }),
  'visit.finish': nothing,
  'visit.cancel': () => ({ reason: 'other' }),
  'campaign.announce': ({ neighbourhood: { building, flats }, known, now, voters, pick }) => ({
    ...{ place: building, title: 'A campaign', purpose: pick(['heating', 'survey']) },
    ...{ households: pick([flats, flats.slice(1)]), endsAt: inHours(now, pick([30, 300])) },
    ...pick([{ visitors: [...voters] }, ...known('team').map((team) => ({ team }))]),
  }),
  'campaign.enlist': ({ voters, pick }) => ({ visitors: [pick(voters)] }),
  'campaign.dismiss': ({ voters, pick }) => ({ visitor: pick(voters) }),
  'campaign.begin': nothing,
  'campaign.close': () => ({ reason: 'covered' }),
  'campaign.cancel': () => ({ reason: 'weather' }),
  'mediation.request': (drawing) => ({
    ...{ place: aPlace(drawing), matter: 'noise', text: 'a quarrel' },
    persons: [{ person: drawing.pick(drawing.voters), side: 'complains' }],
    ...drawing.pick([
      { outside: [{ name: 'a market', side: 'answers' }] },
      { units: [{ unit: drawing.neighbourhood.propertyCompany, side: 'answers' }] },
    ]),
  }),
  'mediation.accept': nothing,
  'mediation.arrange': ({ now, pick }) => ({ at: inHours(now, pick([2, 30])), room: 'office' }),
  'mediation.talk': (drawing) => ({
    ...{ at: inHours(drawing.now, -1), attended: partiesOf(drawing), record: 'what was said' },
  }),
  'mediation.agree': (drawing) => ({
    measures: drawing.pick([[20], [20, 60]]).map((hours) => ({
      ...{ kind: 'time', what: 'quiet at night', owner: drawing.pick(partiesOf(drawing)) },
      due: inHours(drawing.now, hours),
    })),
  }),
  'mediation.carryOut': ({ pick }) => ({ measure: pick(['measure-1', 'measure-2']) }),
  'mediation.check': ({ pick }) => ({ kept: pick(['all', 'part', 'none']) }),
  'mediation.fail': () => ({ reason: 'noAgreement', advised: 'court' }),
  'mediation.withdraw': () => ({ reason: 'settled' }),
}
