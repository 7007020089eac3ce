// A rate by group as bars; the table below says the same in figures. Fetched only when shown.
import { BarChart } from 'echarts/charts'
import { GridComponent, TooltipComponent } from 'echarts/components'
import { init, use } from 'echarts/core'
import { SVGRenderer } from 'echarts/renderers'
import { useEffect, useRef } from 'react'
import { useTranslation } from 'react-i18next'
import type { Rate } from '../answers.ts'
import { colour, font } from '../tokens.ts'
import { nameOf, percent } from './rate-words.ts'

use([BarChart, GridComponent, TooltipComponent, SVGRenderer])

const MOST = 16
const BAR_HEIGHT = 30

/** Horizontal bars, the largest denominators first. */
export function RateChart({ rate }: { rate: Rate }) {
  const { t } = useTranslation()
  const none = t('dashboard.noGroup')
  const frame = useRef<HTMLDivElement>(null)
  const groups = [...rate.groups]
    .filter(({ value }) => value !== null)
    .sort((a, b) => b.denominator - a.denominator)
    .slice(0, MOST)
    .reverse()
  const height = groups.length * BAR_HEIGHT + 40
  useEffect(() => {
    if (frame.current === null) return
    const chart = init(frame.current, null, { renderer: 'svg' })
    chart.setOption(optionOf(groups, none))
    const observer = new ResizeObserver(() => chart.resize())
    observer.observe(frame.current)
    return () => {
      observer.disconnect()
      chart.dispose()
    }
  }, [groups, none])
  if (groups.length === 0) return null
  return <div ref={frame} className="rate-chart" style={{ height }} aria-hidden />
}

function optionOf(groups: readonly Rate['groups'][number][], none: string) {
  const narrow = window.innerWidth < 600
  const labelWidth = narrow ? 84 : 180
  return {
    animationDuration: 160,
    textStyle: { fontFamily: font.text },
    grid: { left: labelWidth + 16, right: 116, top: 8, bottom: 26 },
    tooltip: { trigger: 'item' },
    xAxis: {
      type: 'value',
      max: 1,
      interval: narrow ? 0.5 : 0.2,
      axisLabel: {
        formatter: (value: number) => `${Math.round(value * 100)} %`,
        color: colour.inkFaint,
      },
      splitLine: { lineStyle: { color: colour.line } },
    },
    yAxis: {
      type: 'category',
      data: groups.map((group) => nameOf(group, none)),
      axisLine: { show: false },
      axisTick: { show: false },
      axisLabel: { width: labelWidth, overflow: 'break', color: colour.ink, fontSize: 13 },
    },
    series: [
      {
        type: 'bar',
        barMaxWidth: 14,
        itemStyle: { color: colour.brand, borderRadius: 3 },
        data: groups.map(({ value }) => value),
        label: {
          show: true,
          position: 'right',
          color: colour.inkSoft,
          formatter: ({ dataIndex }: { dataIndex: number }) => {
            const group = groups[dataIndex]
            if (group === undefined) return ''
            return `${percent(group.value)}  ${group.numerator}/${group.denominator}`
          },
        },
      },
    ],
  }
}
