import { openBrowser } from './browser.ts'
const base = 'http://127.0.0.1:8398'
const [, , account = '', width = '1440', height = '900', locale = 'zh-CN', ...paths] = process.argv
const { browser, close } = await openBrowser()
const context = await browser.newContext({ viewport: { width: Number(width), height: Number(height) }, locale, colorScheme: process.env.DARK ? "dark" : "light", timezoneId: 'Asia/Shanghai', deviceScaleFactor: Number(width) < 600 ? 2 : 1 })
const page = await context.newPage()
page.on('console', (m) => { if (['error', 'warning'].includes(m.type())) console.log('CONSOLE', m.type(), m.text().slice(0, 300)) })
page.on('pageerror', (e) => console.log('PAGEERROR', e.message.slice(0, 500)))
page.on('response', (r) => { if (r.status() >= 400) console.log('HTTP', r.status(), r.url()) })
if (account !== '-') {
  const r = await page.request.post(base + '/api/demo/session', { data: { name: account }, headers: { origin: base } })
  console.log('session', r.status())
}
for (const one of paths) {
  const [path = '', name = 'x', full = '', ...clicks] = one.split('|')
  await page.goto(base + path)
  await page.waitForLoadState('networkidle', { timeout: 5000 }).catch(() => {})
  await page.waitForTimeout(400)
  for (const click of clicks) { await page.locator(click).first().click(); await page.waitForTimeout(700) }
  await page.screenshot({ path: `/tmp/webtest/shots/${name}.png`, fullPage: full === 'full' })
  console.log(name, page.url())
}
await close()
