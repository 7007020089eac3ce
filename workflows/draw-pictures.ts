// Draws each machine into its README, between the marks `<!-- picture -->`: `pnpm draw`.
import { readFileSync, writeFileSync } from 'node:fs'
import { mermaid } from '@linli/workflow'
import { workflows } from './index.ts'

const PICTURE = /<!-- picture -->[\s\S]*<!-- \/picture -->/

for (const workflow of workflows.values()) {
  const file = new URL(`./${workflow.id}/README.md`, import.meta.url)
  const machine = workflow.machines.get(workflow.version)
  const before = readFileSync(file, 'utf8')
  if (machine === undefined || !PICTURE.test(before)) {
    throw new Error(`${workflow.id}/README.md has no <!-- picture --> … <!-- /picture -->`)
  }
  const drawn = mermaid(machine, Object.fromEntries(workflow.commands)).trimEnd()
  const picture = `<!-- picture -->\n\`\`\`mermaid\n${drawn}\n\`\`\`\n<!-- /picture -->`
  const after = before.replace(PICTURE, () => picture)
  if (after !== before) writeFileSync(file, after)
}
