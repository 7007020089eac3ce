// Ant Design in linli's colours: flat, square enough, no shadows but on what floats.
import { type ThemeConfig, theme } from 'antd'
import { colour, font, isDark } from './tokens.ts'

const phone = window.matchMedia('(max-width: 859px)').matches
const still = window.matchMedia('(prefers-reduced-motion: reduce)').matches

/** The theme of the staff's pages. */
export const deskTheme: ThemeConfig = {
  algorithm: isDark ? theme.darkAlgorithm : theme.defaultAlgorithm,
  token: {
    colorPrimary: colour.brand,
    colorLink: colour.brand,
    colorInfo: colour.brand,
    colorError: colour.red,
    colorSuccess: colour.green,
    colorWarning: colour.yellow,
    colorText: colour.ink,
    colorTextSecondary: colour.inkSoft,
    colorTextTertiary: colour.inkFaint,
    colorTextPlaceholder: colour.inkFaint,
    colorBorder: colour.lineStrong,
    colorBorderSecondary: colour.line,
    colorBgLayout: colour.page,
    colorBgContainer: colour.sheet,
    colorTextLightSolid: colour.sheet,
    borderRadius: 6,
    fontFamily: font.text,
    fontSize: phone ? 16 : 14,
    controlHeight: phone ? 46 : 34,
    controlHeightSM: phone ? 44 : 24,
    motion: !still,
    motionDurationMid: '0.14s',
    motionDurationSlow: '0.18s',
    wireframe: false,
  },
  components: {
    Button: {
      primaryColor: colour.sheet,
      primaryShadow: 'none',
      defaultShadow: 'none',
      dangerShadow: 'none',
    },
    Form: { itemMarginBottom: 18, verticalLabelPadding: '0 0 4px', labelHeight: 24 },
  },
}
