// What holds for every workflow: texts for all that a person meets, the same in both languages,
// and a picture that is the machine's.
import { readFileSync } from 'node:fs'
import { type Chart, chart, mermaid, type Workflow } from '@linli/workflow'
import t from 'tap'
import { z } from 'zod'
import { workflows } from './index.ts'

const isPerson = (role: string): boolean => role !== 'system'

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
