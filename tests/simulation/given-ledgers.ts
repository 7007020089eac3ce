// What the simulation says to rosters, accounts, teams and standing bodies.
import type { AccountContext } from '../../workflows/account/ledger.ts'
import type { RosterContext } from '../../workflows/duty/roster.ts'
import { type Draw, type Drawing, inHours, nothing } from './drawing.ts'

const SKILLS = ['mediation', 'patrol'] as const
const someone = ({ voters, pick }: Drawing) => ({ person: pick(voters) })

/** A shift that is not over and somebody on it, of those with a status; where there is one. */
const onShift =
  (...statuses: readonly string[]) =>
  ({ of, now, pick }: Drawing): { shift: string; person: string } | undefined => {
    const context: RosterContext | undefined = of?.snapshot.context
    const all = (context?.shifts ?? [])
      .filter(({ to }) => to > now)
      .flatMap(({ id, duties }) => duties.map((duty) => ({ ...duty, shift: id })))
      .filter(({ status }) => statuses.length === 0 || statuses.includes(status))
    if (all.length === 0) return undefined
    const { shift, person } = pick(all)
    return { shift, person }
  }

function postingOf({ of, pick }: Drawing): string | undefined {
  const context: AccountContext | undefined = of?.snapshot.context
  const entries = context?.entries ?? []
  return entries.length === 0 ? undefined : pick(entries).posting
}

/** By `workflow.command`. */
export const givenLedgers: Readonly<Record<string, Draw>> = {
  'duty.drawUp': ({ neighbourhood, now, pick }) => ({
    ...{ place: neighbourhood.community, group: 'A group', kind: pick(['station', 'service']) },
    ...{ from: inHours(now, 0.1), to: inHours(now, 1_500) },
  }),
  'duty.addShift': ({ neighbourhood, now, of, voters, pick }) => {
    const context: RosterContext | undefined = of?.snapshot.context
    if ((context?.shifts ?? []).filter(({ to }) => to > now).length > pick([0, 2])) return undefined
    const from = pick([0.4, 1, 30])
    return {
      ...{
        place: neighbourhood.estate,
        from: inHours(now, from),
        to: inHours(now, from + pick([2, 23])),
      },
      persons: pick([voters.slice(0, 2), voters.slice(1, 2), voters.slice(-1)]),
    }
  },
  'duty.assign': (drawing) => {
    const { shift } = onShift()(drawing) ?? {}
    return shift === undefined ? undefined : { shift, ...someone(drawing) }
  },
  'duty.unassign': onShift(),
  'duty.publish': nothing,
  'duty.signIn': onShift('booked', 'absent'),
  'duty.signOut': onShift('onDuty'),
  'duty.askSwap': (drawing) => {
    const asked = onShift('booked')(drawing)
    return asked && { ...asked, to: someone(drawing).person }
  },
  'duty.agreeSwap': onShift('booked'),
  'duty.refuseSwap': onShift('booked'),
  'duty.takeIn': (drawing) => {
    const { shift } = onShift()(drawing) ?? {}
    const appeals = drawing.known('appeal')
    if (shift === undefined || appeals.length === 0) return undefined
    return { shift, appeal: drawing.pick(appeals) }
  },
  'duty.close': nothing,
  'duty.cancel': () => ({ reason: 'weather' }),
  'account.spend': ({ neighbourhood, pick }) => ({
    ...{ amount: pick([1, 30]), for: 'meal' },
    ...pick([{}, { to: neighbourhood.propertyCompany }]),
  }),
  'account.exchange': ({ pick }) => ({ classes: pick([1, 1, 2]) }),
  'account.reverse': (drawing) => {
    const posting = postingOf(drawing)
    return posting === undefined ? undefined : { posting, reason: 'notDone' }
  },
  'account.forfeit': () => ({ reason: 'harm' }),
  'account.freeze': () => ({ reason: 'review' }),
  'account.unfreeze': nothing,
  'account.close': () => ({ reason: 'moved' }),
  'account.reopen': nothing,
  'team.form': ({ neighbourhood, pick }) => ({
    ...{ name: 'A team', skills: [pick(SKILLS)], place: neighbourhood.community },
  }),
  'team.correct': ({ pick }) => ({ skills: [pick(SKILLS)] }),
  'team.enlist': someone,
  'team.release': (drawing) => ({ ...someone(drawing), reason: 'request' }),
  'team.appoint': ({ voters, pick }) => ({ leader: pick(voters) }),
  'team.plan': (drawing) => ({
    roster: [{ ...someone(drawing), day: 1, from: '09:00', to: '11:00', post: 'gate' }],
  }),
  'team.disband': () => ({ reason: 'done' }),
  'body.establish': ({ neighbourhood, pick }) => ({
    ...{ kind: pick(['thinkTank', 'council']), name: 'A body', place: neighbourhood.community },
  }),
  'body.correct': () => ({ requiredParties: ['police'] }),
  'body.seat': (drawing) => ({ ...someone(drawing), party: 'residents-representatives' }),
  'body.unseat': (drawing) => ({ ...someone(drawing), reason: 'moved' }),
  'body.renew': ({ now }) => ({ term: { from: inHours(now, 0), until: inHours(now, 9_000) } }),
  'body.dissolve': () => ({ reason: 'done' }),
}
