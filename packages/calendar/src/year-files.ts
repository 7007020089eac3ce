// Reads the published years from data files: those of this package, and those of a folder where
// an operator puts the years published since. The only file here that touches the disk.

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { CalendarFault } from './calendar-fault.ts'
import { checkYear, type YearData } from './year-data.ts'

/**
 * The State Council's years, in order: `data/cn-YYYY.json` of this package and of `folder`, whose
 * years replace ours. Files that are no JSON are left alone. Throws `year-damaged` for a damaged or
 * misnamed file and `folder-unreadable`, both naming what they met.
 */
export function loadYears(folder?: string): YearData[] {
  const years = new Map<number, YearData>()
  for (const place of [join(import.meta.dirname, '../data'), ...(folder ? [folder] : [])]) {
    for (const name of namesIn(place)) {
      const data = readYear(join(place, name), name)
      years.set(data.year, data)
    }
  }
  return [...years.values()].sort((a, b) => a.year - b.year)
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder).filter((name) => /\.json$/i.test(name))
  } catch (cause) {
    const text = `The folder of calendar years ${folder} cannot be read`
    throw new CalendarFault('folder-unreadable', text, { cause })
  }
}

function readYear(path: string, name: string): YearData {
  // Left alone, it would look as if the year had been added.
  if (!/^cn-\d{4}\.json$/.test(name)) {
    throw new CalendarFault('year-damaged', `Calendar ${name} must be called cn-YYYY.json`)
  }
  try {
    const data = checkYear(JSON.parse(readFileSync(path, 'utf8')), name)
    if (name === `cn-${data.year}.json`) return data
    throw new CalendarFault('year-damaged', `Calendar ${name} holds the year ${data.year}`)
  } catch (cause) {
    if (cause instanceof CalendarFault) throw cause
    throw new CalendarFault('year-damaged', `Calendar ${name} cannot be read as JSON`, { cause })
  }
}
