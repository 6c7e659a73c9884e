/** `keyvaluestore`: where the other services are, in memory; they announce themselves every few seconds. */
import { routes } from '../../lib/routes.ts'
import { serve } from '../../lib/serve.ts'
import { optionalPort } from '../../lib/settings.ts'
import { PORTS } from '../lib/ports.ts'
import { Keys } from './keys.ts'
import { storeRoutes } from './routes.ts'

const port = optionalPort('PORT', PORTS.keyvaluestore)
await serve(port, routes(storeRoutes(new Keys())))
console.log(`Key-value store is listening on ${port}`)
