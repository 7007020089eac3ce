// Attachments: brought by whoever may attach, seen by whoever may read the case's texts, sealed on
// disk, and gone with the person. What a browser gets can run nothing.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { crc32, deflateSync } from 'node:zlib'
import sharp from 'sharp'
import t from 'tap'
import { hire, openKit, settleIn } from './community-kit.ts'

const kit = await openKit()
t.teardown(() => kit.close())
const there = await settleIn(kit)
const { gridWorker, coordinator, supervisor, administrator } = there
const CANARY = 'canary of 3-2-501'
const paper = Buffer.from(`%PDF-1.7\n${CANARY}\n%%EOF`)
const chunk = (type: string, content: Buffer | string) => {
  const named = Buffer.concat([Buffer.from(type), Buffer.from(content)])
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)]
  length.writeUInt32BE(named.length - 4)
  sum.writeUInt32BE(crc32(named))
  return Buffer.concat([length, named, sum])
}
/** A grey picture; of a very large one only the head is true. */
const pngOf = (width: number, height: number, ...said: Buffer[]) => {
  const head = Buffer.from('00000001000000010800000000', 'hex')
  head.writeUInt32BE(width)
  head.writeUInt32BE(height, 4)
  const lines = deflateSync(Buffer.alloc(Math.min((width + 1) * height, 100_000)))
  return Buffer.concat([
    ...[Buffer.from('89504e470d0a1a0a', 'hex'), chunk('IHDR', head)],
    ...[...said, chunk('IDAT', lines), chunk('IEND', '')],
  ])
}
const png = pngOf(1, 1, chunk('tEXt', `Author\0${CANARY}`))

const reported = await kit.ask('POST', '/api/resident/reports', {
  body: { place: there.building, text: '楼道灯不亮', phone: '13700001234' },
})
const { id, link } = reported.body
await kit.settle()

const bring = async (bytes: Buffer, token: string, to = `/api/appeal/${id}/files`) => {
  const answer = await fetch(`${kit.base}${to}`, {
    method: 'POST',
    body: new Uint8Array(bytes),
    headers: { authorization: `Bearer ${token}` },
  })
  const told = (await answer.json()) as { file: string; type: string; metadata: string }
  return { status: answer.status, body: told }
}
const look = (hash: string, token: string, of = id) =>
  fetch(`${kit.base}/api/appeal/${of}/files/${hash}`, {
    headers: { authorization: `Bearer ${token}` },
  })
const attach = (file: string, token = gridWorker.token, to = id) =>
  kit.ask('POST', `/api/appeal/${to}/attach`, { token, body: { file, kind: 'paper' } })

t.test('brought, named by attach, looked at, and each look kept', async (test) => {
  const brought = await bring(paper, gridWorker.token)
  test.match(brought, { status: 201, body: { file: /^[0-9a-f]{64}$/, type: 'application/pdf' } })
  test.equal(brought.body.metadata, 'kept', 'what a PDF says of its author stays')
  const { file } = brought.body
  test.match(await attach(file), { status: 200, body: { revision: 1 } })
  const seen = await look(file, coordinator.token)
  test.equal(seen.status, 200)
  test.match(Object.fromEntries(seen.headers), {
    'content-type': 'application/pdf',
    'content-disposition': /^attachment; filename="[0-9a-f]{12}\.pdf"$/,
    'content-security-policy': "sandbox; default-src 'none'",
    'x-content-type-options': 'nosniff',
    'cache-control': 'no-store',
  })
  test.same(Buffer.from(await seen.arrayBuffer()), paper)
  const photo = (await bring(png, gridWorker.token)).body
  test.match(photo, { type: 'image/png', metadata: 'removed' })
  const shown = await look(photo.file, coordinator.token)
  test.same(Buffer.from(await shown.arrayBuffer()), pngOf(1, 1), 'nothing of who, where and when')
  test.match(shown.headers.get('content-disposition'), /^inline; .*\.png"$/)
  const log = await kit.ask('GET', `/api/access?instance=${id}`, { token: supervisor.token })
  const looks = log.body.openings.filter(({ why }: { why: string }) => why === 'file')
  test.match(looks, [{ person: coordinator.person }, { person: coordinator.person }])
})

t.test('attach names only what was brought to that case', async (test) => {
  const { file } = (await bring(paper, gridWorker.token)).body
  const missing = { status: 404, body: { code: 'not-found', field: 'file' } }
  test.match(await attach('0'.repeat(64)), missing)
  const body = { place: there.building, channel: 'grid', text: '另一件事' }
  const other = await kit.ask('POST', '/api/appeal/report', { token: gridWorker.token, body })
  test.match(await attach(file, gridWorker.token, other.body.id), missing)
  test.match(await attach('x'), { status: 422, body: { code: 'invalid', field: 'file' } })
  const forbidden = { status: 403, body: { code: 'forbidden' } }
  test.match(await attach('0'.repeat(64), there.farWorker.token), forbidden, 'learns nothing')
})

t.test('who may not attach brings nothing, who may not read texts sees nothing', async (test) => {
  const member = await hire(kit, [{ role: 'council-member', place: there.estate }])
  const { file } = (await bring(paper, gridWorker.token)).body
  const forbidden = { status: 403, body: { code: 'forbidden' } }
  for (const { token } of [member, there.farWorker, administrator, there.heatingHandler]) {
    test.match(await bring(paper, token), forbidden)
    test.equal((await look(file, token)).status, 403)
  }
  test.equal((await bring(paper, 'linli_x')).status, 401)
  test.equal((await look('0'.repeat(64), coordinator.token)).status, 404)
  test.equal((await look('..%2F..%2Fkey', coordinator.token)).status, 404)
  const unknown = '/api/appeal/appeal-01900000-0000-7000-8000-000000000000/files'
  test.match(await bring(paper, gridWorker.token, unknown), { status: 404, body: { field: 'id' } })
})

t.test('what is told by its bytes to be something else, or is too large', async (test) => {
  const invalid = { status: 422, body: { code: 'invalid', field: 'file' } }
  const heic = Buffer.from('\0\0\0\x18ftypheic', 'latin1')
  for (const text of ['', '<svg onload=alert(1)>', '<html>', '%PD', 'RIFF____WAVE']) {
    test.match(await bring(Buffer.from(text), gridWorker.token), invalid, text)
  }
  test.match(await bring(heic, gridWorker.token), invalid)
  test.match(await bring(Buffer.from('ffd8ffe0', 'hex'), gridWorker.token), invalid, 'half a photo')
  test.match(await bring(png.subarray(0, 60), gridWorker.token), invalid, 'half a PNG')
  const large = Buffer.concat([paper, Buffer.alloc(10 * 1024 * 1024)])
  const tooLarge = { status: 413, body: { code: 'too-large', field: 'body' } }
  test.match(await bring(large, gridWorker.token), tooLarge)
  const most = large.subarray(0, 10 * 1024 * 1024)
  const { file } = (await bring(most, gridWorker.token)).body
  const back = await look(file, coordinator.token)
  test.ok(most.equals(Buffer.from(await back.arrayBuffer())), 'ten mebibytes come back')
})

t.test('a picture has a small form, and none that is far larger than it weighs', async (test) => {
  const wide = pngOf(2_000, 40)
  const { file } = (await bring(wide, gridWorker.token)).body
  const small = await look(`${file}?size=small`, coordinator.token)
  test.equal(small.headers.get('content-type'), 'image/webp')
  const bytes = Buffer.from(await small.arrayBuffer())
  test.match(await sharp(bytes).metadata(), { width: 320, height: 6 })
  test.equal((await look(`${file}?size=huge`, coordinator.token)).status, 422)
  const { file: text } = (await bring(paper, gridWorker.token)).body
  test.equal((await look(`${text}?size=small`, coordinator.token)).status, 404, 'no picture')
  const bomb = pngOf(30_000, 30_000)
  test.ok(bomb.length < 1_000_000)
  const refused = await bring(bomb, gridWorker.token)
  test.match(refused, { status: 422, body: { code: 'invalid', field: 'file' } })
  test.match(JSON.stringify(refused.body), /30000 × 30000 pixels/)
})

t.test('a resident brings a photo by the link', async (test) => {
  const path = `/api/resident/cases/${link.replace('/r/', '')}`
  const answer = await fetch(`${kit.base}${path}/files`, {
    method: 'POST',
    body: new Uint8Array(png),
    headers: { 'content-type': 'image/png' },
  })
  test.equal(answer.status, 201)
  const { file } = (await answer.json()) as { file: string }
  const body = { file, kind: 'photo', title: '三层' }
  test.equal((await kit.ask('POST', `${path}/attach`, { body })).status, 200)
  const wrong = await fetch(`${kit.base}/api/resident/cases/a.b.c/files`, {
    method: 'POST',
    body: new Uint8Array(png),
  })
  test.equal(wrong.status, 401)
})

t.test('on disk it is sealed, and after an erasure unreadable', async (test) => {
  const { file } = (await bring(paper, gridWorker.token)).body
  const inFiles = () => {
    const folder = join(kit.folder, 'files', id)
    const all = Buffer.concat(readdirSync(folder).map((name) => readFileSync(join(folder, name))))
    return [CANARY, paper.toString('base64'), paper.toString('base64url')].some((text) =>
      all.includes(text),
    )
  }
  test.ok(readdirSync(join(kit.folder, 'files', id)).includes(file))
  test.notOk(readdirSync(join(kit.folder, 'files', id)).some((name) => name.length > 64))
  test.notOk(inFiles())
  const seen = await kit.ask('GET', `/api/appeal/${id}`, { token: coordinator.token })
  const [person] = seen.body.summary.persons
  const erased = await kit.ask('POST', `/api/person/${person}/erase`, {
    token: administrator.token,
    body: {},
  })
  test.equal(erased.status, 200)
  const gone = await look(file, coordinator.token)
  test.match([gone.status, await gone.json()], [410, { code: 'erased', field: 'hash' }])
  test.equal((await attach(file)).status, 200, 'it still names what was there')
  const vaultFile = new DatabaseSync(join(kit.folder, 'vault.db'), { readOnly: true })
  const later = (await bring(Buffer.from(`${paper}later`), gridWorker.token)).body
  const bound = vaultFile
    .prepare('select count(*) as n from vault_bindings where subject = ?')
    .get(id)
  vaultFile.close()
  test.equal(bound?.n, 1, 'no event names its key: the vault has it at once')
  const kept = await look(later.file, coordinator.token)
  test.equal(kept.status, 200, 'what comes later goes with the case')
})
