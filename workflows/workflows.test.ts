// What holds for every workflow: texts for all that a person meets, the same in both languages,
// and a picture that is the machine's.
import { readdirSync, readFileSync } from 'node:fs'
import {
  apply,
  applyClock,
  type Chart,
  chart,
  type Event,
  type Instance,
  initialSnapshot,
  mermaid,
  transition,
  type Workflow,
} from '@linli/workflow'
import t from 'tap'
import { type AnyStateMachine, assign, createActor, transition as stockTransition } from 'xstate'
import { z } from 'zod'
import { workflows } from './index.ts'

const isPerson = (role: string): boolean => role !== 'system'

const plain = ({ value, status, context, historyValue, tags, children }: Instance['snapshot']) => {
  const remembered = Object.entries(historyValue).map(([id, nodes]) => [id, nodes.map((n) => n.id)])
  return { value, status, context, remembered, tags: [...tags], children }
}

const stocks = new Map<AnyStateMachine, AnyStateMachine>()

for (const workflow of workflows.values()) {
  t.test(workflow.id, (t) => {
    const { zh, en } = workflow.texts
    t.same(Object.keys(zh).sort(), Object.keys(en).sort(), 'the same keys in both languages')
    for (const [key, text] of Object.entries(zh)) t.not(text.trim(), '', `zh ${key}`)
    for (const [key, text] of Object.entries(en)) t.not(text.trim(), '', `en ${key}`)
    for (const key of wanted(workflow)) t.ok(key in zh, `${workflow.id} has a text ${key}`)
    const readme = readFileSync(new URL(`./${workflow.id}/README.md`, import.meta.url), 'utf8')
    const machine = workflow.machines.get(workflow.version)
    const commands = Object.fromEntries(workflow.commands)
    const picture = machine === undefined ? '' : mermaid(machine, commands)
    t.ok(readme.includes(picture), 'the picture in the README is the machine')
    t.end()
  })
}

t.test('each machine gives what XState gives with its own assign, over the golden streams', (t) => {
  const folder = new URL('../tests/golden/streams/', import.meta.url)
  const taken = new Set<string>()
  for (const file of readdirSync(folder).filter((name) => name.endsWith('.ndjson'))) {
    const lines = readFileSync(new URL(file, folder), 'utf8').trimEnd().split('\n')
    const streams = new Map<string, { ours: Instance; theirs: Instance['snapshot'] }>()
    for (const event of lines.map((line): Event => JSON.parse(line))) {
      const workflow = workflows.get(event.workflow.id)
      const machine = workflow?.machines.get(event.workflow.version)
      if (workflow === undefined || machine === undefined) throw new Error(event.workflow.id)
      const known = streams.get(event.stream)
      const asked = machineEvent(workflow, event, known?.ours)
      const next = transition(known?.ours.snapshot ?? initialSnapshot(machine), asked)
      const stock = stockOf(machine)
      const before = known?.theirs ?? createActor(stock).getSnapshot()
      const [theirs, actions] = stockTransition(stock, before, asked)
      t.strictSame(plain(next.snapshot), plain(theirs), `${event.type} of ${file}`)
      t.same(next.actions, next.taken ? actions.map(({ type, params }) => ({ type, params })) : [])
      streams.set(event.stream, { ours: apply(workflow, known?.ours, event), theirs })
      taken.add(workflow.id)
    }
  }
  t.same(taken, new Set(workflows.keys()), 'the streams are of every workflow')
  t.end()
})

/** The machine as its config says, every `assign` XState's own. */
function stockOf(machine: AnyStateMachine): AnyStateMachine {
  return stocks.getOrInsertComputed(machine, () => {
    const named = Object.entries(machine.implementations.actions).map(([name, action]) => {
      const assignment: unknown = Reflect.get(Object(action), 'assignment')
      return [
        name,
        typeof assignment === 'function'
          ? assign((given, params) => assignment(given, params))
          : action,
      ]
    })
    return machine.provide({ actions: Object.fromEntries(named) })
  })
}

function machineEvent(workflow: Workflow, event: Event, before: Instance | undefined) {
  const { data, by, stream, id: eventId } = event
  const at = Date.parse(event.at)
  const [first] = event.clocks ?? []
  const isClock = event.type.startsWith('clock.')
  const known = before?.clocks ?? {}
  return {
    type: isClock ? `${event.type}.${data.clock}` : event.type,
    ...{ data, facts: data.facts ?? {}, at, by, eventId, stream },
    clocks: isClock && first !== undefined ? applyClock(known, first, at) : known,
    policy: workflow.policies.get(event.workflow.policy),
  }
}

function wanted(workflow: Workflow): string[] {
  const drawn: Chart = chart(workflow)
  const states = drawn.nodes
    .filter(({ kind }) => kind === 'state' || kind === 'compound' || kind === 'final')
    .map(({ id }) => `state.${id}`)
  const given = [...workflow.commands.values()].filter(({ by }) => by.some(isPerson))
  const events = [...workflow.commands.values()].map(({ records }) => `event.${records}`)
  const guards = drawn.edges.flatMap(({ events: taken }) =>
    taken.flatMap(({ command, guard }) =>
      command === undefined || guard === undefined ? [] : [`guard.${guard}`],
    ),
  )
  const clocks = [...workflow.policies.values()].flatMap(({ limits }) =>
    Object.keys(limits).map((limit) => `clock.${limit.split('.')[0]}`),
  )
  const commands = given.map(({ name }) => `command.${name}`)
  const fields = given.flatMap(({ name, data }) => fieldsOf(workflow, name, data))
  const all = ['workflow', 'workflows', ...states, ...commands, ...events, ...guards, ...clocks]
  return [...new Set([...all, ...fields])]
}

/** A field has a text of its own command, or one for wherever it stands. */
function fieldsOf(workflow: Workflow, command: string, data: z.ZodType): string[] {
  if (!(data instanceof z.ZodObject)) return []
  return Object.keys(data.shape).map((field) =>
    `field.${command}.${field}` in workflow.texts.zh
      ? `field.${command}.${field}`
      : `field.${field}`,
  )
}
