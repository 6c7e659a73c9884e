/** Ads that fit what the user is looking at. */
import { implement } from '../../lib/grpc/implementation.ts'
import { serveGrpc } from '../../lib/grpc/server.ts'
import { AdService } from '../lib/gen/hipstershop_pb.ts'
import { portOf } from '../lib/services.ts'
import { adsFor } from './ads.ts'

const ads = implement(AdService, {
  getAds: ({ contextKeys }) => ({ ads: adsFor(contextKeys, Math.random) }),
})
const port = await serveGrpc(portOf('adservice'), [ads])
console.log(`adservice listens on ${port}`)
