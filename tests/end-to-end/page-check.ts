// What is asked of any page: faults of accessibility, bytes of script, whether it fits its window.
import { gzipSync } from 'node:zlib'
import { AxeBuilder } from '@axe-core/playwright'
import type { Page, Response } from 'playwright-core'
import type { Test } from 'tap'

/** No serious fault of WCAG 2.2 AA. */
export async function accessible(t: Test, page: Page, name: string): Promise<void> {
  const { violations } = await new AxeBuilder({ page })
    .withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'])
    .analyze()
  const serious = violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 160)).join(' | ')}`)
  t.same(serious, [], `${name}: no serious fault of accessibility`)
}

/** Counts what scripts a page fetches from now on until asked; the sum gzipped. */
export function scriptOf(page: Page): () => Promise<number> {
  const bodies: Promise<Buffer>[] = []
  const note = (response: Response) => {
    if (response.url().endsWith('.js')) bodies.push(response.body())
  }
  page.on('response', note)
  return async () => {
    page.off('response', note)
    const all = await Promise.all(bodies)
    return all.reduce((sum, body) => sum + gzipSync(body).length, 0)
  }
}

/** Pixels by which a page is wider than its window. */
export const overhang = (page: Page) =>
  page.evaluate<number>('document.documentElement.scrollWidth - innerWidth')
