// The process that is killed while it imports: a dot on standard output for each durable event.

import { readFileSync, writeSync } from 'node:fs'
import { importNyc311 } from '@linli/linli'
import { openCommunity } from '@linli/runtime'

const [folder = '', file = ''] = process.argv.slice(2)
const community = await openCommunity({ folder })
community.engine.onEvent.push(() => writeSync(1, '.'))
await importNyc311(community, readFileSync(file, 'utf8'))
await community.close()
