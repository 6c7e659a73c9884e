import { createServer } from 'node:http'

const { PORT = '8080' } = process.env

/** Which instance this is; a unikernel's metadata service wants a token first (IMDSv2). */
async function instance(): Promise<string> {
  const metadata = process.env.AWS_EC2_METADATA_SERVICE_ENDPOINT ?? 'http://169.254.169.254'
  const headers = { 'X-aws-ec2-metadata-token-ttl-seconds': '60' }
  const asked = await fetch(`${metadata}/latest/api/token`, { method: 'PUT', headers })
  const token = { 'X-aws-ec2-metadata-token': await asked.text() }
  return (await fetch(`${metadata}/latest/meta-data/instance-id`, { headers: token })).text()
}

const server = createServer(async ({ url }, answer) => {
  if (url === '/healthz') answer.end('ok\n')
  else answer.end(`hello from typescript on ${await instance().catch(() => 'no instance')}\n`)
})
server.listen(Number(PORT))
process.on('SIGTERM', () => server.close())
