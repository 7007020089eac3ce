// What is left of a photo: the picture, its colours and how it stands; nothing of who, where, when.
import t from 'tap'
import { withoutMetadata } from '../src/photo-metadata.ts'

const CANARY = 'canary 35.41N 116.59E'
const bytes = (hex: string) => Buffer.from(hex.replaceAll(' ', ''), 'hex')
const segment = (marker: number, content: Buffer) => {
  const head = Buffer.from([0xff, marker, 0, 0])
  head.writeUInt16BE(content.length + 2, 2)
  return Buffer.concat([head, content])
}

/** An EXIF segment: its orientation and a text behind it, in either byte order. */
function exif(orientation: number, order: 'II' | 'MM'): Buffer {
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
  return segment(0xe1, Buffer.concat([Buffer.from('Exif\0\0'), tiff, Buffer.from(CANARY)]))
}

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
  test.same(withoutMetadata(photo), clean)
  test.same(withoutMetadata(clean), clean, 'and once more changes nothing')
  test.notOk(clean.includes('canary'))
  test.end()
})

t.test('how it stands is read in either byte order; upright needs no word', (test) => {
  const stands = (segment: Buffer) => {
    const clean = withoutMetadata(Buffer.concat([START, segment, picture, END]))
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
    test.equal(withoutMetadata(whole.subarray(0, length)), undefined, `${length} bytes`)
  }
  test.equal(withoutMetadata(Buffer.concat([START, Buffer.alloc(20)])), undefined)
  const broken = exif(6, 'MM')
  broken.writeUInt32BE(0xffff_fff0, 14)
  const clean = withoutMetadata(Buffer.concat([START, broken, picture, END]))
  test.same(clean, Buffer.concat([START, picture, END]), 'a directory that lies outside')
  test.end()
})
