import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { execute, type Reply } from '@linli/engine'
import { openCommunity } from '@linli/runtime'
import t from 'tap'
import { taken } from '../simulation/neighbourhood.ts'
import { giveFirst } from './first-commands.ts'

t.test('commands given just before a crash find their first answers', async (t) => {
  const folder = `${t.testdir()}/community`
  const child = fileURLToPath(new URL('first-commands.ts', import.meta.url))
  const dying = spawn(process.execPath, [child, folder], { stdio: 'inherit' })
  const [, signal] = await once(dying, 'exit')
  t.equal(signal, 'SIGKILL')

  for (const when of ['after the crash', 'after the effects have run', 'after another start']) {
    const community = await openCommunity({ folder })
    try {
      if (when !== 'after the crash') await community.settled()
      const answers: Reply[] = []
      await giveFirst(async (request) => {
        const answer = taken(await execute(community.engine, request))
        answers.push(answer)
        return answer
      })
      t.ok(answers.length > 20)
      t.ok(
        answers.every(({ repeated }) => repeated),
        when,
      )
      await community.settled()
    } finally {
      await community.close()
    }
  }
})
