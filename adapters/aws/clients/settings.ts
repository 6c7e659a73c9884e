/**
 * What every client needs besides its service's own settings: where AWS is, who asks, how long an answer may
 * take.
 */
export interface ClientSettings {
  region?: string
  /** The local region's endpoint; absent for AWS itself. */
  endpoint?: string
  credentials?: { accessKeyId: string; secretAccessKey: string }
  maxAttempts?: number
  requestHandler?: { connectionTimeout: number; requestTimeout: number; throwOnRequestTimeout: boolean }
}

/**
 * Five attempts with the SDK's backoff outlast an ordinary throttle and still end within a function's minute.
 */
export const patient = { maxAttempts: 5 }

/** Everything in the account shares EC2's limits, so a client that was throttled slows itself down. */
export const considerate = { ...patient, retryMode: 'adaptive' }

/**
 * For reads that a round waits for: five attempts end within the 30 s of `register`, however long EC2 hangs.
 */
export const PROMPT = {
  requestHandler: { connectionTimeout: 1500, requestTimeout: 5000, throwOnRequestTimeout: true },
}
