/** `master`: accepts pictures and hands out tasks. */
import { routes } from '../../lib/routes.ts'
import { surroundings } from '../lib/surroundings.ts'
import { masterRoutes } from './routes.ts'

const { peer, serve } = surroundings('master', 'Master')

await serve(routes(masterRoutes({ db: peer('db'), storage: peer('storage') })))
