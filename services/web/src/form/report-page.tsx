// Staff take a report: the form of the starting command, with the place of their own role first.
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useNavigate } from 'react-router'
import type { Offer } from '../answers.ts'
import { useMe } from '../signed-in.ts'
import { Failed } from '../states/failed.tsx'
import { Loading } from '../states/loading.tsx'
import { useVersion } from '../versions.ts'
import { useWorkflow } from '../workflows.ts'
import { CommandForm } from './command-form.tsx'
import { DuplicateHints } from './duplicate-hints.tsx'
import { prefill } from './prefill.ts'

const WORKFLOW = 'appeal'
const COMMAND = 'report'
// Roles whose place is small enough to be likely that of the report.
const OF_A_PLACE = new Set(['building-chief', 'grid-worker'])

/** `/report` for who is signed in. */
export function ReportPage() {
  const { t } = useTranslation()
  const navigate = useNavigate()
  const me = useMe()
  const [about, setAbout] = useState<About>({})
  const version = useVersion(WORKFLOW, useWorkflow(WORKFLOW)?.version)
  if (version.isError) return <Failed error={version.error} again={() => void version.refetch()} />
  const schema = version.data?.schemas[COMMAND]
  if (version.data === undefined || schema === undefined) return <Loading />
  const label = version.data.texts[`command.${COMMAND}`] ?? COMMAND
  const offer: Offer = { command: COMMAND, label, schema, needs: { place: 'place' } }
  const place = me.data?.roles.find(
    ({ role, place }) => OF_A_PLACE.has(role) && place !== undefined,
  )?.place
  const prefilled = {
    channel: 'desk',
    ...prefill(offer),
    ...(place === undefined ? {} : { place }),
  }
  return (
    <div className="narrow-page">
      <h1>{t('page.report')}</h1>
      <p className="lead">{t('report.lead')}</p>
      <DuplicateHints place={about.place ?? place} category={about.category} />
      <CommandForm
        offer={offer}
        workflow={WORKFLOW}
        version={version.data.version}
        prefilled={prefilled}
        changed={(data) => setAbout(aboutOf(data))}
        done={(reply) => void navigate(`/cases/${reply.id}`)}
      />
    </div>
  )
}

type About = { place?: string | undefined; category?: string | undefined }

/** Where it is and what it is about, as far as the form says. */
function aboutOf(data: unknown): About {
  if (typeof data !== 'object' || data === null) return {}
  const text = (name: string) => {
    const value: unknown = Reflect.get(data, name)
    return typeof value === 'string' && value !== '' ? value : undefined
  }
  return { place: text('place'), category: text('category') }
}
