import { createServer } from 'node:http'
import ms from 'ms'

const { AWS_EC2_METADATA_SERVICE_ENDPOINT: metadata = 'http://169.254.169.254', PORT = '8080' } = process.env

async function instance() {
  const headers = { 'X-aws-ec2-metadata-token-ttl-seconds': '60' }
  const asked = await fetch(`${metadata}/latest/api/token`, { method: 'PUT', headers })
  const token = { 'X-aws-ec2-metadata-token': await asked.text() }
  return (await fetch(`${metadata}/latest/meta-data/instance-id`, { headers: token })).text()
}

// `nanofleet job hello js -- 3 good bye` prints the words and ends with exit code 3.
const [code, ...words] = process.argv.slice(2)
if (code !== undefined) {
  console.log(words.join(' '))
  process.exit(Number(code))
}

const server = createServer(async ({ url }, answer) => {
  if (url === '/healthz') return answer.end('ok\n')
  const up = ms(Math.round(process.uptime() * 1000))
  return answer.end(`hello from javascript on ${await instance().catch(() => 'no instance')}, up ${up}\n`)
})
server.listen(Number(PORT))
process.on('SIGTERM', () => server.close())
