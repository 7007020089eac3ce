import { readFileSync } from 'node:fs'
import { type Effect, type Instance, mermaid, stateOf, statePath } from '@linli/workflow'
import { assertLively, given, type Samples, type Story, sample } from '@linli/workflow/test-kit'
import fc from 'fast-check'
import t from 'tap'
import { commands } from './commands.ts'
import type { AidContext } from './context.ts'
import { machine } from './machine.ts'
import { mutualAid } from './workflow.ts'

const OFFER = 'mutual-aid-offer'
const NEED = 'mutual-aid-need'
const path = ['place-1', 'place-2', 'place-3']
const facts = { place: { id: 'place-3', path } }
const fever = { kind: 'feverMedicine', amount: 2, countedIn: 'boxes', place: 'place-3' }
const offering = { ...fever, side: 'offer', bestBefore: '2027-06-30' }
const needing = { ...fever, side: 'need', amount: 1 }
const as = (person: string, data: object = {}, more: object = {}) =>
  sample({ ...data }, { by: { role: 'resident', person }, facts: { ...more } })
const a = (data: object = {}, more: object = {}) => as('person-a', data, more)
const b = (data: object = {}, more: object = {}) => as('person-b', data, more)
const need = { id: NEED, side: 'need', kind: 'feverMedicine', countedIn: 'boxes', place: path }
const theirs = (change: object = {}) => ({
  other: { ...need, status: 'waiting', owner: 'person-b', ...change },
})
const toNeed = (change: object = {}) => a({ other: NEED }, theirs(change))
const contact = { consent: true, phone: '13912345678', name: '3-2-501' }

const context = ({ instance }: Pick<Story, 'instance'>): AidContext => instance?.snapshot.context
const state = ({ instance }: Pick<Story, 'instance'>): string =>
  instance === undefined ? '' : statePath(stateOf(instance))
const row = ({ instance }: Story) => mutualAid.summary(instance as Instance)
const persons = (story: Story) => row(story).persons
const told = ({ events }: Story) =>
  (events.at(-1)?.effects ?? []).map((effect) =>
    effect.kind === 'tell' ? effect.command : effect.kind === 'notify' ? effect.text : effect.kind,
  )
const clock = ({ instance }: Story, name: string) => instance?.clocks[name]?.status

const offer = given(mutualAid, [['post', 0, a(offering, facts)]])
const proposed = offer.and(['propose', 1, toNeed()])
const halfway = proposed.and(['agree', 2, a(contact)])
const shared = halfway.and(['otherAgreed', 3, { other: NEED, turn: 1 }])

t.test('an offer and a need: both agree, then it is handed over', (t) => {
  t.same(persons(proposed), ['person-a'])
  t.same(told(proposed), ['approach'])
  t.same([clock(proposed, 'expiry'), clock(proposed, 'decide')], ['paused', 'running'])
  t.same(
    [persons(halfway), told(halfway)],
    [['person-a'], ['otherAgreed']],
    'one alone shares nothing',
  )
  t.equal(state(shared), 'open.sharing')
  t.same(persons(shared), ['person-a', 'person-b'])
  const part = shared.and(['handOver', 5, a({ amount: 1 })])
  t.same([state(part), context(part).left], ['open.waiting', 1], 'the rest is still offered')
  t.same([persons(part), context(part).agreed], [['person-a'], false], 'that consent is over')
  t.equal(clock(part, 'expiry'), 'running')
  const all = shared.and(['handOver', 5, a({ amount: 2 })])
  t.same([state(all), persons(all), told(all)], ['done', ['person-a'], ['otherHandedOver']])
  t.match(shared.when('handOver', 5, a({ amount: 3 })), { guard: 'enoughLeft' })
  t.match(row(all).measures, { helped: true, times: 1 })
  t.same(row({ ...all, instance: all.replayed() }), row(all))
  t.end()
})

t.test('a consent taken back hides it again', (t) => {
  const back = shared.and(['takeBack', 4, a()])
  t.same(
    [state(back), persons(back), told(back)],
    ['open.deciding', ['person-a'], ['otherTookBack']],
  )
  t.same(persons(shared.and(['otherTookBack', 4, { other: NEED, turn: 2 }])), ['person-a'])
  const again = back.and(['agree', 5, a(contact)])
  t.same([state(again), context(again).turn], ['open.sharing', 3])
  const stale = shared.and(['otherTookBack', 4, { other: NEED, turn: 2 }])
  const late = stale.and(['otherAgreed', 5, { other: NEED, turn: 1 }])
  t.same(persons(late), ['person-a'], 'an older word does not undo a newer one')
  const stranger = { other: 'mutual-aid-9', turn: 9 }
  t.same(persons(halfway.and(['otherAgreed', 3, stranger])), ['person-a'])
  t.match(proposed.when('takeBack', 2, a()), { guard: 'agreed' })
  t.match(halfway.when('agree', 3, a(contact)), { guard: 'notAgreed' })
  t.end()
})

t.test('who fits whom', (t) => {
  const tried = (change: object) => offer.when('propose', 1, toNeed(change))
  t.match(tried({ status: 'matched' }), { guard: 'otherWaits' })
  t.match(tried({ status: 'ended' }), { guard: 'otherWaits' })
  t.match(tried({ side: 'offer' }), { guard: 'otherFits' })
  t.match(tried({ kind: 'tools' }), { guard: 'otherFits' })
  t.match(tried({ place: ['place-7'] }), { guard: 'otherNear' })
  t.match(tried({ owner: 'person-a' }), { guard: 'notOneself' })
  t.match(offer.when('propose', 1, b({ other: NEED }, theirs())), { guard: 'owner' })
  t.match(shared.when('handOver', 5, b({ amount: 1 })), { guard: 'owner' }, 'who reads it acts not')
  const acts = shared.offered(5, { role: 'resident', person: 'person-b' })
  const own = acts.filter((name) => mutualAid.commands.get(name)?.by.includes('resident'))
  t.same(own, [])
  const post = (data: object) => given(mutualAid).when('post', 0, a(data, facts))
  t.match(post({ ...offering, bestBefore: '2026-11-15' }), { guard: 'stillGood' })
  t.match(post(fever), { refused: 'invalid' })
  t.match(post({ ...offering, bestBefore: undefined }), { guard: 'stillGood' })
  t.equal(post(needing).refused, undefined, 'who needs it knows no date')
  const nobody = sample(needing, { by: { role: 'resident' } })
  t.match(given(mutualAid).when('post', 0, nobody), { guard: 'signedIn' })
  const silent = { ...contact, consent: false }
  t.match(proposed.when('agree', 2, a(silent)), { refused: 'invalid' }, 'no consent, no contact')
  t.end()
})

t.test('the other is taken already, or does not decide, or nothing is handed over', (t) => {
  const refused = { effect: 'e', instance: NEED, command: 'approach', code: 'not-in-this-state' }
  const free = proposed.and(['effect.refused', 1, refused])
  t.same([state(free), told(free)], ['open.waiting', ['notFree']])
  const undecided = halfway.until(26)
  t.same([state(undecided), told(undecided)], ['open.waiting', ['part', 'undecided']])
  const forgotten = shared.until(60)
  t.same([state(forgotten), persons(forgotten)], ['open.waiting', ['person-a']])
  t.equal(state(offer.until(24 * 4)), 'expired', 'three days for fever medicine')
  t.equal(clock(offer, 'expiry'), 'running')
  const tools = { ...offering, kind: 'tools' }
  const lasting = given(mutualAid, [['post', 0, a(tools, facts)]]).until(24 * 4)
  t.equal(state(lasting), 'open.waiting')
  t.end()
})

t.test('misuse is reported to the coordinator, and hides what was shared at once', (t) => {
  const reported = shared.and(['report', 4, a({ reason: 'sells' })])
  t.same(
    [state(reported), persons(reported), told(reported)],
    ['open.waiting', ['person-a'], ['flag']],
  )
  const later = shared.and(
    ['handOver', 5, a({ amount: 1 })],
    ['report', 9, a({ reason: 'unsafe' })],
  )
  t.same(told(later), ['flag'], 'afterwards as well')
  t.match(offer.when('report', 1, a({ reason: 'sells' })), { guard: 'knowsWhom' })
  const flagged = shared.and(['flag', 4, { reason: 'sells', from: NEED }])
  t.same([state(flagged), persons(flagged)], ['review', ['person-a']])
  t.same(told(shared.and(['flag', 4, { reason: 'untrue' }])), ['part', 'flagged', 'underReview'])
  t.match(flagged.when('propose', 5, toNeed()), { refused: 'not-in-this-state' })
  const cleared = flagged.and(['clear', 6])
  t.same([state(cleared), clock(cleared, 'expiry')], ['open.waiting', 'running'])
  const twice = flagged.and(['flag', 5, { reason: 'other' }], ['remove', 6])
  t.match(row(twice), { extra: { flags: 2 }, facts: { status: 'ended' } })
  t.end()
})

/** Two neighbours who tell each other things that arrive later, in order. */
class Pair {
  readonly sides: Record<string, Story> = {
    [OFFER]: given(mutualAid, [['post', 0, a(offering, facts)]]),
    [NEED]: given(mutualAid, [['post', 0, b(needing, facts)]]),
  }
  readonly #post: { to: string; from: string; effect: Extract<Effect, { kind: 'tell' }> }[] = []
  #hour = 1

  side(id: string): Story {
    const story = this.sides[id]
    if (story === undefined) throw new RangeError(id)
    return story
  }

  /** Tries a command; what is refused changes nothing. */
  try(id: string, name: string, data: Parameters<Story['when']>[2] = {}): boolean {
    this.#hour += 0.01
    if (this.side(id).when(name, this.#hour, data).refused !== undefined) return false
    const after = this.side(id).and([name, this.#hour, data])
    this.sides[id] = after
    for (const effect of after.events.at(-1)?.effects ?? []) {
      if (effect.kind === 'tell') this.#post.push({ to: effect.instance, from: id, effect })
    }
    return true
  }

  /** The oldest word of one side arrives, or is refused and said so. */
  arrive(from: string): boolean {
    const index = this.#post.findIndex((word) => word.from === from)
    const [word] = index < 0 ? [] : this.#post.splice(index, 1)
    if (word === undefined) return false
    const { command, id } = word.effect
    const data = { ...word.effect.with, ...('other' in word.effect.with ? { other: from } : {}) }
    const meant = 'from' in data ? { ...data, from } : data
    if (!this.try(word.to, command, meant)) {
      const said = { effect: id, instance: word.to, command, code: 'not-in-this-state' }
      this.try(from, 'effect.refused', said)
    }
    return true
  }

  propose(id: string): void {
    const other = id === OFFER ? NEED : OFFER
    const known = { ...row(this.side(other)).facts, id: other }
    const owner = id === OFFER ? 'person-a' : 'person-b'
    this.try(id, 'propose', as(owner, { other }, { other: known }))
  }
}

t.test('two ask each other while one of them declines: neither is left waiting', (t) => {
  const pair = new Pair()
  pair.propose(OFFER)
  pair.try(OFFER, 'decline', a())
  pair.propose(NEED)
  for (let more = true; more; ) more = pair.arrive(OFFER) || pair.arrive(NEED)
  t.same(
    [OFFER, NEED].map((id) => state(pair.side(id))),
    ['open.waiting', 'open.waiting'],
  )
  t.end()
})

t.test('whatever is said in whatever order: who reads was agreed to, and both know alike', (t) => {
  const often = ['propose', 'agree', 'arrive'].flatMap((name) => [name, name, name, name])
  const act = fc.constantFrom(
    ...['takeBack', 'decline', 'handOver', 'report', 'withdraw', 'clear'],
    ...often,
  )
  let met = 0
  const property = fc.property(
    fc.array(fc.tuple(fc.constantFrom(OFFER, NEED), act), { minLength: 20, maxLength: 60 }),
    (acts) => {
      const pair = new Pair()
      const check = () => {
        for (const story of Object.values(pair.sides)) {
          if (persons(story).length === 1) continue
          met += 1
          const { agreed, otherAgreed, status } = context(story)
          t.same([agreed, otherAgreed, status], [true, true, 'sharing'])
        }
      }
      for (const [id, name] of acts) {
        const owner = id === OFFER ? 'person-a' : 'person-b'
        const data = { handOver: { amount: 1 }, report: { reason: 'other' }, agree: contact }[name]
        if (name === 'propose') pair.propose(id)
        else if (name === 'arrive') pair.arrive(id)
        else if (name === 'clear') pair.try(id, 'clear')
        else pair.try(id, name, as(owner, data ?? {}))
        check()
      }
      for (let more = true; more; ) more = pair.arrive(OFFER) || pair.arrive(NEED)
      check()
      const [one, two] = [pair.side(OFFER), pair.side(NEED)]
      const both = [one, two].map((story) => persons(story).length)
      return (
        (both[0] === both[1] && (context(one).other === null) === (context(two).other === null)) ||
        [one, two].some(({ instance }) => instance?.snapshot.status === 'done')
      )
    },
  )
  fc.assert(property, { numRuns: 300, seed: 5 })
  t.ok(met > 20, `${met} times something was shared`)
  t.end()
})

t.test('every path, and the picture', (t) => {
  const heard = (turn: number) => ({ other: NEED, turn })
  const refused = { effect: 'e', instance: NEED, command: 'approach', code: 'condition-not-met' }
  const samples: Samples = {
    post: a(offering, facts),
    propose: toNeed(),
    approach: { other: NEED, person: 'person-b' },
    agree: a(contact),
    takeBack: a(),
    decline: a(),
    handOver: [a({ amount: 1 }), a({ amount: 2 })],
    report: a({ reason: 'sells' }),
    withdraw: a(),
    flag: { reason: 'other' },
    clear: {},
    remove: {},
    otherAgreed: ({ snapshot }) => heard(snapshot.context.otherTurn + 1),
    otherTookBack: ({ snapshot }) => heard(snapshot.context.otherTurn + 1),
    otherHandedOver: [
      { other: NEED, amount: 1 },
      { other: NEED, amount: 2 },
    ],
    part: { other: NEED },
    'effect.refused': refused,
  }
  assertLively(t, mutualAid, {
    samples,
    signature: ({ agreed, otherAgreed, left, last }: AidContext) => [
      ...[agreed, otherAgreed, left, last],
    ],
  })
  t.equal(mutualAid.subjects.owner?.({ context: context(offer), data: {} } as never), 'person-a')
  const readme = readFileSync(new URL('README.md', import.meta.url), 'utf8')
  t.ok(readme.includes(mermaid(machine, commands)))
  t.end()
})
