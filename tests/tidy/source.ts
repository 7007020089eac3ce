// The tree as the tidy tests see it: files that git tracks or would, with their text.
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** The root of the repository. */
export const root = fileURLToPath(new URL('../../', import.meta.url))

/** A file of ours. */
export type SourceFile = { path: string; text: string; lines: string[] }

/** All files that match, deleted ones left out. */
export function sourceFiles(pattern: RegExp): SourceFile[] {
  const listed = execFileSync('git', ['ls-files', '-co', '--exclude-standard'], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  })
  return listed
    .split('\n')
    .filter((path) => pattern.test(path) && existsSync(root + path))
    .map((path) => {
      const text = readFileSync(root + path, 'utf8')
      return { path, text, lines: text.split('\n') }
    })
}

/** Code without its comments and texts, line by line: what bans are looked for in. */
export function codeOf(file: SourceFile): string[] {
  let inBlock = false
  return file.lines.map((line) => {
    let code = line
    if (inBlock) {
      const end = code.indexOf('*/')
      if (end < 0) return ''
      code = code.slice(end + 2)
      inBlock = false
    }
    code = code.replace(/\/\*.*?\*\//g, '').replace(/'(?:[^'\\]|\\.)*'/g, "''")
    code = code.replace(/"(?:[^"\\]|\\.)*"/g, '""')
    const start = code.indexOf('/*')
    if (start >= 0) {
      inBlock = true
      code = code.slice(0, start)
    }
    return code.replace(/(^|\s)\/\/.*$/, '')
  })
}
