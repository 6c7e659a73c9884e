import { type Browser, chromium } from 'playwright-core'
import { browserPath } from '../../scripts/lib/chromium.mjs'

/**
 * A headless browser: the machine's, or the one that `npm test` put into the cache. Close it at the end.
 * @param more arguments of Chromium beside our own
 */
export function launchBrowser(more: string[] = []): Promise<Browser> {
  // No sandbox: tests also run as root and in containers, and only ever see our own pages.
  return chromium.launch({ executablePath: browserPath(), args: ['--no-sandbox', '--disable-gpu', ...more] })
}
