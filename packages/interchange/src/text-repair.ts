// Text that was UTF-8 and was read as Latin-1 or Windows-1252 ("â€™" for "’"): repaired when the
// bytes it must have been are valid UTF-8, otherwise left alone. Imports nothing.

/** The text as it was meant; undefined when there is nothing to repair. */
export function repairText(text: string): string | undefined {
  const bytes = bytesBehind(text)
  if (bytes === undefined) return undefined
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return undefined
  }
}

/** The single bytes the characters stand for; undefined for plain ASCII or another alphabet. */
function bytesBehind(text: string): Uint8Array | undefined {
  const bytes = new Uint8Array(text.length)
  let isPlain = true
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index)
    const byte = code < 0x100 ? code : WINDOWS_1252.get(code)
    if (byte === undefined) return undefined
    if (byte > 0x7f) isPlain = false
    bytes[index] = byte
  }
  return isPlain ? undefined : bytes
}

/** Characters that Windows-1252 has in the place of the C1 controls 0x80 to 0x9f. */
const WINDOWS_1252: ReadonlyMap<number, number> = new Map(
  [...'€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ'].map((character, index) => [
    character.charCodeAt(0),
    0x80 + index,
  ]),
)
