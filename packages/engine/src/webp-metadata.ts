// What a WebP carries besides the picture: EXIF, XMP, what nobody knows. None of it is stored
// (RFC 9649, section 2); only how the picture stands is kept. Pure.
import { standingOf } from './photo-metadata.ts'

const HEAD = 12
const CHUNK_HEAD = 8
/** What stands before the chunks of a frame. */
const FRAME_HEAD = 16
const EXIF_FLAG = 0x08
const XMP_FLAG = 0x04

const LOOKS = new Set(['VP8 ', 'VP8L', 'VP8X', 'ALPH', 'ANIM', 'ICCP'])

/** The same picture without metadata; undefined for bytes that are not a whole WebP. */
export function webpWithoutMetadata(webp: Buffer): Buffer | undefined {
  if (webp.length < HEAD) return undefined
  const end = CHUNK_HEAD + webp.readUInt32LE(4)
  const body = end > webp.length ? undefined : keptChunks(webp.subarray(HEAD, end))
  if (body === undefined || body.length === 0) return undefined
  const head = Buffer.from(webp.subarray(0, HEAD))
  head.writeUInt32LE(body.length + HEAD - CHUNK_HEAD, 4)
  return Buffer.concat([head, body])
}

function keptChunks(chunks: Buffer): Buffer | undefined {
  const kept: Buffer[] = []
  for (let at = 0; at < chunks.length; ) {
    if (at + CHUNK_HEAD > chunks.length) return undefined
    const type = chunks.toString('latin1', at, at + 4)
    const end = at + CHUNK_HEAD + chunks.readUInt32LE(at + 4)
    if (end > chunks.length) return undefined
    const content = keptContent(type, chunks.subarray(at + CHUNK_HEAD, end))
    if (content !== undefined) kept.push(chunkOf(type, content))
    at = end + (end % 2)
  }
  return markExif(kept)
}

function keptContent(type: string, content: Buffer): Buffer | undefined {
  if (type === 'EXIF') return standingOf(content)
  if (type !== 'ANMF') return LOOKS.has(type) ? content : undefined
  const frame = keptChunks(content.subarray(FRAME_HEAD))
  return frame && Buffer.concat([content.subarray(0, FRAME_HEAD), frame])
}

function chunkOf(type: string, content: Buffer): Buffer {
  const chunk = Buffer.alloc(CHUNK_HEAD + content.length + (content.length % 2))
  chunk.write(type, 'latin1')
  chunk.writeUInt32LE(content.length, 4)
  content.copy(chunk, CHUNK_HEAD)
  return chunk
}

/** The head of an extended file says which of the two it holds. */
function markExif(chunks: readonly Buffer[]): Buffer {
  const has = (type: string) => (chunk: Buffer) => chunk.toString('latin1', 0, 4) === type
  const head = chunks.find(has('VP8X'))
  const flags = head?.[CHUNK_HEAD]
  if (head !== undefined && flags !== undefined) {
    const exif = chunks.some(has('EXIF')) ? EXIF_FLAG : 0
    head[CHUNK_HEAD] = (flags & ~EXIF_FLAG & ~XMP_FLAG) | exif
  }
  return Buffer.concat(chunks)
}
