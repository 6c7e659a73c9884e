import { createServer } from 'node:http'
import { parentPort, workerData } from 'node:worker_threads'

/**
 * A thread that answers every check: one listener for all loopback addresses, so that an instance can be just
 * a record.
 */
const { port } = workerData as { port: number }
createServer((_request, response) => response.end('ok')).listen(port, '0.0.0.0', () =>
  parentPort?.postMessage('listening'),
)
