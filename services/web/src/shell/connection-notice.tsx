// Says that the network is away, in one line; what is on the page stays readable.
import { useSyncExternalStore } from 'react'
import { useTranslation } from 'react-i18next'

/** Nothing while the device is online. */
export function ConnectionNotice() {
  const { t } = useTranslation()
  const online = useSyncExternalStore(watch, () => navigator.onLine)
  if (online) return null
  return (
    <p className="connection" role="status">
      {t('state.offline.line')}
    </p>
  )
}

function watch(changed: () => void): () => void {
  window.addEventListener('online', changed)
  window.addEventListener('offline', changed)
  return () => {
    window.removeEventListener('online', changed)
    window.removeEventListener('offline', changed)
  }
}
