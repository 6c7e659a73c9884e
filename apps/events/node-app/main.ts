/**
 * Takes events in over HTTP and writes them to Kafka. Its page shows events as they are written here and read
 * by `go-app`.
 */
import { controlPlane } from '../../lib/identity/control-plane.ts'
import { openIdentity } from '../../lib/identity/identity.ts'
import { jsonLog } from '../../lib/log.ts'
import { identify, readMetadata } from '../../lib/metadata.ts'
import { serve } from '../../lib/serve.ts'
import { onStop } from '../../lib/stopping.ts'
import { Feed } from './feed.ts'
import { Topic } from './kafka.ts'
import { Readers, readersAt } from './reads.ts'
import { readSettings } from './settings.ts'
import { site } from './site.ts'
import { Writer } from './writer.ts'

/** By then no load balancer sends new connections here, so pages come back at another instance. */
const LEAVE_MS = 1500

const settings = readSettings()
const instance = (await identify())?.instanceId ?? 'this machine'
const version = (await readMetadata('tags/instance/nanofleet:release')) ?? settings.version
const log = jsonLog({ service: 'node-app', instance })
const identity = settings.secure
  ? await openIdentity(controlPlane({ seconds: settings.certificateSeconds }), { log })
  : undefined
const feed = new Feed()
const topic = new Topic({ brokers: settings.brokers, topic: settings.topic, tls: identity?.tls })
const writer = new Writer(topic, settings.most, ({ event, place }) => {
  log('info', 'written', { id: event.id, key: event.key, ...place })
  feed.tell('written', { ...event, ...place })
})
const readers = new Readers(readersAt(settings.readers), (read) =>
  feed.tell('read', { ...read, heard: new Date().toISOString() }),
)
void readers.follow()
onStop(() => setTimeout(() => feed.end(), LEAVE_MS))

const listener = site({ writer, feed, author: { version, instance }, topic: settings.topic })

await serve(settings.port, listener, {
  graceMs: 10_000,
  leave: async () => {
    readers.close()
    await writer.close()
    identity?.close()
    log('info', 'stopped')
  },
})
log('info', 'listens', { port: settings.port, version })
