import { randomUUIDv7 } from 'node:crypto'
import { readFileSync } from 'node:fs'
import {
  type Effect,
  type Event,
  type Instance,
  isRefusal,
  mermaid,
  step,
  type Workflow,
} from '@linli/workflow'
import {
  assertLively,
  elapsedTime,
  given,
  HOUR_MS,
  STORY_START,
  type Story,
  sample,
} from '@linli/workflow/test-kit'
import fc from 'fast-check'
import t from 'tap'
import { accountOf, issuingAccount, openForService, tellService } from './account-id.ts'
import { commands } from './commands.ts'
import type { AccountContext } from './ledger.ts'
import { machine } from './machine.ts'
import { account } from './workflow.ts'

const COMMUNITY = 'place-01980000-0000-7000-8000-00000000000c'
const CHIEF = 'person-01980000-0000-7000-8000-00000000000a'
const place = [COMMUNITY, 'place-01980000-0000-7000-8000-00000000000d']
const SERVED = { person: CHIEF, place, proof: '', activity: 'mediator', minutes: 60 }
const posting = (n: number) => `0198c000-0000-7000-a000-${String(n).padStart(12, '0')}`
const DAY = 24

const contextOf = ({ instance }: Story): AccountContext => instance?.snapshot.context
const row = ({ instance }: Story) => account.summary(instance as Instance)
const effectsOf = ({ events }: Story): readonly Effect[] => events.at(-1)?.effects ?? []

const opened = (currency: 'points' | 'minutes', kind = 'person', owner = CHIEF) =>
  given(account, [['open', 0, { owner, kind, currency, place }]])
const issuing = (currency: 'points' | 'minutes') => issuingAccount(place, currency)
const incoming = (n: number, amount: number, more: object = {}) => ({
  ...{ posting: posting(n), amount, currency: 'points', kind: 'earning', from: issuing('points') },
  ...more,
})
const minutes = (n: number, amount: number, more: object = {}) =>
  incoming(n, amount, { currency: 'minutes', from: issuing('minutes'), ...more })
const paid = (story: Story) =>
  effectsOf(story).map((effect) =>
    'with' in effect && 'instance' in effect ? [effect.instance, effect.with.amount] : [],
  )

t.test('a service is counted once, claimed from the community and credited', (t) => {
  const points = opened('points')
  t.match(effectsOf(points), [{ kind: 'open', instance: issuing('points') }])
  const did = { proof: 'duty-1:shift-1', activity: 'patrol', minutes: 200 }
  const earned = points.and(['earn', 1, did])
  t.same(paid(earned), [[issuing('points'), 2]], 'claimed, and not yet there')
  t.equal(contextOf(earned).balance, 0)
  t.match(earned.when('earn', 2, did), { refused: 'condition-not-met', guard: 'notYetCounted' })
  const credited = earned.and(['receive', 2, incoming(1, 2)])
  t.match(row(credited).extra, { balance: 2, earned: 2 })
  t.match(credited.when('receive', 3, incoming(1, 2)), { guard: 'notYetReceived' })
  t.match(credited.when('receive', 3, minutes(2, 2)), { guard: 'notYetReceived' })
  const none = points.and(['earn', 1, { ...did, activity: 'unheard-of' }])
  t.same(effectsOf(none), [], 'an activity without points earns none')
  t.end()
})

t.test('one activity counts at most two hours, and hours ever served never fall', (t) => {
  const served = opened('minutes').and(
    ['earn', 1, { proof: 'a', activity: 'service', minutes: 200 }],
    ['receive', 2, minutes(1, 120)],
  )
  t.match(row(served).extra, { balance: 120, earned: 120 })
  const reversed = served.and(['reverse', 3, { posting: posting(1), reason: 'wrongPerson' }])
  t.match(row(reversed).extra, { balance: 0, earned: 120 })
  t.same(paid(reversed), [[issuing('minutes'), 120]])
  t.match(reversed.when('reverse', 4, { posting: posting(1), reason: 'other' }), {
    ...{ refused: 'condition-not-met', guard: 'reversible' },
  })
  t.end()
})

t.test('40 minutes buy 90 minutes of class, once a quarter', (t) => {
  const rich = opened('minutes').and(['receive', 1, minutes(1, 120)])
  const bought = rich.and(['exchange', 3, { classes: 1 }])
  t.match(row(bought).extra, { balance: 80, classMinutes: 90 })
  t.match(row(rich.and(['exchange', 3, { classes: 1 }])).extra, { balance: 80, classMinutes: 90 })
  t.same(paid(bought), [[issuing('minutes'), 40]])
  t.match(bought.when('exchange', 30 * DAY, { classes: 1 }), {
    ...{ refused: 'condition-not-met', guard: 'oncePerQuarter' },
  })
  t.match(rich.when('exchange', 3, { classes: 4 }), { guard: 'enoughMinutes' })
  t.match(opened('points').when('exchange', 3, { classes: 1 }), { guard: 'isMinutes' })
  const nextQuarter = bought.and(['exchange', 60 * DAY, { classes: 2 }])
  t.match(row(nextQuarter).extra, { balance: 0, classMinutes: 270 })
  const own = bought.events.at(-1)?.id ?? ''
  const reverses = { posting: own, kind: 'exchange' }
  const undone = bought.and(['receive', 4, minutes(2, 40, { kind: 'reversal', reverses })])
  t.match(row(undone).extra, { balance: 120, classMinutes: 0 })
  t.match(undone.when('exchange', 5, { classes: 1 }).event, { type: 'account.exchanged' })
  t.end()
})

t.test('what is not spent expires, the oldest first', (t) => {
  const two = opened('points').and(
    ['receive', 1, incoming(1, 10)],
    ['receive', 40 * DAY, incoming(2, 5)],
    ['spend', 41 * DAY, { amount: 4, for: 'meal' }],
  )
  t.same(
    contextOf(two).lots.map(({ amount }) => amount),
    [6, 5],
  )
  t.equal(
    row(two).extra?.expiresAt,
    Date.parse('2028-12-01T00:00:00+08:00'),
    'November 2026 and 24 months',
  )
  const first = two.clock('expired', 'expiry')
  t.same(paid(first), [[issuing('points'), 6]])
  t.equal(contextOf(first).balance, 5)
  const all = two.until(900 * DAY)
  t.match(contextOf(all), { balance: 0, lots: [] })
  t.equal(all.instance?.clocks.expiry?.status, 'stopped')
  t.same(all.replayed()?.snapshot.context, contextOf(all))
  t.end()
})

t.test('refused: too much, too little, frozen; and a debt that the next earning pays', (t) => {
  const ten = opened('points').and(['receive', 1, incoming(1, 10)])
  const spend = { amount: 11, for: 'goods' }
  t.match(ten.when('spend', 2, spend), { refused: 'condition-not-met', guard: 'enoughBalance' })
  const shop = { ...spend, amount: 1, to: 'organisation-1' }
  const closed = sample(shop, { facts: { to: { status: 'ended' } } })
  t.match(ten.when('spend', 2, closed), { guard: 'payeeIsActive' })
  for (const amount of [-1, 0, 1.5]) {
    t.match(ten.when('spend', 2, { ...spend, amount }), { refused: 'invalid' })
    t.match(ten.when('receive', 2, incoming(2, amount)), { refused: 'invalid' })
  }
  const frozen = ten.and(['freeze', 2, { reason: 'review' }])
  t.match(frozen.when('spend', 3, { ...spend, amount: 1 }), { refused: 'not-in-this-state' })
  t.equal(contextOf(frozen.and(['receive', 3, incoming(2, 1)])).balance, 11, 'takes what comes')
  t.match(row(frozen.and(['forfeit', 3, { reason: 'resale' }])).extra, { balance: 0 })
  t.match(ten.when('close', 2, { reason: 'moved' }), { guard: 'isEmpty' })
  const debt = ten.and(
    ['spend', 2, { amount: 8, for: 'goods' }],
    ['reverse', 3, { posting: posting(1), reason: 'notDone' }],
  )
  t.match(row(debt).extra, { balance: -8, spendable: 0 })
  t.match(debt.when('forfeit', 4, { reason: 'other' }), { guard: 'hasBalance' })
  const paidBack = debt.and(['receive', 4, incoming(2, 10)])
  t.match(contextOf(paidBack), { balance: 2, lots: [{ amount: 2 }] })
  t.match(
    given(account, [['open', 0, { owner: COMMUNITY, kind: 'issuing', currency: 'points', place }]])
      .and(['issue', 1, { to: accountOf(CHIEF, 'points'), amount: 5, claim: posting(9) }])
      .when('spend', 2, { amount: 1, for: 'other' }),
    { guard: 'enoughBalance' },
  )
  t.match(ten.when('issue', 2, { to: issuing('points'), amount: 1, claim: posting(9) }), {
    guard: 'isIssuing',
  })
  t.end()
})

t.test('every path, and the picture', (t) => {
  const to = accountOf(CHIEF, 'points')
  const samples = {
    open: { owner: CHIEF, kind: 'person', currency: 'points', place },
    earn: { proof: 'p', activity: 'patrol', minutes: 60 },
    issue: { to, amount: 1, claim: posting(1) },
    receive: ({ revision }: Instance) => incoming(revision, 3),
    spend: { amount: 3, for: 'meal' },
    exchange: { classes: 1 },
    reverse: ({ snapshot }: Instance) => ({
      ...{ posting: snapshot.context.entries[0]?.posting ?? posting(1), reason: 'other' },
    }),
    forfeit: { reason: 'other' },
    freeze: { reason: 'other' },
    unfreeze: {},
    close: { reason: 'other' },
    reopen: {},
  }
  const signature = ({ balance }: AccountContext) => Math.sign(balance)
  assertLively(t, account, { samples, signature: signature as (context: never) => unknown })
  const readme = readFileSync(new URL('README.md', import.meta.url), 'utf8')
  t.ok(readme.includes(mermaid(machine, commands)))
  t.end()
})

/** Accounts of one community with their effects under way, as the worker would run them. */
class World {
  readonly accounts = new Map<string, Instance>()
  readonly log: Event[] = []
  /** By sender, as the worker keeps them: those of one account run in order. */
  readonly underWay: { event: Event; effect: Effect }[] = []
  #at = STORY_START
  #commands = 0
  readonly #workflow: Workflow = account

  give(stream: string, name: string, data: object, id?: string): boolean {
    const policy = [...this.#workflow.policies.values()][0]
    if (policy === undefined) throw new Error('no policy')
    this.#at += HOUR_MS
    this.#commands += 1
    const answer = step(
      this.#workflow,
      this.accounts.get(stream),
      {
        name,
        id: id ?? `command-${this.#commands}`,
        data: { ...data },
        by: { role: 'system' },
        at: this.#at,
      },
      { stream, eventId: randomUUIDv7(), now: this.#at, policy, calendar: elapsedTime },
    )
    if (isRefusal(answer) || 'repeated' in answer) return false
    this.accounts.set(stream, answer.instance)
    this.log.push(answer.event)
    for (const effect of answer.event.effects ?? []) {
      this.underWay.push({ event: answer.event, effect })
    }
    return true
  }

  /** Runs the first effect under way of one sender; the worker may do it twice. */
  run(which: number, twice: boolean): void {
    const senders = [...new Set(this.underWay.map(({ event }) => event.stream))]
    const sender = senders[which % Math.max(1, senders.length)]
    const at = this.underWay.findIndex(({ event }) => event.stream === sender)
    const [found] = at < 0 ? [] : this.underWay.splice(at, 1)
    const effect = found?.effect
    if (effect?.kind !== 'open' && effect?.kind !== 'tell') return
    for (const _ of twice ? [1, 2] : [1]) {
      if (effect.kind === 'open' && this.accounts.has(effect.instance ?? '')) continue
      this.give(effect.instance ?? '', effect.command, effect.with, effect.id)
    }
  }

  /** What stands in transit: sent by an event and not received by one, each posting once. */
  transit(): number {
    let sum = 0
    for (const { type, data, effects = [] } of this.log) {
      if (type === 'account.received') sum -= Number(data.amount)
      for (const effect of effects) {
        const sent = effect.kind === 'tell' && effect.command === 'receive'
        if (sent) sum += Number(effect.with.amount)
      }
    }
    return sum
  }

  balances(): number[] {
    return [...this.accounts.values()].map(({ snapshot }) => snapshot.context.balance)
  }
}

const people = ['a', 'b', 'e'].map((last) => `${CHIEF.slice(0, -1)}${last}`)
type Act = typeof Act extends fc.Arbitrary<infer One> ? One : never
const Act = fc.record({
  who: fc.nat(2),
  what: fc.constantFrom('earn', 'spend', 'exchange', 'reverse', 'forfeit', 'freeze', 'unfreeze'),
  amount: fc.integer({ min: 1, max: 150 }),
  run: fc.array(fc.record({ which: fc.nat(9), twice: fc.boolean() }), { maxLength: 6 }),
})

t.test('all accounts and what is in transit come to zero after every event', (t) => {
  let moved = 0
  const holds = (acts: readonly Act[]) => {
    const world = new World()
    for (const person of people) {
      for (const opening of openForService({ ...SERVED, person })) {
        world.give(opening.instance ?? '', opening.command, opening.with)
      }
    }
    while (world.underWay.length > 0) world.run(0, false)
    const served = new Map<string, number>()
    const judge = () => {
      const sum = world.balances().reduce((a, b) => a + b, 0)
      if (sum + world.transit() !== 0) throw new Error(`${sum} + ${world.transit()} is not zero`)
      if (world.transit() < 0) throw new Error('more arrived than was sent')
      for (const [id, { snapshot }] of world.accounts) {
        const { earned, lots, balance, kind } = snapshot.context as AccountContext
        if (earned < (served.get(id) ?? 0)) throw new Error('hours ever served fell')
        served.set(id, earned)
        const kept = lots.reduce((all, { amount }) => all + amount, 0)
        if (kind === 'person' && kept !== Math.max(0, balance)) throw new Error('lots')
      }
    }
    for (const [n, { who, what, amount, run }] of acts.entries()) {
      const person = people[who] ?? ''
      const currency = what === 'exchange' || amount % 2 === 0 ? 'minutes' : 'points'
      const isOurs = what === 'reverse' && amount % 5 === 0
      const id = isOurs ? issuing(currency) : accountOf(person, currency)
      if (what === 'earn') {
        const did = { ...SERVED, person, proof: `case-${n}`, minutes: amount }
        for (const { instance, command, with: data } of tellService(did)) {
          world.give(instance, command, data)
          judge()
        }
      } else world.give(id, what, dataFor(what, amount, world.accounts.get(id)))
      judge()
      for (const { which, twice } of run) {
        world.run(which, twice)
        judge()
      }
    }
    while (world.underWay.length > 0) {
      world.run(1, true)
      judge()
    }
    moved += world.log.filter(({ type }) => type === 'account.received').length
    if (world.transit() !== 0) throw new Error('something stayed in transit')
  }
  fc.assert(fc.property(fc.array(Act, { minLength: 15, maxLength: 30 }), holds), { numRuns: 60 })
  t.ok(moved > 400, `${moved} postings arrived`)
  t.end()
})

function dataFor(what: string, amount: number, known: Instance | undefined): object {
  const entries: AccountContext['entries'] = known?.snapshot.context.entries ?? []
  switch (what) {
    case 'spend':
      return { amount: 1 + (amount % 6), for: 'meal' }
    case 'exchange':
      return { classes: 1 }
    case 'reverse':
      return { posting: entries.at(amount % 3)?.posting ?? posting(1), reason: 'other' }
    default:
      return what === 'unfreeze' ? {} : { reason: 'other' }
  }
}
