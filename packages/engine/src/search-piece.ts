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
  for (const [run, chinese] of runsOf(text)) {
    if (found.size >= MOST) break
    if (chinese === undefined) found.add(run.slice(0, WORD_CHARS))
    else for (const pair of pairsOf(chinese)) found.add(pair)
  }
  return [...found].slice(0, MOST)
}

/** Makes the stored form of pieces: 60 bits of an HMAC, and the same piece always the same. */
export function pieceHasher(secret: Buffer): (piece: string) => string {
  return kept((piece) => digestOf(secret, piece))
}

/** Makes the stored form of texts: that of each piece, as often as it stands there. */
export function textHasher(secret: Buffer): (text: string) => string {
  const hashOf = pieceHasher(secret)
  const pairHash = kept((pair: number) =>
    digestOf(secret, String.fromCharCode(pair >>> 16, pair & 0xffff)),
  )
  return (text) => {
    const hashes: string[] = []
    for (const [run, chinese] of runsOf(text)) {
      if (hashes.length >= MOST) break
      if (chinese === undefined) hashes.push(hashOf(run.slice(0, WORD_CHARS)))
      else if (run.length === 1 || SURROGATE.test(run)) hashes.push(...pairsOf(run).map(hashOf))
      // A number for a key: most texts are Chinese, and a string for each pair costs twice as much.
      else {
        for (let at = 1; at < run.length; at += 1) {
          hashes.push(pairHash((run.charCodeAt(at - 1) << 16) | run.charCodeAt(at)))
        }
      }
    }
    if (hashes.length > MOST) hashes.length = MOST
    return hashes.join(' ')
  }
}

const SURROGATE = /[\ud800-\udfff]/

const runsOf = (text: string) => text.normalize('NFKC').toLowerCase().matchAll(RUN)

/** A character beyond the basic plane is two units of the string. */
function pairsOf(chinese: string): string[] {
  const characters = [...chinese]
  if (characters.length === 1) return characters
  return characters.slice(1).map((character, before) => `${characters[before]}${character}`)
}

const digestOf = (secret: Buffer, piece: string): string =>
  createHmac('sha256', secret).update(piece).digest('hex').slice(0, 15)

/** Remembers what a pure function gave. */
function kept<Key>(make: (key: Key) => string): (key: Key) => string {
  const known = new Map<Key, string>()
  return (key) => {
    const old = known.get(key)
    if (old !== undefined) return old
    const made = make(key)
    if (known.size >= KEPT) known.clear()
    known.set(key, made)
    return made
  }
}

const KEPT = 200_000
