// A Dockerfile as data: its stages, each with what it took over from the one before it.

/** One instruction; what continues over lines is one text. */
export type Instruction = { name: string; value: string }

/** A stage with its own instructions. */
export type Stage = { name: string; from: string; instructions: Instruction[] }

/** The stages in their order, and the defaults of the arguments before the first. */
export function parseImageFile(text: string): { stages: Stage[]; given: Map<string, string> } {
  const stages: Stage[] = []
  const given = new Map<string, string>()
  for (const { name, value } of instructionsIn(text)) {
    if (name === 'FROM') {
      const [, from = '', stage = ''] = /^(\S+)\s+AS\s+(\S+)$/.exec(value) ?? []
      stages.push({ name: stage, from, instructions: [] })
      continue
    }
    const stage = stages.at(-1)
    if (stage !== undefined) stage.instructions.push({ name, value })
    else if (name === 'ARG') given.set(value.split('=')[0] ?? '', value.split('=')[1] ?? '')
  }
  return { stages, given }
}

/** The last value of an instruction in a stage or in those that it is made from. */
export function inherited(
  stages: readonly Stage[],
  stage: Stage,
  name: string,
): string | undefined {
  const own = stage.instructions.findLast((one) => one.name === name)
  if (own !== undefined) return own.value
  const parent = stages.find((one) => one.name === stage.from)
  return parent === undefined ? undefined : inherited(stages, parent, name)
}

function instructionsIn(text: string): Instruction[] {
  const lines = text.split('\n').filter((line) => !/^\s*(#|$)/.test(line))
  const joined = lines.join('\n').replace(/\\\n\s*/g, ' ')
  return joined.split('\n').map((line) => {
    const [, name = '', value = ''] = /^([A-Z]+)\s+(.*)$/.exec(line) ?? []
    return { name, value }
  })
}
