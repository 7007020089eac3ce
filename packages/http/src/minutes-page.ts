// The page of minutes: one A4 sheet or more, made of escaped texts and figures only. Knows no
// engine and no store.
import type { Language } from './language.ts'

type Figures = Readonly<Record<string, string | number | boolean | null | undefined>>

/** A meeting: who was there, how many took part, what they chose. */
export type Meeting = {
  number: number
  at: string
  place: string
  secret: boolean
  parties: readonly { name: string; isThere: boolean }[]
  /** The columns of the topic's row as they stood then: turnout and votes. */
  figures: Figures
  ways: readonly [name: string, count: number][]
  /** Undefined while the votes are not counted. */
  result: string | undefined
}

/** How many objections were raised, and what became of them. */
export type Objections = { raised: number; upheld: number; dismissed: number }

/** A task that follows: who, until when. */
export type Task = { title: string; due: string; owner: string; status: string }

/** What minutes hold. Instants are ISO 8601, `zone` is where they are shown. */
export type Minutes = {
  title: string
  zone: string
  number: string | undefined
  revision: number
  places: readonly string[]
  body: string | undefined
  appeals: readonly string[]
  state: string
  meetings: readonly Meeting[]
  resolution: string | undefined
  publishedAt: string | undefined
  objections: Objections
  tasks: readonly Task[]
}

/** A language and the texts in it. */
export type Words = { into: Language; text: (key: string) => string }

/** The minutes as an HTML document, A4. */
export function minutesPage(minutes: Minutes, words: Words): string {
  const say = (key: string) => escaped(words.text(`minutes.${key}`))
  const when = timesIn(minutes.zone, words.into)
  const { title, places, body, appeals, meetings } = minutes
  const head: Row[] = [
    [say('topic'), escaped(title)],
    [say('number'), escaped(minutes.number ?? '')],
    [say('place'), escaped(places.join(' / '))],
    [say('body'), escaped(body ?? '')],
    [say('state'), escaped(minutes.state)],
  ]
  const agenda = [escaped(title), ...appeals.map((line) => `${say('appeals')}: ${escaped(line)}`)]
  return [
    `<!doctype html><html lang="${words.into === 'zh' ? 'zh-CN' : 'en'}"><head>`,
    '<meta charset="utf-8"><meta name="viewport" content="width=device-width">',
    `<title>${say('title')} – ${escaped(title)}</title><style>${STYLE}</style></head><body>`,
    `<h1>${say('title')}</h1>`,
    table(head.filter(([, value]) => value !== '')),
    `<h2>${say('agenda')}</h2><ol>${agenda.map((line) => `<li>${line}</li>`).join('')}</ol>`,
    ...meetings.map((meeting) => meetingPart(meeting, { say, when })),
    resolutionPart(minutes, { say, when }),
    tasksPart(minutes.tasks, { say, when }),
    `<p class="sign">${say('sign')}</p>`,
    `<footer>${say('made').replace('{n}', String(minutes.revision))}</footer></body></html>`,
  ].join('\n')
}

type Row = readonly [label: string, value: string]
type Saying = { say: (key: string) => string; when: (at: string) => string }

function meetingPart(meeting: Meeting, { say, when }: Saying): string {
  const { figures, parties, ways, result } = meeting
  const named = parties.map(
    ({ name, isThere }) => `${escaped(name)} (${say(isThere ? 'present' : 'absent')})`,
  )
  const given = ways.map(([name, count]) => `${escaped(name)} ${count}`).join(', ')
  const delegated = figures.delegated
  const rows: Row[] = [
    [say('at'), escaped(when(meeting.at))],
    [say('where'), escaped(meeting.place)],
    [say('parties'), named.join('<br>')],
    [say('attendance'), attendanceOf(figures, say)],
    [say('ways'), given === '' ? '' : `${say(meeting.secret ? 'secret' : 'open')}: ${given}`],
    [say('delegated'), delegated === undefined ? '' : escaped(String(delegated))],
  ]
  return [
    `<h2>${say('meeting').replace('{n}', String(meeting.number))}</h2>`,
    table(rows.filter(([, value]) => value !== '')),
    turnoutPart(figures, say),
    result === undefined ? '' : votesPart(figures, say),
    result === undefined ? '' : `<p class="result">${say('result')}: ${escaped(result)}</p>`,
  ].join('\n')
}

function attendanceOf({ members, membersPresent, membersNeeded }: Figures, say: Saying['say']) {
  if (members === undefined) return ''
  const needed = membersNeeded === undefined ? '' : ` (${say('needed')} ${membersNeeded})`
  return `${membersPresent} / ${members}${needed}`
}

function turnoutPart(figures: Figures, say: Saying['say']): string {
  const row = (label: string, key: string) =>
    cells([
      say(label),
      shown(figures[key]),
      shown(figures[`${key}Of`]),
      shown(figures[`${key}Needed`]),
    ])
  const head = cells([say('turnout'), say('took'), say('of'), say('needed')], 'th')
  const area = figures.areaM2Needed == null ? '' : row('area', 'areaM2')
  return `<table class="figures">${head}${row('persons', 'persons')}${area}</table>`
}

function votesPart(figures: Figures, say: Saying['say']): string {
  const choices = ['yes', 'no', 'abstain'] as const
  const row = (label: string, unit: string) =>
    cells([say(label), ...choices.map((choice) => shown(figures[`${choice}${unit}`]))])
  const head = cells([say('votes'), ...choices.map((choice) => say(choice))], 'th')
  const area = figures.areaM2Needed == null ? '' : row('area', 'AreaM2')
  return `<table class="figures">${head}${row('persons', 'Persons')}${area}</table>`
}

function resolutionPart(minutes: Minutes, { say, when }: Saying): string {
  const { resolution, publishedAt, objections } = minutes
  if (resolution === undefined) return ''
  const { raised, upheld, dismissed } = objections
  const heard =
    raised === 0
      ? say('none')
      : `${say('raised')} ${raised}, ${say('upheld')} ${upheld}, ${say('dismissed')} ${dismissed}`
  const rows: Row[] = [
    [say('published'), publishedAt === undefined ? '' : escaped(when(publishedAt))],
    [say('objections'), heard],
  ]
  return `<h2>${say('resolution')}</h2><p>${escaped(resolution)}</p>${table(rows)}`
}

function tasksPart(tasks: readonly Task[], { say, when }: Saying): string {
  if (tasks.length === 0) return ''
  const head = cells([say('tasks'), say('owner'), say('due'), say('status')], 'th')
  const rows = tasks.map(({ title, owner, due, status }) =>
    cells([title, owner, when(due), status].map(escaped)),
  )
  return `<h2>${say('tasks')}</h2><table>${head}${rows.join('')}</table>`
}

const table = (rows: readonly Row[]): string => {
  const lines = rows.map(([label, value]) => `<tr><th>${label}</th><td>${value}</td></tr>`)
  return `<table class="rows">${lines.join('')}</table>`
}

const cells = (values: readonly string[], tag: 'th' | 'td' = 'td'): string =>
  `<tr>${values.map((value) => `<${tag}>${value}</${tag}>`).join('')}</tr>`

const shown = (value: Figures[string]): string => (value == null ? '' : escaped(String(value)))

function timesIn(timeZone: string, into: Language): (at: string) => string {
  const format = new Intl.DateTimeFormat(into === 'zh' ? 'zh-CN' : 'en-GB', {
    ...{ timeZone, dateStyle: 'long', timeStyle: 'short' },
  })
  return (at) => format.format(new Date(at))
}

const MARKS: Readonly<Record<string, string>> = {
  ...{ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' },
}
const escaped = (text: string): string => text.replace(/[&<>"']/g, (mark) => MARKS[mark] ?? mark)

const STYLE = `
@page { size: A4; margin: 20mm 18mm }
body { font: 11pt/1.6 "Noto Serif SC", "Songti SC", SimSun, serif; color: #111 }
body { max-width: 174mm; margin: 0 auto }
h1 { font-size: 18pt; text-align: center; margin: 8mm 0 6mm }
h2 { font-size: 13pt; margin: 6mm 0 2mm; break-after: avoid }
table { border-collapse: collapse; width: 100%; break-inside: avoid; margin: 0 0 3mm }
th, td { border: 0.3mm solid #777; padding: 1.2mm 2mm; text-align: left; vertical-align: top }
th { font-weight: normal }
.rows th { width: 40mm }
th { background: #f3f3f3; min-width: 24mm }
.figures td + td, .figures th + th { text-align: right; font-variant-numeric: tabular-nums }
.result { font-weight: bold }
.sign { margin-top: 14mm; white-space: pre-wrap }
footer { margin-top: 6mm; font-size: 9pt; color: #555 }
@media screen { body { padding: 6mm } }
`
