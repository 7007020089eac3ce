// One spelling for a telephone number, so that the same resident is found however the number was
// typed. Chinese numbering plan: mobiles 1[3-9] and 9 digits, landlines 0, area code and 7 or 8
// digits, services 95xxx, 400 and 800.

/**
 * The one spelling (`+8613800138000`, `+865372345678;8001`), or undefined when the text is no
 * telephone number. `areaCode` (`0537`) completes a local number of 7 or 8 digits.
 */
export function normalisePhone(text: string, areaCode?: string): string | undefined {
  if (text.length > TEXT_MAX) return undefined
  const plain = text.normalize('NFKC').toLowerCase().trim()
  const [number = '', extension] = apart(plain)
  const digits = number.replace(/[\s\-‐-―−().·]/g, '')
  const tail = extension?.replace(/[\s\-:.]/g, '')
  if (tail !== undefined && !/^\d{1,6}$/.test(tail)) return undefined
  const whole = international(digits, areaCode)
  if (whole === undefined) return undefined
  return tail === undefined ? whole : `${whole};${tail}`
}

const TEXT_MAX = 60
const dashedExtension = /^((?:(?:\+|00)?86)?[\s-]*\(?0\d{2,3}\)?[\s-]*\d{7,8})-(\d{2,6})$/

function apart(plain: string): string[] {
  const dashed = dashedExtension.exec(plain)
  return dashed ? dashed.slice(1) : plain.split(/(?:转|轉|ext|x|#)/, 2)
}

function international(digits: string, areaCode: string | undefined): string | undefined {
  const foreign = /^(?:\+|00)(?!86)([1-9]\d{6,14})$/.exec(digits)
  if (foreign) return `+${foreign[1]}`
  const home = digits.replace(/^(?:\+86|0086|86(?=\d{9,}))/, '')
  if (!/^\d+$/.test(home)) return undefined
  const national = home.replace(/^0/, '')
  if (/^1[3-9]\d{9}$/.test(national)) return `+86${national}`
  // The 0 before an area code is left out only after the country code.
  const withArea = home.startsWith('0') || home !== digits
  if (withArea && /^(?:(?:10|2\d)\d{8}|[3-9]\d{2}\d{7,8})$/.test(national)) return `+86${national}`
  if (/^(?:95\d{3,6}|[48]00\d{7})$/.test(home)) return `+86${home}`
  if (areaCode !== undefined && /^[2-8]\d{6,7}$/.test(home)) {
    return `+86${areaCode.replace(/^0/, '')}${home}`
  }
  return undefined
}
