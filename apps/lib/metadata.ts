/** What an instance knows about itself; a unikernel's host name says only its address. */
export interface Identity {
  instanceId: string
  zone: string
  imageId: string
  address: string
}

const PATHS = {
  instanceId: 'instance-id',
  zone: 'placement/availability-zone',
  imageId: 'ami-id',
  address: 'local-ipv4',
} as const

/** `http://169.254.169.254` unless AWS_EC2_METADATA_SERVICE_ENDPOINT says otherwise. */
const usualEndpoint = (): string => process.env.AWS_EC2_METADATA_SERVICE_ENDPOINT ?? 'http://169.254.169.254'

/**
 * Asks the instance metadata service (EC2 User Guide, "Use the Instance Metadata Service", version 2).
 * @param patience how long each of three attempts waits, in ms
 * @returns null on a machine without that service, such as a developer's own
 */
export async function identify(
  endpoint: string = usualEndpoint(),
  patience: number = PATIENCE_MS,
): Promise<Identity | null> {
  const headers = await session(endpoint, patience)
  if (headers === null) return null
  const asked = Object.entries(PATHS).map(async ([name, path]) => {
    const url = `${endpoint}/latest/meta-data/${path}`
    return [name, (await ask(url, 'GET', headers, patience)) ?? 'unknown']
  })
  return Object.fromEntries(await Promise.all(asked)) as Identity
}

/**
 * One value of the instance metadata.
 * @param path below `/latest/meta-data/`
 * @returns null when it does not exist, and on a machine without that service
 */
export async function readMetadata(path: string, endpoint: string = usualEndpoint()): Promise<string | null> {
  const headers = await session(endpoint)
  return headers && ask(`${endpoint}/latest/meta-data/${path}`, 'GET', headers)
}

async function session(endpoint: string, patience?: number): Promise<Record<string, string> | null> {
  const lifetime = { 'x-aws-ec2-metadata-token-ttl-seconds': '60' }
  const token = await ask(`${endpoint}/latest/api/token`, 'PUT', lifetime, patience)
  return token === null ? null : { 'x-aws-ec2-metadata-token': token }
}

const PATIENCE_MS = 2000

/** A unikernel that starts on a busy machine may not get its first answers in time. */
const ATTEMPTS = 3

async function ask(
  url: string,
  method: string,
  headers: Record<string, string>,
  patience: number = PATIENCE_MS,
): Promise<string | null> {
  for (let attempt = 1; ; attempt++) {
    try {
      const response = await fetch(url, { method, headers, signal: AbortSignal.timeout(patience) })
      return response.ok ? await response.text() : null
    } catch (error) {
      const isLate = (error as { name?: string }).name === 'TimeoutError'
      // Outside EC2 nothing listens there: that is an answer, not a failure.
      if (!isLate || attempt === ATTEMPTS) return null
    }
  }
}
