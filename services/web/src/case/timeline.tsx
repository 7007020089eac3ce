// What happened, one line each, newest first. Runs that changed no state are folded; a late entry
// is marked; the raw event is one click away.
import { Segmented } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { EventView } from '../answers.ts'
import { groupsOf } from './event-groups.ts'
import { TimelineEvent } from './timeline-event.tsx'

type TimelineProps = {
  id: string
  events: readonly EventView[]
  texts: Record<string, string>
  now: number
}
type Shown = 'all' | 'moves' | 'people'

/** The whole history up to the moment shown. */
export function Timeline({ id, events, texts, now }: TimelineProps) {
  const { t } = useTranslation()
  const [shown, setShown] = useState<Shown>('all')
  const groups = groupsOf(events.filter((event) => isShown(event, shown))).reverse()
  return (
    <>
      <Segmented<Shown>
        size="small"
        className="timeline-filter"
        aria-label={t('timeline.filter')}
        value={shown}
        onChange={setShown}
        options={[
          { value: 'all', label: t('timeline.all') },
          { value: 'moves', label: t('timeline.moves') },
          { value: 'people', label: t('timeline.people') },
        ]}
      />
      <ol className="timeline">
        {groups.map((group) => (
          <Group key={group[0]?.revision} {...{ id, group, texts, now }} />
        ))}
      </ol>
    </>
  )
}

type GroupProps = { id: string; group: EventView[]; texts: Record<string, string>; now: number }

function Group({ id, group, texts, now }: GroupProps) {
  const { t } = useTranslation()
  const [open, setOpen] = useState(false)
  const first = group[0]
  if (first === undefined) return null
  if (group.length === 1) return <TimelineEvent id={id} event={first} texts={texts} now={now} />
  if (open) {
    return [...group]
      .reverse()
      .map((event) => <TimelineEvent key={event.revision} {...{ id, event, texts, now }} />)
  }
  const words = [...new Set(group.map(({ label }) => label))].join(t('list.comma'))
  return (
    <li className="is-folded">
      <button type="button" onClick={() => setOpen(true)} aria-expanded={false}>
        <b>{t('timeline.folded', { count: group.length })}</b>
        <span>{words}</span>
      </button>
    </li>
  )
}

function isShown(event: EventView, shown: Shown): boolean {
  if (shown === 'moves') return event.fromPath !== event.toPath
  return shown === 'all' || event.by.role !== 'system'
}
