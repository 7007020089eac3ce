// What a camera writes into a JPEG besides the picture: place, time, device, owner, a second
// picture behind the first. None of it is stored; only how the picture stands is kept. Pure.

const SOI = 0xd8
const EOI = 0xd9
const SOS = 0xda
const APP0 = 0xe0
const APP1 = 0xe1
const APP2 = 0xe2
const APP14 = 0xee
const APP15 = 0xef
const COMMENT = 0xfe

/** The same picture without metadata; undefined for bytes that are not a whole JPEG. */
export function jpegWithoutMetadata(jpeg: Buffer): Buffer | undefined {
  if (jpeg[0] !== 0xff || jpeg[1] !== SOI) return undefined
  const kept: Buffer[] = [jpeg.subarray(0, 2)]
  for (let at = 2; at + 1 < jpeg.length; ) {
    const marker = jpeg[at + 1] ?? 0
    if (jpeg[at] !== 0xff) return undefined
    if (marker === 0xff) {
      at += 1
      continue
    }
    if (marker === EOI) return Buffer.concat([...kept, jpeg.subarray(at, at + 2)])
    const end = isBare(marker) ? at + 2 : segmentEnd(jpeg, at)
    if (end === undefined) return undefined
    const next = marker === SOS ? scanEnd(jpeg, end) : end
    const segment = keptSegment(marker, jpeg.subarray(at, next))
    if (segment !== undefined) kept.push(segment)
    at = next
  }
  return undefined
}

const isBare = (marker: number): boolean => marker === 1 || (marker >= 0xd0 && marker <= 0xd7)

function segmentEnd(jpeg: Buffer, at: number): number | undefined {
  if (at + 4 > jpeg.length) return undefined
  const length = jpeg.readUInt16BE(at + 2)
  const end = at + 2 + length
  return length < 2 || end > jpeg.length ? undefined : end
}

/** Where the picture's own bytes end: at the first marker that is neither stuffed nor a restart. */
function scanEnd(jpeg: Buffer, from: number): number {
  for (let at = jpeg.indexOf(0xff, from); at >= 0; at = jpeg.indexOf(0xff, at + 1)) {
    const next = jpeg[at + 1] ?? 0
    if (next !== 0 && !isBare(next)) return at
  }
  return jpeg.length
}

function keptSegment(marker: number, segment: Buffer): Buffer | undefined {
  if (marker === APP1) return turned(segment)
  if (marker === COMMENT) return undefined
  if (marker < APP0 || marker > APP15) return segment
  const isNeeded =
    (marker === APP0 && names(segment, 'JFIF\0')) ||
    (marker === APP2 && names(segment, 'ICC_PROFILE\0')) ||
    marker === APP14
  return isNeeded ? segment : undefined
}

const names = (segment: Buffer, name: string): boolean =>
  segment.toString('latin1', 4, 4 + name.length) === name

/** An EXIF segment that says how the picture stands and nothing else. */
function turned(segment: Buffer): Buffer | undefined {
  const tiff = names(segment, 'Exif\0\0') ? standingOf(segment.subarray(10)) : undefined
  return tiff && Buffer.concat([Buffer.from('ffe10022457869660000', 'hex'), tiff])
}

/** EXIF data (TIFF 6.0) of how the picture stands and nothing else; undefined: upright. */
export function standingOf(exif: Buffer): Buffer | undefined {
  const orientation = orientationOf(exif)
  if (orientation === undefined || orientation === 1) return undefined
  return Buffer.from(`4d4d002a0000000800010112000300000001000${orientation}000000000000`, 'hex')
}

/** TIFF 6.0: the tag 0x0112 of the first directory, from 1 to 8. */
function orientationOf(tiff: Buffer): number | undefined {
  const isLittle = tiff.toString('latin1', 0, 2) === 'II'
  const short = (at: number) => (isLittle ? tiff.readUInt16LE(at) : tiff.readUInt16BE(at))
  if (tiff.length < 8) return undefined
  const first = isLittle ? tiff.readUInt32LE(4) : tiff.readUInt32BE(4)
  const count = first + 2 <= tiff.length ? short(first) : 0
  for (let index = 0; index < count; index += 1) {
    const entry = first + 2 + index * 12
    if (entry + 12 > tiff.length) return undefined
    if (short(entry) !== ORIENTATION) continue
    const value = short(entry + 8)
    return value >= 1 && value <= 8 ? value : undefined
  }
  return undefined
}

const ORIENTATION = 0x0112
