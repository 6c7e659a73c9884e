/** The shop's carts, kept in Redis: any instance serves any cart. */
import { serveGrpc } from '../../lib/grpc/server.ts'
import { MemoryStore } from './memory-store.ts'
import { RedisStore } from './redis-store.ts'
import { cartService } from './service.ts'
import { readSettings } from './settings.ts'

/** As long as the cookie that identifies the visitor. */
const IDLE_MS = 48 * 60 * 60 * 1000

const { port, redis } = readSettings()
const store = redis ? new RedisStore(redis, IDLE_MS) : new MemoryStore(IDLE_MS)
const place = redis ? `in Redis at ${redis.host}:${redis.port}` : 'in memory, as REDIS_ADDR is empty'

await serveGrpc(port, [cartService(store)], { leave: () => store.close() })
console.log(`cartservice listens on ${port}; carts are ${place}`)
