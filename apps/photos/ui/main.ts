/**
 * The app's page: uploads, gallery and live progress. It keeps no state, so any instance can answer any
 * request.
 */
import { join } from 'node:path'
import { type Handler, routes } from '../../lib/routes.ts'
import { StaticFiles } from '../../lib/static-files.ts'
import { draining } from '../lib/draining.ts'
import { surroundings } from '../lib/surroundings.ts'
import { Events } from './events.ts'
import { Feed } from './feed.ts'
import { sendGallery } from './gallery.ts'
import { withSafeHeaders } from './headers.ts'
import { Master } from './master.ts'
import { sendPage, uploadPage } from './pages.ts'
import { sendPicture } from './picture.ts'
import { taskRoutes } from './tasks.ts'
import { upload } from './upload.ts'

const around = surroundings('ui', 'UI')
const master = new Master(around.peer('master'))
const events = new Events(new Feed((since, limit) => master.changes(since, limit)))

const table: Record<string, Handler> = {
  'GET /': (request, response, match) => sendGallery(master, request, response, match),
  'GET /upload': (_request, response) => sendPage(response, 200, uploadPage()),
  'POST /upload': draining((request, response) => upload(master, request, response)),
  ...taskRoutes(master),
  'GET /photo/:id/:of': (request, response, match) => sendPicture(master, request, response, match),
  'GET /events': (request, response, match) => events.open(request, response, match),
  'GET /static/*': new StaticFiles(join(import.meta.dirname, 'static'), 'never').serve,
}

await around.serve(withSafeHeaders(routes(table)))
