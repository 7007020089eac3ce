// Reads the newest part of the event stream, and follows it live by server-sent events.
import { useQuery } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { queryOf } from '../api.ts'
import { problemOf } from '../problem.ts'

export type StreamEvent = {
  id: string
  type: string
  stream: string
  revision: number
  at: string
  position?: string
}
type Asked = { workflow: string; type: string | undefined; live: boolean }

const MOST = 200
const READ_AT_MOST = 20_000

/** At most 200 events, the newest first. */
export function useStream({ workflow, type, live }: Asked) {
  const [tail, setTail] = useState<StreamEvent[]>([])
  const read = useQuery({
    queryKey: ['figures', 'stream', workflow, type],
    queryFn: ({ signal }) => readNewest({ workflow, type, limit: READ_AT_MOST }, signal),
  })
  const last = read.data?.[0]?.position
  useEffect(() => {
    setTail([])
    if (!live) return
    const source = new EventSource(`/api/events${queryOf({ workflow, type, after: last })}`)
    const take = (message: MessageEvent<string>) => {
      const event = JSON.parse(message.data) as StreamEvent
      setTail((before) => [event, ...before].slice(0, MOST))
    }
    source.addEventListener('message', take)
    return () => source.close()
  }, [live, workflow, type, last])
  const seen = new Set(tail.map(({ id }) => id))
  const events = [...tail, ...(read.data ?? []).filter(({ id }) => !seen.has(id))].slice(0, MOST)
  return {
    events,
    failure: read.error ?? undefined,
    again: () => void read.refetch(),
  }
}

async function readNewest(
  params: Record<string, string | number | undefined>,
  signal: AbortSignal,
): Promise<StreamEvent[]> {
  const answer = await fetch(`/api/events${queryOf(params)}`, {
    headers: { Accept: 'application/x-ndjson' },
    signal,
  })
  if (!answer.ok) throw await problemOf(answer)
  const lines = (await answer.text()).split('\n').filter((line) => line !== '')
  return lines
    .slice(-MOST)
    .map((line) => JSON.parse(line) as StreamEvent)
    .reverse()
}
