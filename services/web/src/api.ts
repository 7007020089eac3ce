// Every request of the pages. Knows addresses and headers, nothing of React. After a command the
// next reads carry `Linli-After`, so that one sees one's own writes.
import type * as A from './answers.ts'
import { uuidv7, workflowOf } from './identifier.ts'
import { offline, problemOf } from './problem.ts'

/** A past moment that is asked about; empty for now. */
export type Moment = { at?: string; known?: string; revision?: number }
export type Params = Record<string, string | number | boolean | readonly string[] | undefined>

let lastPosition: string | undefined

/** `?a=1&b=2&b=3`, or nothing; what is undefined or empty is left out. */
export function queryOf(params: Params): string {
  const query = new URLSearchParams()
  for (const [name, value] of Object.entries(params)) {
    if (value === undefined || value === '') continue
    if (Array.isArray(value)) for (const one of value) query.append(name, one)
    else query.set(name, String(value))
  }
  const text = query.toString()
  return text === '' ? '' : `?${text}`
}

async function ask<Answer>(path: string, init: RequestInit = {}): Promise<Answer> {
  const headers = new Headers(init.headers)
  headers.set('Accept', 'application/json')
  headers.set('Accept-Language', document.documentElement.lang)
  if (init.method === undefined && lastPosition !== undefined) {
    headers.set('Linli-After', lastPosition)
  }
  if (typeof init.body === 'string') headers.set('Content-Type', 'application/json')
  const response = await fetch(path, { ...init, headers, credentials: 'same-origin' }).catch(
    (cause: unknown) => {
      if (cause instanceof DOMException && cause.name === 'AbortError') throw cause
      throw offline(cause)
    },
  )
  if (!response.ok) throw await problemOf(response)
  const position = response.headers.get('Linli-Position')
  if (position !== null && init.method === 'POST') lastPosition = position
  return response.status === 204 ? (undefined as Answer) : ((await response.json()) as Answer)
}

const post = <Answer>(path: string, body: unknown, headers: Record<string, string> = {}) =>
  ask<Answer>(path, { method: 'POST', body: JSON.stringify(body), headers })

/** A command to an instance, or (without `id`) the one that begins it. */
export type Given = {
  workflow: string
  id?: string
  command: string
  data: unknown
  key?: string
  revision?: number
}

/** Gives a command; the reply carries the case's number when it came within a second. */
export function give({ workflow, id, command, data, key, revision }: Given): Promise<A.Reply> {
  const path = [workflow, ...(id === undefined ? [] : [id]), command].map(encodeURIComponent)
  return post(`/api/${path.join('/')}`, data, {
    'Idempotency-Key': key ?? uuidv7(),
    Prefer: 'wait=1',
    ...(revision === undefined ? {} : { 'If-Match': `"${revision}"` }),
  })
}

/** Who is signed in. */
export const session = {
  me: () => ask<A.Me>('/api/session'),
  signIn: (name: string, password: string) => post<A.Me>('/api/session', { name, password }),
  link: (token: string) => post<A.Me>('/api/session/link', { token }),
  demo: (name: string) => post<A.Me>('/api/demo/session', { name }),
  setLogin: (name: string, password: string) =>
    ask<A.Me>('/api/session/login', { method: 'PUT', body: JSON.stringify({ name, password }) }),
  makeLink: (person: string) =>
    post<A.SignInLink>(`/api/person/${encodeURIComponent(person)}/sign-in-link`, {}),
  signOut: () => ask<undefined>('/api/session', { method: 'DELETE' }),
  demoAccounts: () => ask<A.DemoAccount[]>('/api/demo/accounts'),
}

/** What lists and boards read. */
export const lists = {
  rows: (workflow: string, params: Params) => ask<A.Rows>(`/api/${workflow}${queryOf(params)}`),
  ledger: (workflow: string, params: Params) => `/api/ledgers/${workflow}${queryOf(params)}`,
  duplicates: (params: Params) =>
    ask<{ hints: A.DuplicateHint[] }>(`/api/duplicates${queryOf(params)}`),
  counts: (params: Params) => ask<A.Counts>(`/api/counts${queryOf(params)}`),
  rates: (params: Params) => ask<A.Rates>(`/api/rates${queryOf(params)}`),
  durations: (params: Params) => ask<A.Durations>(`/api/durations${queryOf(params)}`),
  flows: (params: Params) => ask<{ flows: A.Flow[] }>(`/api/flows${queryOf(params)}`),
}

/** What a case page reads. */
export const cases = {
  one: (id: string, moment: Moment) =>
    ask<A.CaseView>(`/api/${workflowOf(id)}/${id}${queryOf(moment)}`),
  events: (id: string, moment: Moment) =>
    ask<{ events: A.EventView[] }>(`/api/${workflowOf(id)}/${id}/events${queryOf(moment)}`),
}

/** Attachments: bytes are brought first, then named in a command by their hash. */
export const files = {
  accept: 'image/jpeg,image/png,image/webp,application/pdf,audio/mp4',
  bring: (id: string, file: Blob) => bring(`/api/${workflowOf(id)}/${id}/files`, file),
  bringByLink: (token: string, file: Blob) =>
    bring(`/api/resident/cases/${encodeURIComponent(token)}/files`, file),
  address: (id: string, hash: string) => `/api/${workflowOf(id)}/${id}/files/${hash}`,
}

const bring = (path: string, file: Blob) =>
  ask<{ file: string; type: string }>(path, {
    method: 'POST',
    body: file,
    headers: { 'Content-Type': file.type },
  })

/** What concerns oneself or the office: notices, who looked at a case, effects that wait. */
export const office = {
  notices: () => ask<{ notices: A.Notice[] }>('/api/notices'),
  openings: (instance: string) =>
    ask<{ openings: A.Opening[] }>(`/api/access${queryOf({ instance })}`),
  parked: () => ask<{ effects: A.ParkedEffect[] }>('/api/effects/parked'),
  release: (effect: string) =>
    post<undefined>(`/api/effects/${encodeURIComponent(effect)}/release`, {}),
}

/** What seldom changes. */
export const known = {
  workflows: () => ask<A.Workflow[]>('/api/workflows'),
  version: (workflow: string, version: number) =>
    ask<A.WorkflowVersion>(`/api/workflows/${workflow}/versions/${version}`),
  places: (parent?: string) => ask<A.Place[]>(`/api/places${queryOf({ parent })}`),
  categories: () => ask<A.Category[]>('/api/categories'),
}

/** What a resident may do without an account. */
export const resident = {
  report: (body: unknown, key: string) =>
    post<A.ReportReply>('/api/resident/reports', body, { 'Idempotency-Key': key }),
  case: (token: string) => ask<A.ResidentCase>(`/api/resident/cases/${encodeURIComponent(token)}`),
  give: (token: string, command: string, body: unknown) =>
    post<unknown>(`/api/resident/cases/${encodeURIComponent(token)}/${command}`, body, {
      'Idempotency-Key': uuidv7(),
    }),
}
