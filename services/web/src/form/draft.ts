// Drafts of forms, kept on the device until the command is taken; and the key under which a command
// is sent, kept with its body so that trying again cannot do a thing twice.
import { useState } from 'react'
import { uuidv7 } from '../identifier.ts'

type Draft = { data: unknown; sent?: { key: string; body: string } }

/** The draft of one form. `keyFor` gives the same key for the same body. */
export function useDraft(name: string, prefilled: unknown) {
  const stored = `linli.draft.${name}`
  const [draft, setDraft] = useState<Draft>(() => read(stored) ?? { data: prefilled })
  const keep = (next: Draft) => {
    localStorage.setItem(stored, JSON.stringify(next))
    setDraft(next)
  }
  return {
    data: draft.data,
    change: (data: unknown) => keep({ ...draft, data }),
    keyFor: (data: unknown) => {
      const body = JSON.stringify(data)
      const key = draft.sent?.body === body ? draft.sent.key : uuidv7()
      keep({ data, sent: { key, body } })
      return key
    },
    forget: () => localStorage.removeItem(stored),
  }
}

function read(stored: string): Draft | undefined {
  const text = localStorage.getItem(stored)
  if (text === null) return undefined
  try {
    return JSON.parse(text) as Draft
  } catch {
    // A damaged draft must not keep the form from opening.
    localStorage.removeItem(stored)
    return undefined
  }
}
