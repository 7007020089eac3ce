// Every page in a real browser, on the demo community: what each kind of user does there, with no
// error on the console and no serious fault of accessibility.
import type { BrowserContext, Locator, Page } from 'playwright-core'
import t from 'tap'
import { openBrowser } from './browser.ts'
import { startDemo } from './demo-server.ts'
import { accessible, overhang, scriptOf } from './page-check.ts'

const DAY_MS = 86_400_000
const PATIENCE_MS = 20_000
const server = await startDemo(t.testdir())
const { browser, close } = await openBrowser()
t.teardown(async () => {
  await close()
  await server.stop()
})

const PIXEL =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='
/** The most script that a first page may need, gzipped. */
const FIRST_LOAD_BYTES = 450_000
const RESIDENT_BYTES = 120_000
const errors: string[] = []

type Visit = { width?: number; height?: number; language?: 'zh-CN' | 'en'; dark?: boolean }

async function visit(given: Visit = {}): Promise<{ context: BrowserContext; page: Page }> {
  const { width = 1440, height = 1080, language = 'zh-CN', dark = false } = given
  const context = await browser.newContext({
    baseURL: server.url,
    viewport: { width, height },
    locale: language,
    timezoneId: 'Asia/Shanghai',
    reducedMotion: 'reduce',
    colorScheme: dark ? 'dark' : 'light',
  })
  const page = await context.newPage()
  page.setDefaultTimeout(PATIENCE_MS)
  page.on('pageerror', (error) => errors.push(`${page.url()} ${error.message}`))
  page.on('console', (message) => {
    // The question whether somebody is signed in is answered by 401, which browsers report.
    const isQuestion = message.location().url.endsWith('/api/session')
    if (message.type() === 'error' && !isQuestion) errors.push(`${page.url()} ${message.text()}`)
  })
  return { context, page }
}

async function signedIn(account: string, given: Visit = {}) {
  const opened = await visit(given)
  const answer = await opened.page.request.post('/api/demo/session', {
    data: { name: account },
    headers: { origin: server.url },
  })
  if (!answer.ok()) throw new Error(`${account}: ${answer.status()}`)
  return opened
}

const gone = (one: Locator) => one.waitFor({ state: 'detached' })
const heading = (page: Page) => page.getByRole('heading', { level: 1 })
const textOf = async (one: Locator): Promise<string> => (await one.textContent()) ?? ''
const shown = (page: Page, text: string) => page.getByText(text).first().waitFor()
const totalOf = async (page: Page): Promise<number> =>
  Number(/\d+/.exec(await textOf(page.locator('.page-head .count')))?.[0])

t.test('one signs in by one click and finds the work, filtered and sorted', async (t) => {
  const { context, page } = await visit()
  const script = scriptOf(page)
  await page.goto('/')
  await page.waitForURL(/sign-in/)
  await shown(page, '社区协调员')
  await accessible(t, page, 'sign-in')
  await page.getByRole('button', { name: '社区协调员' }).click()
  await page.waitForURL(/cases\?ended=false/)
  await page.locator('.case-table tbody tr').first().waitFor()
  await accessible(t, page, 'list')
  const bytes = await script()
  t.ok(bytes > 0 && bytes <= FIRST_LOAD_BYTES, `${bytes} bytes of script, gzipped`)
  const rows = page.locator('.case-table tbody tr')
  const twentieth = await rows.nth(19).boundingBox()
  t.ok(twentieth !== null && twentieth.y + twentieth.height <= 1080, 'twenty rows at 1080 px')

  const all = await totalOf(page)
  await page.getByRole('button', { name: '红牌' }).click()
  await page.waitForURL(/card=red/)
  await gone(page.locator('.case-table tbody tr:not(.is-card-red)').first())
  const red = await totalOf(page)
  t.ok(red > 0 && red < all, 'fewer cases are red')
  const number = await textOf(rows.first().locator('a'))
  await page.getByRole('searchbox').fill(number)
  await page.waitForURL(new RegExp(`q=${number}`))
  await gone(rows.nth(1))
  await page.getByRole('button', { name: '清除筛选' }).click()
  await rows.nth(1).waitFor()

  await page.keyboard.press('j')
  await page.keyboard.press('Enter')
  await page.waitForURL(/cases\/appeal-/)
  await context.close()
})

t.test('a command is given by its form, and the slider shows what it changed', async (t) => {
  const { context, page } = await signedIn('coordinator')
  await page.goto('/cases?state=open.reported')
  await page.locator('.case-table tbody a').first().click()
  await heading(page).filter({ hasText: '待核实' }).waitFor()
  await page.locator('.chart .state.is-present').waitFor()
  await accessible(t, page, 'case')
  await page.locator('.case-actions').getByRole('button', { name: '核实', exact: true }).click()
  await page.locator('.ant-drawer').getByRole('button', { name: '核实', exact: true }).click()
  await heading(page).filter({ hasText: '网格处理' }).waitFor()

  await page.locator('.case-actions').getByRole('button', { name: '派遣', exact: true }).click()
  const form = page.locator('.ant-drawer')
  await form.getByText('单位', { exact: true }).waitFor()
  await accessible(t, page, 'form')
  await form.getByRole('button', { name: '派遣', exact: true }).click()
  await form.locator('.form-entry').getByText('请填写').waitFor()
  await form.getByRole('combobox', { name: '单位' }).fill('物业')
  await page.getByTitle('物业公司').click()
  await form.getByRole('button', { name: '派遣', exact: true }).click()
  await heading(page).filter({ hasText: '单位办理' }).waitFor()

  await page.locator('.ant-drawer-mask').waitFor({ state: 'hidden' })
  await page.locator('.case-actions').getByText('更多').click()
  await page.getByRole('menuitem', { name: '添加附件' }).click()
  await form.locator('input[type=file]').setInputFiles({
    name: 'stairwell.png',
    mimeType: 'image/png',
    buffer: Buffer.from(PIXEL, 'base64'),
  })
  await form.getByText('已上传').waitFor()
  await form.getByText('照片', { exact: true }).click()
  await form.getByRole('button', { name: '添加附件' }).click()
  const address = await page.getByRole('link', { name: '打开附件' }).getAttribute('href')
  const opened = await page.request.get(address ?? '')
  t.equal(opened.headers()['content-type'], 'image/png', 'the photo is there')

  await page.locator('.ant-drawer-mask').waitFor({ state: 'hidden' })
  await page.getByRole('slider').focus()
  await page.keyboard.press('ArrowLeft')
  await page.waitForURL(/revision=\d+/)
  await page.keyboard.press('ArrowLeft')
  await heading(page).filter({ hasText: '网格处理' }).waitFor()
  await page.locator('.changes').getByText('待核实').waitFor()
  t.ok(await page.locator('.shell.is-past').isVisible(), 'the bar says that it is the past')
  t.equal(await page.locator('.case-actions').count(), 0, 'the past offers no commands')
  await accessible(t, page, 'case at a past revision')
  await page.getByRole('button', { name: '回到最新' }).click()
  await heading(page).filter({ hasText: '单位办理' }).waitFor()
  await context.close()
})

t.test('lists and boards are as of any moment, and figures lead to their cases', async (t) => {
  const { context, page } = await signedIn('coordinator')
  await page.goto('/cases')
  await page.locator('.case-table tbody tr').first().waitFor()
  const now = await totalOf(page)
  const past = new Date(Date.now() - 60 * DAY_MS).toISOString()
  await page.goto(`/cases?at=${past}`)
  await page.locator('.case-table tbody tr').first().waitFor()
  const then = await totalOf(page)
  t.ok(then > 0 && then < now, `${then} cases then, ${now} now`)
  t.match(await textOf(page.locator('.as-of-date')), /当时 \d{4}-\d\d-\d\d/)
  t.match(await page.getByRole('link', { name: '议题' }).first().getAttribute('href'), /at=/)
  await accessible(t, page, 'list as of a moment')
  await page.getByRole('button', { name: '回到现在' }).click()
  await page.waitForURL((url) => !url.searchParams.has('at'))

  await page.goto('/dashboard')
  await page.locator('.figures-table').first().waitFor()
  await page.locator('.rate-chart svg').waitFor()
  await accessible(t, page, 'dashboard')
  const link = page
    .locator('.figures-table tbody tr td:nth-child(4) a')
    .filter({ hasText: /[1-9]/ })
  const denominator = Number(await textOf(link.first()))
  await link.first().click()
  await page.waitForURL(/\/cases\?/)
  await page.locator('.case-table tbody tr').first().waitFor()
  t.equal(await totalOf(page), denominator, 'as many cases as the figure says')
  await context.close()
})

t.test('a resident reports without an account and follows by the link', async (t) => {
  const { context, page } = await visit({ width: 390, height: 844 })
  const script = scriptOf(page)
  await page.goto('/report')
  await shown(page, '反映问题')
  const pick = async (level: number) => {
    const select = page.locator('fieldset').first().locator('select').nth(level)
    await select.locator('option:nth-child(2)').waitFor({ state: 'attached' })
    await select.selectOption({ index: 1 })
  }
  await pick(0)
  await pick(1)
  await page.getByLabel('说明情况').fill('楼道灯不亮')
  await page.getByLabel('电话').fill('13800000000')
  await accessible(t, page, 'resident report')
  const bytes = await script()
  t.ok(bytes > 0 && bytes <= RESIDENT_BYTES, `${bytes} bytes of script, gzipped`)
  await page.getByRole('button', { name: '提交' }).click()
  await shown(page, '已收到')
  await page.getByRole('link', { name: '查看进展' }).click()
  await page.waitForURL(/\/r\//)
  await page.locator('.steps li').first().waitFor()
  await accessible(t, page, 'resident tracking')
  const number = page.locator('.case-line b', { hasText: /\d{4}-\d{6}/ })
  await solvedByOffice(await textOf(number))
  await page.reload()
  const asked = page.locator('.asked')
  await asked.getByLabel('已解决', { exact: true }).check()
  await asked.getByLabel('满意', { exact: true }).check()
  await accessible(t, page, 'follow-up')
  await asked.getByRole('button', { name: '提交' }).click()
  await page.locator('.steps li').nth(2).waitFor()
  await shown(page, '换了灯泡')
  await page.goto('/r/nothing')
  await shown(page, '链接打不开')
  errors.splice(0, errors.length, ...errors.filter((error) => !error.includes('/r/nothing')))
  await context.close()
})

/** The office verifies and solves the case of a number. */
async function solvedByOffice(number: string): Promise<void> {
  const { context } = await signedIn('coordinator')
  const found = await context.request.get(`/api/appeal?q=${number}`)
  const id: string = (await found.json()).rows[0].id
  await give(context, `/api/appeal/${id}/verify`, {})
  await give(context, `/api/appeal/${id}/solve`, { answer: '换了灯泡' })
  await context.close()
}

async function personIn(context: BrowserContext): Promise<string> {
  return (await (await context.request.get('/api/session')).json()).person
}

async function give(context: BrowserContext, path: string, data: object): Promise<void> {
  const answer = await context.request.post(path, { data, headers: { origin: server.url } })
  if (!answer.ok()) throw new Error(`${path}: ${await answer.text()}`)
}

t.test('pages follow what others do, and the stream is live', async (t) => {
  const { context, page } = await signedIn('coordinator')
  await page.goto('/cases?state=open.reported')
  const rows = page.locator('.case-table tbody tr')
  await rows.first().waitFor()
  const before = await totalOf(page)
  const analyst = await signedIn('analyst')
  await analyst.page.goto('/analyst')
  await analyst.page.locator('.stream li').first().waitFor()
  await analyst.page.getByRole('switch', { name: '实时' }).click()
  await analyst.page.locator('.stream[aria-live=polite]').waitFor()
  const address = await rows.first().locator('a').getAttribute('href')
  const id = /appeal-[^?]+/.exec(address ?? '')?.[0]
  await give(context, `/api/appeal/${id}/verify`, {})
  await page.getByText(`共 ${before - 1} 项`).waitFor()
  await analyst.page
    .locator('.stream li')
    .first()
    .getByText('appeal.verified', { exact: true })
    .waitFor()
  t.pass('both were told')
  await context.close()
  await analyst.context.close()
})

t.test('an analyst sees how cases went and takes the stream away', async (t) => {
  const { context, page } = await signedIn('analyst')
  await page.goto('/analyst')
  await page.locator('.chart .way.is-gone').first().waitFor()
  await page.locator('.stream li').first().waitFor()
  await accessible(t, page, 'analyst')
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByText('下载 NDJSON').click(),
  ])
  const chunks: Buffer[] = []
  for await (const chunk of await download.createReadStream()) chunks.push(Buffer.from(chunk))
  const lines = Buffer.concat(chunks).toString('utf8').trim().split('\n')
  t.ok(lines.length > 100, `${lines.length} events`)
  t.ok(
    lines.every((line) => JSON.parse(line).type !== undefined),
    'each line is an event',
  )
  t.notMatch(lines.join('\n'), /"\$sealed":"/, 'nothing sealed is in it')
  await page.goto('/cases')
  await shown(page, '您的角色看不到这里')
  await context.close()
})

t.test('a one-time link lets a person in, who sets a login and signs in with it', async (t) => {
  const steward = await signedIn('steward')
  const person = await personIn(steward.context)
  await steward.context.close()
  const office = await signedIn('admin')
  await office.page.goto(`/cases/${person}`)
  await office.page.getByRole('button', { name: '生成登录链接' }).click()
  const address = await textOf(office.page.locator('.link-made'))
  await accessible(t, office.page, 'sign-in link')
  await office.context.close()

  const { context, page } = await visit()
  await page.goto(address)
  await shown(page, '一次性链接登录')
  await page.getByRole('button', { name: '设置账号和密码' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('账号').fill('steward-1')
  await dialog.getByLabel('密码').fill('a quiet stairwell')
  await accessible(t, page, 'login dialog')
  await dialog.getByRole('button', { name: '保存' }).click()
  await gone(page.locator('.suggestion'))
  await page.getByRole('button', { name: '账号与语言' }).click()
  await page.getByRole('menuitem', { name: '退出' }).click()
  await page.waitForURL(/sign-in/)
  await page.getByLabel('账号', { exact: true }).fill('steward-1')
  await page.getByLabel('密码', { exact: true }).fill('a quiet stairwell')
  await page.getByRole('button', { name: '登录', exact: true }).click()
  await page.waitForURL(/cases\?ended=false/)
  t.equal(await personIn(context), person, 'the same person is signed in')
  await context.close()
})

t.test('any workflow has a list, and the office sees what linli set aside', async (t) => {
  const { context, page } = await signedIn('admin')
  await page.goto('/w/place')
  await heading(page).filter({ hasText: '地点' }).waitFor()
  await page.getByRole('button', { name: '登记地点' }).click()
  await page.locator('.ant-drawer form').waitFor()
  await page.goto('/w/place')
  await page.locator('.case-table tbody a').first().click()
  await page.waitForURL(/cases\/place-/)
  await page.locator('.chart .state.is-present').waitFor()
  await page.emulateMedia({ media: 'print' })
  t.match(await textOf(page.locator('.print-foot')), /打印于 \d{4}-\d\d-\d\d.*签字/)
  t.ok(await page.locator('.signature').isVisible(), 'paper has a line to sign on')
  await page.emulateMedia({ media: 'screen' })
  await page.goto('/w/nothing')
  await shown(page, '没有找到这一页')
  await page.getByRole('button', { name: '账号与语言' }).click()
  await page.getByRole('menuitem', { name: '搁置的后续处理' }).click()
  await shown(page, '没有搁置的')
  await accessible(t, page, 'set-aside actions')
  await context.close()
})

t.test('on a phone nothing is cut off, and every role has its pages', async (t) => {
  const { context, page } = await signedIn('coordinator', { width: 390, height: 844 })
  await page.goto('/deliberations')
  await page.getByRole('button', { name: '提出议题' }).waitFor()
  for (const path of [
    '/cases?ended=false',
    '/referrals',
    '/deliberations',
    '/dashboard',
    '/report',
  ]) {
    await page.goto(path)
    await page.locator('nav.tabs').waitFor()
    await page.locator('.loading').first().waitFor({ state: 'hidden' })
    t.equal(await overhang(page), 0, `${path} fits`)
  }
  await page.goto('/cases?ended=false')
  await page.locator('.case-cards a').first().click()
  await page.locator('.folded .is-present').waitFor()
  t.equal(await overhang(page), 0, 'a case fits')
  await accessible(t, page, 'case on a phone')
  const targets = await page.locator('nav.tabs a, .case-actions button, .slider button').all()
  const boxes = await Promise.all(targets.map((target) => target.boundingBox()))
  t.ok(boxes.length > 5 && boxes.every((box) => (box?.height ?? 0) >= 44), 'targets of 44 px')
  await context.setOffline(true)
  await shown(page, '网络断开')
  await context.close()

  const other = await signedIn('heating-desk', { language: 'en', dark: true })
  await other.page.goto('/home')
  await other.page.waitForURL(/referrals/)
  await other.page.getByRole('heading', { name: 'Referrals' }).waitFor()
  await other.page.locator('.case-table tbody a').first().click()
  await other.page.locator('.chart .state.is-present').waitFor()
  await accessible(t, other.page, 'a case in the dark')
  await other.context.close()
})

t.test('no page wrote an error on the console', async (t) => {
  t.same(errors, [])
})
