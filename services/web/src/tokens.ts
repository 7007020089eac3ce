// Colours and spaces of every page, in one place. Colour means something or is not there:
// brand = can be done, yellow and red = cards, violet = supervised, green = solved, amber = past.
// tokens are written to CSS custom properties, so stylesheets name them and never a colour.

const light = {
  brand: '#0f5257',
  brandStrong: '#0a3d41',
  brandSoft: '#e4efee',
  ink: '#182221',
  inkSoft: '#4d5957',
  inkFaint: '#667270',
  line: '#dfe5e3',
  lineStrong: '#a9b4b1',
  page: '#f5f7f6',
  sheet: '#ffffff',
  sunken: '#eef2f1',
  yellow: '#8a5a00',
  yellowSoft: '#fff0c2',
  yellowCard: '#f2b90c',
  red: '#a8201a',
  redSoft: '#fbe5e3',
  redCard: '#cf2e26',
  violet: '#6a3d9f',
  violetSoft: '#f0e8fa',
  green: '#1c6e38',
  greenSoft: '#e2f3e7',
  amber: '#6f4300',
  amberSoft: '#fff3d6',
  amberBar: '#f3b13c',
}

const dark: typeof light = {
  brand: '#62bcb6',
  brandStrong: '#95d5d0',
  brandSoft: '#173533',
  ink: '#e6eceb',
  inkSoft: '#b6c2bf',
  inkFaint: '#97a4a1',
  line: '#2b3432',
  lineStrong: '#5a6764',
  page: '#101413',
  sheet: '#181d1c',
  sunken: '#232a28',
  yellow: '#f0c24b',
  yellowSoft: '#3a2f0c',
  yellowCard: '#f2b90c',
  red: '#ff9289',
  redSoft: '#42201e',
  redCard: '#e5493f',
  violet: '#c9abf0',
  violetSoft: '#322447',
  green: '#7fd197',
  greenSoft: '#173322',
  amber: '#ffd98f',
  amberSoft: '#33260a',
  amberBar: '#6f4b00',
}

/** True when the device asks for dark pages. */
export const isDark = window.matchMedia('(prefers-color-scheme: dark)').matches

/** All colours; every pair used for text reaches 4.5 : 1 on its ground. */
export const colour = isDark ? dark : light

/** Fonts: the system's Chinese fonts first. */
export const font = {
  text: [
    '"PingFang SC"',
    '"Microsoft YaHei"',
    '"Noto Sans SC"',
    '"Noto Sans CJK SC"',
    'system-ui',
    '-apple-system',
    '"Segoe UI"',
    'sans-serif',
  ].join(', '),
  code: 'ui-monospace, "SF Mono", Menlo, Consolas, monospace',
} as const

/** The same tokens as CSS custom properties on the root element; on paper always the light ones. */
export function setTokens(root: HTMLElement, onPaper = false): void {
  const colours = onPaper ? light : colour
  for (const [name, value] of Object.entries(colours)) root.style.setProperty(`--${name}`, value)
  root.style.setProperty('color-scheme', isDark && !onPaper ? 'dark' : 'light')
  root.style.setProperty('--font', font.text)
  root.style.setProperty('--code', font.code)
}
