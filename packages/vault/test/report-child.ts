// A process that seals reports and "logs" them to standard output, until it is killed: what it
// bound after the first flush is only in its memory.

import { openIn } from './opened.ts'

const [folder, url] = process.argv.slice(2)
if (folder === undefined) throw new Error('Give a folder.')
const { vault } = await openIn(url === undefined ? folder : { folder, url }, {
  writeDelayMs: 3_600_000,
  poolSize: 64,
})
await vault.recover([], 0)

for (let number = 0; number < 300; number += 1) {
  const subject = `person-${number}`
  const binding = { stream: `appeal-${number}`, event: `event-${number}`, field: 'phone' }
  const phone = `1380013${String(number).padStart(4, '0')}`
  const hash = vault.hashPhone(phone) ?? ''
  const sealed = await vault.seal(subject, phone, binding)
  vault.bindIdentity(hash, subject)
  if (number === 99) await vault.flush(100)
  console.log(JSON.stringify({ sealed, binding, position: number + 1 }))
}
console.log('"done"')
setInterval(() => undefined, 1000)
