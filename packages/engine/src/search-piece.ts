// The pieces a text is found by: two characters of Chinese each (a word such as 暖气 has no three),
// and whole words and numbers of other scripts. Personal text leaves only keyed hashes of them.
import { createHmac } from 'node:crypto'

const CHINESE = /\p{Script=Han}+/gu
const WORD = /[\p{L}\p{N}]+/gu
const HAN = /\p{Script=Han}/u
/** The most pieces of one text; what is behind them is not found. */
const MOST = 2_000
const WORD_CHARS = 32

/** The pieces of a text, each once. */
export function piecesOf(text: string): string[] {
  const found = new Set<string>()
  const folded = text.normalize('NFKC').toLowerCase()
  for (const [run] of folded.matchAll(CHINESE)) {
    const characters = [...run]
    if (characters.length === 1) found.add(run)
    for (let index = 1; index < characters.length && found.size < MOST; index += 1) {
      found.add(`${characters[index - 1]}${characters[index]}`)
    }
  }
  for (const [run] of folded.replace(CHINESE, ' ').matchAll(WORD)) {
    if (!HAN.test(run) && found.size < MOST) found.add(run.slice(0, WORD_CHARS))
  }
  return [...found]
}

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
