// The language of the pages: zh-CN first, and English. Texts are fetched one language at a time.
import { createInstance, type i18n } from 'i18next'
import { initReactI18next } from 'react-i18next'

export type Language = 'zh-CN' | 'en'
const STORED = 'linli.language'

/** The language asked for last on this device, else the browser's, else Chinese. */
export function preferredLanguage(): Language {
  const stored = localStorage.getItem(STORED)
  if (stored === 'zh-CN' || stored === 'en') return stored
  return navigator.language.startsWith('en') ? 'en' : 'zh-CN'
}

/** Keeps the choice and begins anew: every text and answer comes in that language. */
export function chooseLanguage(language: Language): void {
  localStorage.setItem(STORED, language)
  window.location.reload()
}

/** The texts of the preferred language, ready for React. */
export async function loadTexts(): Promise<i18n> {
  const language = preferredLanguage()
  document.documentElement.lang = language
  const texts =
    language === 'en' ? await import('./texts/en.json') : await import('./texts/zh.json')
  const instance = createInstance()
  await instance.use(initReactI18next).init({
    lng: language,
    resources: { [language]: { translation: texts.default } },
    keySeparator: false,
    nsSeparator: false,
    interpolation: { escapeValue: false },
    returnEmptyString: false,
  })
  return instance
}
