// A real Chromium for tests of pages: the one inside an npm package, with a Chinese font from
// another, so that nothing is downloaded and nothing comes from the machine.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import chromium from '@sparticuz/chromium'
import { type Browser, chromium as playwright } from 'playwright-core'

/** A running browser; `close` also takes away what it wrote. */
export type RunningBrowser = { browser: Browser; close: () => Promise<void> }

/** Starts the browser. @throws when a library of the system is missing, naming it */
export async function openBrowser(): Promise<RunningBrowser> {
  const folder = mkdtempSync(join(tmpdir(), 'linli-browser-'))
  const fonts = join(folder, 'fonts.conf')
  writeFileSync(fonts, fontsConf(folder))
  const browser = await playwright.launch({
    executablePath: await chromium.executablePath(),
    // In one process a closed page can take the whole browser with it.
    args: chromium.args.filter((arg) => arg !== '--single-process'),
    headless: true,
    env: { ...strings(process.env), FONTCONFIG_FILE: fonts },
  })
  return {
    browser,
    close: async () => {
      await browser.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

function fontsConf(folder: string): string {
  const manifest = createRequire(import.meta.url).resolve(
    '@expo-google-fonts/noto-sans-sc/package.json',
  )
  const prefer = ['sans-serif', 'system-ui', 'serif', 'monospace']
  const alias = (family: string) =>
    `<alias><family>${family}</family><prefer><family>Noto Sans SC</family></prefer></alias>`
  return `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd">
<fontconfig>
  <dir>${dirname(manifest)}</dir>
  <cachedir>${join(folder, 'cache')}</cachedir>
  ${prefer.map(alias).join('\n  ')}
</fontconfig>
`
}

const strings = (env: NodeJS.ProcessEnv): Record<string, string> =>
  Object.fromEntries(
    Object.entries(env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  )
