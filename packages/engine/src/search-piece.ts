// The pieces a text is found by: two characters of Chinese each (a word such as 暖气 has no three),
// and whole words and numbers of other scripts. Personal text leaves only keyed hashes of them.
import { createHmac } from 'node:crypto'

/** Runs of Chinese, and runs of letters and digits of other scripts. */
const RUN = /(\p{Script=Han}+)|[\p{L}\p{N}]+?(?=\p{Script=Han}|[^\p{L}\p{N}]|$)/gu
/** The most pieces of one text; what is behind them is not found. */
const MOST = 2_000
const WORD_CHARS = 32

/** The pieces of a text, each once. */
export function piecesOf(text: string): string[] {
  const found = new Set<string>()
  for (const [run, chinese] of text.normalize('NFKC').toLowerCase().matchAll(RUN)) {
    if (found.size >= MOST) break
    if (chinese === undefined) found.add(run.slice(0, WORD_CHARS))
    else addPairs(chinese, found)
  }
  return [...found]
}

/** A character beyond the basic plane is two units of the string. */
function addPairs(chinese: string, found: Set<string>): void {
  let before = 0
  let from = widthAt(chinese, 0)
  if (from === chinese.length) found.add(chinese)
  while (from < chinese.length && found.size < MOST) {
    const to = from + widthAt(chinese, from)
    found.add(chinese.slice(before, to))
    before = from
    from = to
  }
}

const widthAt = (text: string, at: number): number => ((text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1)

/** Makes the stored form of pieces: 60 bits of an HMAC, and the same piece always the same. */
export function pieceHasher(secret: Buffer): (piece: string) => string {
  const kept = new Map<string, string>()
  return (piece) => {
    const known = kept.get(piece)
    if (known !== undefined) return known
    const digest = createHmac('sha256', secret).update(piece).digest('hex').slice(0, 15)
    if (kept.size >= KEPT) kept.clear()
    kept.set(piece, digest)
    return digest
  }
}

const KEPT = 200_000
