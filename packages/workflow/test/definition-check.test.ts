// What `defineWorkflow` refuses: parts that do not fit each other.
import t from 'tap'
import { setup } from 'xstate'
import { z } from 'zod'
import { command, coreActions, defineWorkflow } from '../src/index.ts'
import { commands, machine, policy } from './ticket.ts'

const empty = z.strictObject({})
const summary = () => ({ place: [], units: [], persons: [] })
const rest = { policies: [policy], texts: { zh: {}, en: {} }, summary }

t.test('a definition whose parts do not fit is refused', (t) => {
  const subjects = { reporter: () => undefined }
  const define = (more: object) => () =>
    defineWorkflow({ id: 'ticket', version: 1, machine, commands, ...rest, ...more })
  t.throws(define({ id: 'Ticket' }), /not a name: Ticket/)
  t.throws(define({ id: 'xstate' }), /not a name: xstate/)
  const { note, ...without } = commands
  t.throws(define({ commands: without }), /takes ticket.noted, which no command records/)
  const dance = command({ records: 'danced', by: ['system'], data: empty })
  t.throws(define({ commands: { ...commands, dance } }), /no state of ticket takes ticket.danced/)
  const needy = { ...note, needs: { place: 'place' } }
  t.throws(define({ commands: { ...commands, note: needy } }), /needs unknown field place/)
  const old = { subjects, versions: { 0: { machine, commands: without } } }
  t.throws(define(old), /takes ticket.noted, which no command records/)
  const misspelt = { subjects: { reporterr: () => undefined } }
  t.throws(define(misspelt), /report.text is personal to reporter, which subjects does not name/)
  const { handle: _handle, ...others } = policy.limits
  const unlimited = { subjects, policies: [{ ...policy, limits: others }] }
  t.throws(define(unlimited), /policy test@1 has no limit handle for handle/)
  const deaf = setup({ actions: { ...coreActions } }).createMachine({
    initial: 'new',
    states: {
      new: {
        on: {
          'deaf.begun': { actions: { type: 'startClock', params: { clock: 'handle' } } },
          'clock.warned.handel': {},
        },
      },
    },
  })
  const begin = { begin: command({ records: 'begun', starts: true, by: ['system'], data: empty }) }
  t.throws(
    define({ id: 'deaf', machine: deaf, commands: begin }),
    /takes clock.warned.handel, but starts no clock handel/,
  )
  t.end()
})
