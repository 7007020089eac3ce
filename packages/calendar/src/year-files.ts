// Reads the published years from data files: those of this package, and those of a folder where
// an operator puts the years published since. The only file here that touches the disk.

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { checkYear, type YearData } from './year-data.ts'

/**
 * The State Council's years, in order: `data/cn-YYYY.json` of this package and of `folder`, whose
 * years replace ours. Other files are left alone. Throws `year-damaged` for a damaged file.
 */
export function loadYears(folder?: string): YearData[] {
  const years = new Map<number, YearData>()
  for (const place of [join(import.meta.dirname, '../data'), ...(folder ? [folder] : [])]) {
    for (const name of readdirSync(place).sort()) {
      if (!/^cn-.*\.json$/.test(name)) continue
      const data = checkYear(parse(readFileSync(join(place, name), 'utf8')), name)
      checkYear(`cn-${data.year}.json` === name ? data : undefined, name)
      years.set(data.year, data)
    }
  }
  return [...years.values()].sort((a, b) => a.year - b.year)
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause
    return undefined
  }
}
