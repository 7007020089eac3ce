// The language in which the demo's stories are written: tables of lines, each saying when, who and
// what. Shapes and phrases only; nothing here runs.

/** Data of a command. `@name` stands for an id, `#name` for a place, `=+2d 10:00` for a time. */
export type Given = Readonly<Record<string, unknown>>

/**
 * One line: when (after the line before), who, what, and with which data.
 * - when: `+40m`, `+2h`, `+3d`, `+3d 10:00`, `+2w 10:00` (the second working day from then);
 *   `+2h late 3h` happened two hours later and was entered three hours after that
 * - what: a command for the story's own case; `other>note` for another one it began;
 *   `other/property>returnAnswer` for a case's newest referral to a unit. A unit's own people mean
 *   their referral when they name no case.
 */
export type Line = readonly [when: string, who: string, what: string, given?: Given]

/** A clock as it must stand when the demo ends; counted from the line `since` (from 0). */
export type ClockNow = {
  clock: string
  of?: 'referral' | 'deliberation'
  since: number
  is: 'running' | 'yellow' | 'red'
}

/** When a story begins: days ago, a share of the season's days of the past year, or by a clock. */
export type Begin =
  | { ago: number; at?: string }
  | { season: number; at?: string }
  | { now: ClockNow; season?: true }

/** A story: a case or a topic, with what belongs to it. */
export type Story = { name: string; begin: Begin; lines: readonly Line[] }

/** The grid worker of a home such as `3-2-501`. */
export const gridOf = (home: string): string => `grid-${Math.ceil(Number(home[0]) / 2)}`

/** A resident reports by the link. */
export const asks = (home: string, category: string, text: string, more: Given = {}): Line => [
  '+0m',
  home,
  'report',
  { place: `#${home}`, channel: 'link', category, text, reporter: `@${home}`, ...more },
]

/** Staff take down what a resident says. */
export const writes = (
  from: { who: string; channel: string; home: string },
  category: string,
  text: string,
): Line => [
  '+0m',
  from.who,
  'report',
  {
    place: `#${from.home}`,
    channel: from.channel,
    category,
    text,
    reporter: `@${from.home}`,
  },
]

/** The same line, of another case of the story. */
export const of = (alias: string, [when, who, what, given]: Line): Line =>
  given === undefined ? [when, who, `${alias}>${what}`] : [when, who, `${alias}>${what}`, given]

/** The grid worker calls back and verifies. */
export const heard = (home: string): readonly Line[] => [
  ['+35m', gridOf(home), 'contact', { by: 'phone' }],
  ['+90m', gridOf(home), 'verify', {}],
]

/** Units of a referral: the first leads. */
export const to = (lead: string, ...assisting: string[]): Given => ({
  units: [
    { unit: `@${lead}`, lead: true },
    ...assisting.map((unit) => ({ unit: `@${unit}`, lead: false })),
  ],
})

/** A follow-up after which all is well, and the case is closed with it. */
export const GOOD: Given = { solved: 'yes', satisfied: 'yes', close: true }

/** A unit's answer that the matter is done. */
export const done = (answer: string): Given => ({ outcome: 'solved', answer, factual: 'yes' })

/** A measurement of two rooms around a temperature, kept to the protocol. */
export const degrees = (c: number, installation = 'normal'): Given => ({
  rooms: [
    { room: '主卧', kind: 'bedroom', areaM2: 14.2, points: [c] },
    { room: '客厅', kind: 'living', areaM2: 26.5, points: [c + 0.4, c + 0.6] },
  ],
  instrument: 'CW-0317',
  conditions: { windowsClosedMinutes: 65, installation, outdoorC: -3 },
  signedByMeasurer: true,
  signedByUser: true,
})

/** Ballots of homes on paper, one every two minutes. */
export const votes = (topic: string, choice: 'yes' | 'no' | 'abstain', homes: string[]): Line[] =>
  homes.map((home) => [
    '+2m',
    'coordinator',
    `${topic}>vote`,
    { person: `@${home}`, way: 'paper', openChoice: choice },
  ])

/** The three parties without whom a three-in-one meeting cannot open (domain.md §2, row 16). */
export const THREE = ['party-organisation', 'residents-representatives', 'functional-department']

/** A party signs in. */
export const present = (topic: string, parties: readonly string[]): Line[] =>
  parties.map((party) => ['+1m', 'coordinator', `${topic}>signIn`, { party }])
