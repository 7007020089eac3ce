// What a PNG carries besides the picture: texts, place, time, what a program of the maker adds.
// None of it is stored (PNG specification, third edition, clause 11). Pure.
import { crc32 } from 'node:zlib'
import { standingOf } from './photo-metadata.ts'

const SIGNATURE = 8
/** Length, type and checksum of a chunk. */
const AROUND = 12

/** Chunks that say what the picture looks like; those with a capital letter are needed as well. */
const LOOKS = new Set([
  ...['tRNS', 'cHRM', 'gAMA', 'iCCP', 'sBIT', 'sRGB', 'cICP', 'mDCV', 'cLLI'],
  ...['bKGD', 'hIST', 'pHYs', 'sPLT', 'acTL', 'fcTL', 'fdAT'],
])

/** The same picture without metadata; undefined for bytes that are not a whole PNG. */
export function pngWithoutMetadata(png: Buffer): Buffer | undefined {
  const kept: Buffer[] = [png.subarray(0, SIGNATURE)]
  for (let at = SIGNATURE; at + AROUND <= png.length; ) {
    const end = at + AROUND + png.readUInt32BE(at)
    if (end > png.length) return undefined
    const type = png.toString('latin1', at + 4, at + 8)
    const chunk = keptChunk(type, png.subarray(at, end))
    if (chunk !== undefined) kept.push(chunk)
    if (type === 'IEND') return Buffer.concat(kept)
    at = end
  }
  return undefined
}

function keptChunk(type: string, chunk: Buffer): Buffer | undefined {
  if (type !== 'eXIf') return /^[A-Z]/.test(type) || LOOKS.has(type) ? chunk : undefined
  const exif = standingOf(chunk.subarray(8, -4))
  if (exif === undefined) return undefined
  const standing = Buffer.concat([Buffer.alloc(4), Buffer.from(type), exif, Buffer.alloc(4)])
  standing.writeUInt32BE(exif.length)
  standing.writeUInt32BE(crc32(standing.subarray(4, -4)), standing.length - 4)
  return standing
}
