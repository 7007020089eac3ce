import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openBrowser } from './browser.ts'
import { startDemo } from './demo-server.ts'

const dir = mkdtempSync(join(tmpdir(), 'look-'))
const server = await startDemo(dir)
const { browser, close } = await openBrowser()
const fake = [
  {
    id: 'x',
    stream: 'appeal-0198c2f0-1111-7222-8333-444455556666',
    tries: 6,
    error: 'the place place-0198c2f0 was not found',
    nextAt: Date.now(),
  },
  {
    id: 'y',
    stream: 'referral-0198c2f0-1111-7222-8333-44445555abcd',
    tries: 6,
    error: 'SMS gateway answered 503',
    nextAt: Date.now() - 9e6,
  },
]
try {
  for (const [language, width] of [
    ['zh-CN', 390],
    ['en', 390],
  ] as const) {
    const open = async (name: string) => {
      const context = await browser.newContext({
        baseURL: server.url,
        viewport: { width, height: width === 390 ? 844 : 900 },
        locale: language,
        timezoneId: 'Asia/Shanghai',
        reducedMotion: 'reduce',
      })
      const page = await context.newPage()
      page.setDefaultTimeout(15000)
      page.on('console', (m) => {
        if (m.type() === 'error') console.log(language, width, page.url(), m.text())
      })
      page.on('pageerror', (m) => console.log('PAGEERROR', m.message))
      const a = await page.request.post('/api/demo/session', {
        data: { name },
        headers: { origin: server.url },
      })
      if (!a.ok()) throw new Error(name + a.status())
      return { context, page }
    }
    const shot = (page: any, name: string) =>
      page.screenshot({ path: `/tmp/look/${name}-${width}-${language}.png` })
    {
      const { context, page } = await open('coordinator')
      await page.route('**/api/workflows', async (route) => {
        const answer = await route.fetch()
        const all = await answer.json()
        const place = all.find((w: any) => w.id === 'place')
        await route.fulfill({
          json: [
            ...all,
            { ...all[0], id: 'lost-item', label: language === 'en' ? 'lost item' : '失物' },
            { ...all[0], id: 'mutual-aid', label: language === 'en' ? 'mutual aid' : '互助' },
            ...[1, 2].map((n) => ({ ...all[0], id: `kind-${n}`, label: `事项${n}` })),
          ],
        })
      })
      await page.goto('/cases?ended=false')
      await page.locator('.case-table tbody tr, .case-cards li').first().waitFor()
      await page.locator('nav.tabs button').click()
      await page.getByRole('menuitem').first().waitFor()
      await shot(page, 'nav-more')
      await page.keyboard.press('Escape')
      await page.route('**/api/effects/parked', (route) =>
        route.fulfill({ json: { effects: fake } }),
      )
      await page.goto('/effects')
      await page.locator('.parked li').first().waitFor()
      await shot(page, 'parked')
      await page.locator('.account').click()
      await page.getByRole('menuitem').nth(1).click()
      await page.getByRole('dialog').locator('input').first().waitFor()
      await shot(page, 'login')
      await page.goto('/cases/nothing')
      await page.locator('.state-notice').waitFor()
      console.log(await page.locator('.state-notice h2').textContent())
      await context.close()
    }
    {
      const { context, page } = await open('admin')
      const chief = await open('steward')
      const { person } = await (await chief.context.request.get('/api/session')).json()
      await chief.context.close()
      await page.goto(`/cases/${person}`)
      await page.locator('.sign-in-link button').click()
      await page.locator('.link-made').waitFor()
      await page.locator('.sign-in-link').scrollIntoViewIfNeeded()
      await shot(page, 'link')
      const address = await page.locator('.link-made').textContent()
      await page.goto('/w/place')
      await page.locator('.case-table tbody tr, .case-cards li').first().waitFor()
      await shot(page, 'place')
      await context.close()
      const c2 = await browser.newContext({
        baseURL: server.url,
        viewport: { width, height: width === 390 ? 844 : 900 },
        locale: language,
        timezoneId: 'Asia/Shanghai',
      })
      const p2 = await c2.newPage()
      await p2.goto(address ?? '')
      await p2.locator('.suggestion').waitFor()
      await p2.locator('.case-table tbody tr, .case-cards li').first().waitFor()
      await shot(p2, 'suggest')
      await p2.locator('.case-table tbody a, .case-cards a').first().click()
      await p2.locator('.chart').waitFor()
      if (width === 1440) {
        await p2.pdf({ path: `/tmp/look/case-${language}.pdf`, format: 'A4' })
        await p2.emulateMedia({ media: 'print' })
        await p2.setViewportSize({ width: 720, height: 1000 })
        await p2.screenshot({ path: `/tmp/look/print-${language}.png`, fullPage: true })
      }
      await c2.close()
    }
  }
} finally {
  await close()
  await server.stop()
}
