/** An instance of the local region with the process behind it. */
export interface LocalInstance {
  instanceId: string
  state: string
  privateIp: string
  pid: number | null
  tags: Record<string, string>
}

/** The running instances of one service. */
export async function serviceInstances(
  endpoint: string,
  app: string,
  service: string,
): Promise<LocalInstance[]> {
  const running = await runningInstances(endpoint)
  return running.filter(({ tags }) => tags['nanofleet:app'] === app && tags['nanofleet:service'] === service)
}

/** All running instances of the region. */
export async function runningInstances(endpoint: string): Promise<LocalInstance[]> {
  const response = await fetch(`${endpoint}/_nanofleet/instances`)
  const instances = (await response.json()) as LocalInstance[]
  return instances.filter(({ state }) => state === 'running')
}
