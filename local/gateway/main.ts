import { readFile, rename, writeFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { startTime } from '../process.ts'
import type { RootKey } from '../root-key.ts'
import type { Served } from '../served.ts'
import { Gateway } from './gateway.ts'

/** What `gateway.json` contains. */
export interface GatewayRecord {
  pid: number
  startTime: string
  address: string
  port: number
  listeners: Served[]
}

const { values } = parseArgs({
  options: {
    endpoint: { type: 'string' },
    port: { type: 'string' },
    claim: { type: 'string' },
    record: { type: 'string' },
    key: { type: 'string' },
  },
})
const { endpoint, port, claim, record, key } = values
if (!endpoint || !port || !claim || !record || !key) {
  throw new Error(
    'usage: gateway/main.ts --endpoint <url> --port <port> --claim <127.x.0.2> --record <file> --key <file>',
  )
}

const address = '127.0.0.1'
let written: Promise<void> = Promise.resolve()
const root = JSON.parse(await readFile(key, 'utf8')) as RootKey
const gateway = new Gateway({ endpoint, key: root, address, port: Number(port), claim, onChange: write })
await gateway.start()
await write([])
process.stdout.write(`gateway: http://localhost:${port}/ for ${endpoint}\n`)

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.once(signal, () => void gateway.stop().then(() => process.exit(0)))
}

/** One write after the other, in the order of the changes. */
function write(listeners: Served[]): Promise<void> {
  written = written.then(() => writeWhole(listeners))
  return written
}

/** Written as a whole: a reader never sees half a file. */
async function writeWhole(listeners: Served[]): Promise<void> {
  const started = (await startTime(process.pid)) ?? ''
  const content: GatewayRecord = {
    pid: process.pid,
    startTime: started,
    address,
    port: Number(port),
    listeners,
  }
  const file = String(record)
  await writeFile(`${file}.tmp`, `${JSON.stringify(content, null, 2)}\n`, { mode: 0o600 })
  await rename(`${file}.tmp`, file)
  for (const { loadBalancer, protocol, port, boundPort, problem } of listeners) {
    if (problem) process.stderr.write(`gateway: ${loadBalancer} ${protocol}:${port}: ${problem}\n`)
    else if (boundPort !== port)
      process.stdout.write(`gateway: ${loadBalancer} ${protocol}:${port} is at ${boundPort}\n`)
  }
}
