// The first script of every page: decides which of the two apps is fetched. Must stay tiny and
// import neither React nor Ant Design.
import { setTokens } from './tokens.ts'
import './base.css'

setTokens(document.documentElement)
window.addEventListener('beforeprint', () => setTokens(document.documentElement, true))
window.addEventListener('afterprint', () => setTokens(document.documentElement))
void start()

async function start(): Promise<void> {
  if (await isForResidents(window.location.pathname)) {
    const { showResident } = await import('./resident/resident.tsx')
    await showResident()
  } else {
    const { showDesk } = await import('./desk.tsx')
    await showDesk()
  }
}

async function isForResidents(path: string): Promise<boolean> {
  if (path.startsWith('/r/')) return true
  if (path !== '/report') return false
  const answer = await fetch('/api/session').catch(() => undefined)
  return answer?.status !== 200
}
