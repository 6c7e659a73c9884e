import { InvalidInput } from '../../core/base/errors.ts'
import { boutique } from './apps/boutique.ts'
import type { DemoApp } from './apps/demo-app.ts'
import { events } from './apps/events.ts'
import { hello } from './apps/hello.ts'
import { photos } from './apps/photos.ts'
import { web } from './apps/web.ts'

/** Every app that the demo can show, in the order in which `all` shows them. */
const APPS: DemoApp[] = [boutique, events, hello, photos, web]

/** What `npm run demo` shows when nothing is named. */
export const USUAL = boutique

/** The words for an app, or for all of them. */
export const CHOICES = [...APPS.map(({ name }) => name), 'all']

/**
 * The apps for a word.
 * @throws InvalidInput with the list of words
 */
export function appsNamed(word: string): DemoApp[] {
  const apps = word === 'all' ? APPS : APPS.filter(({ name }) => name === word)
  if (apps.length > 0) return apps
  throw new InvalidInput('npm run demo', `there is no app "${word}"`, `name one of ${CHOICES.join(', ')}`)
}
