// The process that is killed while it moves limits: it ends itself, as a power cut would, when it
// looks at its clock for the given time.
import { openCommunity } from '@linli/runtime'

const [folder = '', at = '', looks = ''] = process.argv.slice(2)
let left = Number(looks)
const clock = () => {
  left -= 1
  if (left === 0) process.kill(process.pid, 'SIGKILL')
  return Number(at)
}
const community = await openCommunity({ folder, clock })
await community.close()
