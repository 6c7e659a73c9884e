/** What an instance knows about itself. Its host name is the same in every unikernel. */
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
 * @returns null on a machine without that service, such as a developer's own
 */
export async function identify(endpoint: string = usualEndpoint()): Promise<Identity | null> {
  const headers = await session(endpoint)
  if (headers === null) return null
  const asked = Object.entries(PATHS).map(async ([name, path]) => {
    return [name, (await ask(`${endpoint}/latest/meta-data/${path}`, 'GET', headers)) ?? 'unknown']
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

async function session(endpoint: string): Promise<Record<string, string> | null> {
  const token = await ask(`${endpoint}/latest/api/token`, 'PUT', {
    'x-aws-ec2-metadata-token-ttl-seconds': '60',
  })
  return token === null ? null : { 'x-aws-ec2-metadata-token': token }
}

async function ask(url: string, method: string, headers: Record<string, string>): Promise<string | null> {
  try {
    const response = await fetch(url, { method, headers, signal: AbortSignal.timeout(2000) })
    return response.ok ? await response.text() : null
  } catch {
    // Outside EC2 nothing listens there: that is an answer, not a failure.
    return null
  }
}
