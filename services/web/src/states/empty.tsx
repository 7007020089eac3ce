// Empty: what would stand here, and what to do about it.
import type { ReactNode } from 'react'
import { StateNotice } from './failed.tsx'

/** Nothing to show; the children are the next step. */
export function Empty({ title, text, children }: EmptyProps) {
  return (
    <StateNotice
      mark={
        <svg viewBox="0 0 40 40" width="48" height="48" aria-hidden="true">
          <path
            d="M6 23l6-14h16l6 14v10H6zM6 23h9l2 4h6l2-4h9"
            fill="none"
            stroke="currentColor"
            strokeWidth="2"
          />
        </svg>
      }
      title={title}
      {...(text === undefined ? {} : { text })}
    >
      {children}
    </StateNotice>
  )
}

type EmptyProps = { title: string; text?: string; children?: ReactNode }
