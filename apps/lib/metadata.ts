/** What an instance knows about itself. Its host name is the same fixed text in every unikernel. */
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

/**
 * Asks the instance metadata service (EC2 User Guide, "Use the Instance Metadata Service", version 2).
 * @param endpoint `http://169.254.169.254` unless AWS_EC2_METADATA_SERVICE_ENDPOINT says otherwise
 * @returns null on a machine without that service, such as a developer's own
 */
export async function identify(
  endpoint: string = process.env.AWS_EC2_METADATA_SERVICE_ENDPOINT ?? 'http://169.254.169.254',
): Promise<Identity | null> {
  const token = await ask(`${endpoint}/latest/api/token`, 'PUT', {
    'x-aws-ec2-metadata-token-ttl-seconds': '60',
  })
  if (token === null) return null
  const headers = { 'x-aws-ec2-metadata-token': token }
  const asked = Object.entries(PATHS).map(async ([name, path]) => {
    return [name, (await ask(`${endpoint}/latest/meta-data/${path}`, 'GET', headers)) ?? 'unknown']
  })
  return Object.fromEntries(await Promise.all(asked)) as Identity
}

async function ask(url: string, method: string, headers: Record<string, string>): Promise<string | null> {
  try {
    const response = await fetch(url, { method, headers, signal: AbortSignal.timeout(2000) })
    return response.ok ? await response.text() : null
  } catch {
    // Off EC2 nothing listens there: that is an answer, not a failure.
    return null
  }
}
