import type { RequestListener } from 'node:http'
import { join } from 'node:path'
import { routes } from '../../lib/routes.ts'
import { StaticFiles } from '../../lib/static-files.ts'
import type { Author } from './event.ts'
import type { Feed } from './feed.ts'
import { page, prefersPage, sendPage, withSafeHeaders } from './page.ts'
import { takeIn } from './take-in.ts'
import type { Writer } from './writer.ts'

export interface SiteParts {
  writer: Writer
  feed: Feed
  author: Author
  topic: string
}

/** Everything that the service answers. */
export function site({ writer, feed, author, topic }: SiteParts): RequestListener {
  const files = new StaticFiles(join(import.meta.dirname, 'static'), 'never')
  const { text, json } = takeIn(writer, author)
  const show = page(files, { ...author, topic })
  return withSafeHeaders(
    routes({
      // A program gets the text, and sends an event. A person sees the page; looking at it sends none.
      'GET /': (request, response, match) => {
        response.setHeader('vary', 'accept')
        if (prefersPage(request)) return sendPage(response, show)
        return text(request, response, match)
      },
      'POST /events': json,
      'GET /feed': feed.open,
      'GET /static/*': files.serve,
    }),
  )
}
