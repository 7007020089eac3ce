// Minutes of service that buy minutes of class, 40 for 90, over the API alone: one learner from the
// first service to the expiry. Told in docs/stories/time-exchange.md; what the two ledgers refuse
// besides is in ledgers.test.ts.
import { Access } from '@linli/engine'
import t from 'tap'
import { instant, openHouse } from '../end-to-end/house.ts'
import { filedPage, type Step, storyPage } from './story-page.ts'

const house = await openHouse(t.testdir(), '2026-08-03T09:00')
t.teardown(() => house.close())
const { ask, take, moveTo, neighbourhood, community } = house
const { community: place, estate } = neighbourhood
const page = storyPage()
page.call(place, 'community')
page.call(estate, 'estate')

const learner = await registered()
page.call(learner.id, 'learner')
page.hide(learner.token, 'token of the learner')

const path: Step['shows'] = ({ path }) => ({ path })
const refusal: Step['shows'] = ({ code, guard, guardText }) => ({ code, guard, guardText })
const figures: Step['shows'] = ({ summary: { extra } }) => {
  const { balance, earned, classMinutes } = extra
  return { balance, earned, classMinutes }
}

type Sent = Pick<Step, 'body' | 'shows' | 'names'>
const office = (send: string, more: Sent) => page.step(house, { who: 'coordinator', send, ...more })
const own = (send: string, more: Sent) =>
  page.step(house, {
    ...{ who: 'anybody', as: 'The learner', send, ...more },
    headers: { authorization: `Bearer ${learner.token}` },
  })

page.say('# Forty minutes of service buy ninety minutes of class')
page.say(
  'The time exchange of an old people’s university: whoever serves the community learns for it. ' +
    'There are two figures, the hours ever served, which never fall, and the minutes there are to ' +
    'spend. The page is written by `tests/systems/time-exchange.test.ts`, which compares it on every ' +
    'run; ids stand as names in braces. The rate, the most that one activity counts, how often one ' +
    'may exchange and when minutes expire are data of the city’s policy; these are those of ' +
    '`default@1`.',
)

t.test('the service: three hours and twenty minutes, of which two hours count', async (t) => {
  page.say('## The service')
  page.say(
    'The coordinator draws up the helpers’ roster for August, with one shift, and publishes it:',
  )
  const span = { from: instant('2026-08-10T00:00'), to: instant('2026-09-01T00:00') }
  const { body } = await office('POST /api/duty/drawUp', {
    body: { place, group: '老年大学助教', kind: 'service', ...span },
    ...{ shows: path, names: 'roster' },
  })
  const roster = `POST /api/duty/${body.id}`
  const shift = { from: instant('2026-08-11T09:00'), to: instant('2026-08-11T12:20') }
  await office(`${roster}/addShift`, { body: { place: estate, ...shift, persons: [learner.id] } })
  t.match(await office(`${roster}/publish`, { body: {}, shows: path }), { status: 200 })
  page.say('On 11 August the learner helps from 09:00 to 12:20:')
  await moveTo('2026-08-11T09:00')
  await own(`${roster}/signIn`, { body: { shift: 'shift-1' }, shows: path })
  await moveTo('2026-08-11T12:20')
  t.match(await own(`${roster}/signOut`, { body: { shift: 'shift-1' } }), { status: 200 })

  page.say(
    'Signing out told the service to the learner’s accounts, which opened with it: one of points and ' +
      'one of minutes. Of the 200 minutes two hours count:',
  )
  await caughtUp()
  const found = await ask('anybody', `GET /api/account?category=minutes`, undefined, {
    authorization: `Bearer ${learner.token}`,
  })
  page.call(found.body.rows[0].id, 'account of the learner')
  const seen = await own(`GET /api/account/${found.body.rows[0].id}`, { shows: figures })
  t.match(seen.body.summary.extra, { balance: 120, earned: 120, classMinutes: 0 })

  page.say(
    'It is double entry: what the learner has the community owes. The account that issues stands ' +
      'below zero by as much, and all accounts come to zero.',
  )
  const issuing = await ask('coordinator', 'GET /api/account?channel=issuing&category=minutes')
  page.call(issuing.body.rows[0].id, 'account that issues')
  const owed = await office(`GET /api/account/${issuing.body.rows[0].id}`, { shows: balance })
  t.match(owed.body.summary.extra, { balance: -120 })
})

t.test('the exchange: once a quarter, 40 for 90, and no more than there is', async (t) => {
  page.say('## The exchange')
  page.say('On 20 August. Four classes cost 160 minutes, and there are 120:')
  await moveTo('2026-08-20T09:00')
  const account = await accountIn('minutes')
  const exchange = `POST /api/account/${account}/exchange`
  const many = await own(exchange, { body: { classes: 4 }, shows: refusal })
  t.match(many, { status: 409, body: { guard: 'enoughMinutes' } })
  page.say('One class costs 40 and is 90 minutes long:')
  await own(exchange, { body: { classes: 1 }, shows: path })
  const one = await own(`GET /api/account/${account}`, { shows: figures })
  t.match(one.body.summary.extra, { balance: 80, earned: 120, classMinutes: 90 })
  page.say('Another one in the same quarter is refused:')
  const soon = await own(exchange, { body: { classes: 1 }, shows: refusal })
  t.match(soon, { status: 409, body: { guard: 'oncePerQuarter' } })
  page.say('On 9 October, in the next quarter, it is not:')
  await moveTo('2026-10-09T09:00')
  await own(exchange, { body: { classes: 1 }, shows: path })
  const two = await own(`GET /api/account/${account}`, { shows: figures })
  t.match(two.body.summary.extra, { balance: 40, earned: 120, classMinutes: 180 })
})

t.test('what goes wrong, what was so, and what expires', async (t) => {
  page.say('## A class that did not take place')
  page.say(
    'The coordinator reverses the first exchange. Nothing is deleted: it is a posting the other way, ' +
      'from the account that took the minutes in.',
  )
  const account = await accountIn('minutes')
  const { body } = await ask('coordinator', `GET /api/account/${account}`)
  const { posting } = body.data.exchanges[0]
  page.hide(posting, 'posting of the first exchange')
  const reversal = { body: { posting, reason: 'returned' }, shows: path }
  const issuing = await ask('coordinator', 'GET /api/account?channel=issuing&category=minutes')
  const reverse = `POST /api/account/${issuing.body.rows[0].id}/reverse`
  t.match(await office(reverse, reversal), { status: 200 })
  const back = await own(`GET /api/account/${account}`, { shows: figures })
  t.match(back.body.summary.extra, { balance: 80, earned: 120, classMinutes: 90 })
  page.say('A second time it is refused:')
  t.match(await office(reverse, { ...reversal, shows: refusal }), { status: 409 })

  page.say('## As it was')
  page.say('The day after the service, before the first exchange:')
  const at = instant('2026-08-12T00:00')
  const then = await own(`GET /api/account/${account}?at=${at}`, { shows: figures })
  t.match(then.body.summary.extra, { balance: 120, earned: 120, classMinutes: 0 })
  page.say('The community’s side as it stands now:')
  const owed = await office(`GET /api/account/${issuing.body.rows[0].id}`, { shows: balance })
  t.match(owed.body.summary.extra, { balance: -80 })

  page.say('## What is not spent')
  page.say('36 months after the month in which they were earned, what is left of them expires:')
  await moveTo('2029-12-01T09:00')
  const late = await own(`GET /api/account/${account}`, { shows: figures })
  t.match(late.body.summary.extra, { balance: 0, earned: 120 }, 'hours ever served never fall')
  page.say('The hours ever served stay, and so do the minutes of class.')
})

t.test('the page is what happened', (t) => {
  t.equal(page.text(), filedPage('time-exchange', page.text()))
  t.end()
})

function balance({ summary: { extra } }: { summary: { extra: { balance: number } } }) {
  return { balance: extra.balance }
}

/** A volunteer with a token of their own. */
async function registered(): Promise<{ id: string; token: string }> {
  const given = { kind: 'resident', place }
  const { id } = (await take('coordinator', 'POST /api/person/register', given)).body
  for (const role of [{ role: 'resident' }, { role: 'volunteer', place: estate }]) {
    await take('administrator', `POST /api/person/${id}/grant`, role)
  }
  const { work, keyFile, engine } = community
  const access = new Access({ work, keyFile, instances: engine.instances, now: engine.now })
  return { id, token: await access.createToken({ person: id, label: 'story' }) }
}

async function caughtUp(): Promise<void> {
  await community.read.waitFor(await community.engine.store.head(), 5_000)
}

async function accountIn(currency: string): Promise<string> {
  await caughtUp()
  const { body } = await ask(
    'coordinator',
    `GET /api/account?person=${learner.id}&category=${currency}`,
  )
  return body.rows[0].id
}
