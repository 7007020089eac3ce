// Pictures made small for lists, and refused where no viewer could bear them. Decoding is libvips'
// (sharp), which is loaded when the first picture comes.
import type { Sharp } from 'sharp'

/** The longer edge of a thumbnail (px), and the most pixels of a picture that is taken. */
const THUMBNAIL_PX = 320
const PIXELS_MAX = 50_000_000

/** Why a picture is not taken: nobody could look at it. Undefined for all others. */
export async function pictureTrouble(
  type: string | undefined,
  bytes: Uint8Array,
): Promise<string | undefined> {
  if (!type?.startsWith('image/')) return undefined
  const head = await (await opened(bytes, false)).metadata().catch(() => undefined)
  if (head === undefined) return 'no picture that can be read'
  const { width, height } = head
  if (width * height <= PIXELS_MAX) return undefined
  return `${width} × ${height} pixels: over ${PIXELS_MAX}`
}

/** A small WebP of a picture, upright; undefined for what cannot be decoded. */
export async function thumbnailOf(bytes: Uint8Array): Promise<Buffer | undefined> {
  const picture = await opened(bytes, PIXELS_MAX)
  return picture
    .autoOrient()
    .resize({ width: THUMBNAIL_PX, height: THUMBNAIL_PX, fit: 'inside', withoutEnlargement: true })
    .webp({ quality: 75 })
    .toBuffer()
    .catch(() => undefined)
}

async function opened(bytes: Uint8Array, limitInputPixels: number | false): Promise<Sharp> {
  const { default: sharp } = await import('sharp')
  // Its own cache would hold decoded pictures of residents in memory.
  sharp.cache(false)
  return sharp(bytes, { limitInputPixels, failOn: 'error' })
}
