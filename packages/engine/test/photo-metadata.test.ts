// What is left of a photo: the picture, its colours and how it stands; nothing of who, where, when.
import { crc32, deflateSync } from 'node:zlib'
import t from 'tap'
import { jpegWithoutMetadata } from '../src/photo-metadata.ts'
import { pngWithoutMetadata } from '../src/png-metadata.ts'
import { webpWithoutMetadata } from '../src/webp-metadata.ts'

const CANARY = 'canary 35.41N 116.59E'
const bytes = (hex: string) => Buffer.from(hex.replaceAll(' ', ''), 'hex')
const segment = (marker: number, content: Buffer) => {
  const head = Buffer.from([0xff, marker, 0, 0])
  head.writeUInt16BE(content.length + 2, 2)
  return Buffer.concat([head, content])
}

/** EXIF data: an orientation and a text behind it, in either byte order. */
function tiffOf(orientation: number, order: 'II' | 'MM'): Buffer {
  const tiff = Buffer.alloc(38)
  const short = (value: number, at: number) =>
    order === 'II' ? tiff.writeUInt16LE(value, at) : tiff.writeUInt16BE(value, at)
  const long = (value: number, at: number) =>
    order === 'II' ? tiff.writeUInt32LE(value, at) : tiff.writeUInt32BE(value, at)
  tiff.write(order, 'latin1')
  short(42, 2)
  long(8, 4)
  short(2, 8)
  for (const [index, tag] of [0x010f, 0x0112].entries()) {
    const at = 10 + index * 12
    short(tag, at)
    short(3, at + 2)
    long(1, at + 4)
    short(orientation, at + 8)
  }
  return Buffer.concat([tiff, Buffer.from(CANARY)])
}

const exif = (orientation: number, order: 'II' | 'MM') =>
  segment(0xe1, Buffer.concat([Buffer.from('Exif\0\0'), tiffOf(orientation, order)]))

// Eight by eight pixels of grey, baseline, as an encoder writes it.
const JFIF = segment(0xe0, Buffer.from('JFIF\0\x01\x01\0\0\x01\0\x01\0\0', 'latin1'))
const COLOURS = segment(0xe2, Buffer.from('ICC_PROFILE\0colours'))
const ADOBE = segment(0xee, Buffer.from('Adobe\0'))
const picture = Buffer.concat([
  segment(0xdb, Buffer.concat([Buffer.from([0]), Buffer.alloc(64, 1)])),
  segment(0xc0, bytes('08 0008 0008 01 01 11 00')),
  segment(0xc4, Buffer.concat([bytes('00 01'), Buffer.alloc(15), bytes('00')])),
  segment(0xc4, Buffer.concat([bytes('10 01'), Buffer.alloc(15), bytes('00')])),
  segment(0xda, bytes('01 01 00 00 3f 00')),
  // Stuffed and restart bytes of a scan look like markers and are none.
  bytes('3f ff00 a5 ffd0 7f'),
])
const START = bytes('ffd8')
const END = bytes('ffd9')

t.test('metadata go, the picture stays', (test) => {
  const photo = Buffer.concat([
    ...[START, JFIF, exif(6, 'MM'), COLOURS],
    segment(0xe1, Buffer.from(`http://ns.adobe.com/xap/1.0/\0${CANARY}`)),
    segment(0xed, Buffer.from(`Photoshop 3.0\0${CANARY}`)),
    segment(0xe0, Buffer.from(`JFXX\0${CANARY}`)),
    segment(0xfe, Buffer.from(CANARY)),
    ...[ADOBE, picture, END, START, exif(1, 'MM'), picture, END, Buffer.from(CANARY)],
  ])
  const turned = bytes('ffe1 0022 457869660000 4d4d002a00000008 0001 0112000300000001 00060000')
  const clean = Buffer.concat([START, JFIF, turned, Buffer.alloc(4), COLOURS, ADOBE, picture, END])
  test.same(jpegWithoutMetadata(photo), clean)
  test.same(jpegWithoutMetadata(clean), clean, 'and once more changes nothing')
  test.notOk(clean.includes('canary'))
  test.end()
})

t.test('how it stands is read in either byte order; upright needs no word', (test) => {
  const stands = (segment: Buffer) => {
    const clean = jpegWithoutMetadata(Buffer.concat([START, segment, picture, END]))
    return clean?.subarray(2, -picture.length - 2).at(-7)
  }
  for (const order of ['II', 'MM'] as const) {
    test.equal(stands(exif(8, order)), 8)
    test.equal(stands(exif(1, order)), undefined)
    test.equal(stands(exif(9, order)), undefined)
  }
  test.end()
})

t.test('what is no whole JPEG is none', (test) => {
  const whole = Buffer.concat([START, JFIF, exif(6, 'II'), picture, END])
  for (let length = 0; length < whole.length; length += 1) {
    test.equal(jpegWithoutMetadata(whole.subarray(0, length)), undefined, `${length} bytes`)
  }
  test.equal(jpegWithoutMetadata(Buffer.concat([START, Buffer.alloc(20)])), undefined)
  const broken = exif(6, 'MM')
  broken.writeUInt32BE(0xffff_fff0, 14)
  const clean = jpegWithoutMetadata(Buffer.concat([START, broken, picture, END]))
  test.same(clean, Buffer.concat([START, picture, END]), 'a directory that lies outside')
  test.end()
})

const chunk = (type: string, content: Buffer | string = '') => {
  const part = Buffer.concat([Buffer.alloc(4), Buffer.from(type), Buffer.from(content)])
  part.writeUInt32BE(part.length - 8)
  const sum = Buffer.alloc(4)
  sum.writeUInt32BE(crc32(part.subarray(4)))
  return Buffer.concat([part, sum])
}
const SIGNATURE = bytes('89504e470d0a1a0a')
// Two by one pixels of grey, eight bits each: a filter byte and the row.
const GREYS = chunk('IDAT', deflateSync(bytes('00 40 c0')))
const HEAD = chunk('IHDR', bytes('00000002 00000001 08 00 00 00 00'))

t.test('a PNG keeps what it looks like and how it stands', (test) => {
  const looks = [chunk('gAMA', bytes('0000b18f')), chunk('pHYs', bytes('00000b1300000b1301'))]
  const photo = Buffer.concat([
    ...[SIGNATURE, HEAD, ...looks, chunk('eXIf', tiffOf(6, 'II'))],
    chunk('tEXt', `Author\0${CANARY}`),
    chunk('zTXt', Buffer.concat([Buffer.from('Comment\0\0'), deflateSync(CANARY)])),
    chunk('iTXt', `XML:com.adobe.xmp\0\0\0\0\0${CANARY}`),
    ...[chunk('tIME', bytes('07ea 0b 16 09 00 00')), chunk('caBX', CANARY)],
    ...[GREYS, chunk('tEXt', `Comment\0${CANARY}`), chunk('IEND'), Buffer.from(CANARY)],
  ])
  const standing = chunk('eXIf', bytes('4d4d002a00000008 0001 0112000300000001 00060000 00000000'))
  const clean = Buffer.concat([SIGNATURE, HEAD, ...looks, standing, GREYS, chunk('IEND')])
  test.same(pngWithoutMetadata(photo), clean)
  test.same(pngWithoutMetadata(clean), clean, 'and once more changes nothing')
  for (let length = 8; length < clean.length; length += 1) {
    test.equal(pngWithoutMetadata(clean.subarray(0, length)), undefined, `${length} bytes`)
  }
  const upright = [SIGNATURE, HEAD, chunk('eXIf', tiffOf(1, 'MM')), GREYS, chunk('IEND')]
  const plain = Buffer.concat([SIGNATURE, HEAD, GREYS, chunk('IEND')])
  test.same(pngWithoutMetadata(Buffer.concat(upright)), plain, 'upright needs no word')
  test.end()
})

const little = (size: 2 | 4, value: number) => {
  const number = Buffer.alloc(size)
  number.writeUIntLE(value, 0, size)
  return number
}
const part = (type: string, content: Buffer | string) => {
  const inner = Buffer.from(content)
  const padding = Buffer.alloc(inner.length % 2)
  return Buffer.concat([Buffer.from(type), little(4, inner.length), inner, padding])
}
const webp = (...parts: Buffer[]) => {
  const body = Buffer.concat([Buffer.from('WEBP'), ...parts])
  return Buffer.concat([Buffer.from('RIFF'), little(4, body.length), body])
}
const headOf = (flags: number) => part('VP8X', Buffer.concat([little(4, flags), Buffer.alloc(6)]))
// A lossless picture of one pixel, as an encoder writes it.
const pixel = part('VP8L', bytes('2f 00 00 00 00 07 10 11 11 88 88 08 0a'))
const [EXIF, XMP, ALPHA, ANIMATED] = [0x08, 0x04, 0x10, 0x02]

t.test('a WebP keeps what it looks like and how it stands, in each of its frames', (test) => {
  const said = [part('EXIF', tiffOf(8, 'MM')), part('XMP ', `<x>${CANARY}`), part('me  ', CANARY)]
  const photo = Buffer.concat([
    webp(headOf(ALPHA | EXIF | XMP), part('ICCP', 'colours'), pixel, ...said),
    Buffer.from(CANARY),
  ])
  const standing = part('EXIF', bytes('4d4d002a00000008 0001 0112000300000001 00080000 00000000'))
  const clean = webp(headOf(ALPHA | EXIF), part('ICCP', 'colours'), pixel, standing)
  test.same(webpWithoutMetadata(photo), clean)
  test.same(webpWithoutMetadata(clean), clean, 'and once more changes nothing')
  const upright = webp(headOf(EXIF | XMP), pixel, part('EXIF', tiffOf(1, 'II')))
  test.same(webpWithoutMetadata(upright), webp(headOf(0), pixel))
  test.same(webpWithoutMetadata(webp(pixel)), webp(pixel), 'a simple file has no flags')
  const frame = (...parts: Buffer[]) => part('ANMF', Buffer.concat([Buffer.alloc(16), ...parts]))
  const moving = (...parts: Buffer[]) =>
    webp(headOf(ANIMATED), part('ANIM', Buffer.alloc(6)), frame(...parts), frame(pixel))
  test.same(webpWithoutMetadata(moving(pixel, part('who ', CANARY))), moving(pixel))
  for (let length = 0; length < clean.length; length += 1) {
    test.equal(webpWithoutMetadata(clean.subarray(0, length)), undefined, `${length} bytes`)
  }
  const overlong = Buffer.concat([pixel.subarray(0, 4), little(4, 900), pixel.subarray(8)])
  test.equal(webpWithoutMetadata(webp(overlong)), undefined)
  test.equal(webpWithoutMetadata(webp()), undefined, 'no picture')
  test.end()
})
