// What a role may begin from a list: a topic, a person, a place. Appeals have a page of their own.
import { Button, Drawer } from 'antd'
import { lazy, Suspense, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useNavigate } from 'react-router'
import type { Start } from '../answers.ts'
import { useAsOf } from '../as-of.ts'
import { prefill } from '../form/prefill.ts'
import { holds, useMe } from '../signed-in.ts'
import { useWide } from '../width.ts'
import { useWorkflow } from '../workflows.ts'

const CommandForm = lazy(async () => ({
  default: (await import('../form/command-form.tsx')).CommandForm,
}))

/** Buttons for the starting commands that one of the caller's roles may give; none in the past. */
export function StartActions({ workflow }: { workflow: string }) {
  const me = useMe()
  const { past } = useAsOf()
  const [opened, setOpened] = useState<Start>()
  const found = useWorkflow(workflow)
  const starts = (found?.starts ?? []).filter(({ by }) => holds(me.data, ...by))
  if (found === undefined || workflow === 'appeal' || past) return null
  return (
    <span className="start-actions">
      {starts.map((start) => (
        <Button key={start.command} onClick={() => setOpened(start)}>
          {start.label}
        </Button>
      ))}
      {opened !== undefined && (
        <StartDrawer
          start={opened}
          workflow={workflow}
          version={found.version}
          close={() => setOpened(undefined)}
        />
      )}
    </span>
  )
}

type DrawerProps = { start: Start; workflow: string; version: number; close: () => void }

function StartDrawer({ start, workflow, version, close }: DrawerProps) {
  const { t } = useTranslation()
  const wide = useWide()
  const navigate = useNavigate()
  return (
    <Drawer
      open
      title={start.label}
      onClose={close}
      placement={wide ? 'right' : 'bottom'}
      size={wide ? 460 : '86%'}
      className="command-drawer"
    >
      <Suspense fallback={<p>{t('state.loading')}</p>}>
        <CommandForm
          offer={start}
          workflow={workflow}
          version={version}
          prefilled={prefill(start)}
          done={({ id }) => void navigate(`/cases/${id}`)}
        />
      </Suspense>
    </Drawer>
  )
}
