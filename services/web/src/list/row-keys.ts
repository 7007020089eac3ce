// Moving along the rows of a list by keyboard: j and k, or the arrows; Enter follows the link.
import { useEffect, useRef } from 'react'

/** Give the ref to what holds the rows; each row's first link takes the focus. */
export function useRowKeys() {
  const body = useRef<HTMLTableSectionElement>(null)
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const step = STEPS[event.key]
      const target = event.target
      if (step === undefined || event.ctrlKey || event.metaKey || event.altKey) return
      const typing = target instanceof HTMLElement && target.closest('input, textarea, .ant-select')
      if (typing) return
      const links = [...(body.current?.querySelectorAll<HTMLElement>('tr a') ?? [])]
      const at = links.findIndex((link) => link.matches(':focus'))
      const arrow = event.key.startsWith('Arrow')
      if (arrow && at < 0) return
      event.preventDefault()
      links[Math.min(links.length - 1, Math.max(0, at + step))]?.focus()
    }
    window.addEventListener('keydown', onKey)
    return () => window.removeEventListener('keydown', onKey)
  }, [])
  return body
}

const STEPS: Record<string, number> = { j: 1, k: -1, ArrowDown: 1, ArrowUp: -1 }
