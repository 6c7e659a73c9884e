/**
 * What a client is told besides its service's own settings: where AWS is, who asks, how long an answer may
 * take.
 */
export interface ClientSettings {
  region?: string
  /** Of the local region; absent for AWS itself. */
  endpoint?: string
  credentials?: { accessKeyId: string; secretAccessKey: string }
  maxAttempts?: number
  requestHandler?: { connectionTimeout: number; requestTimeout: number; throwOnRequestTimeout: boolean }
}

/**
 * Five attempts with the SDK's backoff outlast an ordinary throttle and still end within a function's minute.
 */
export const patient = { maxAttempts: 5 }

/**
 * EC2's limits are shared with all that runs in the account: anyone who was throttled slows down by itself.
 */
export const considerate = { ...patient, retryMode: 'adaptive' }

/** For reads that a round waits for: five attempts end within the 30 s of `register`, however EC2 hangs. */
export const PROMPT = {
  requestHandler: { connectionTimeout: 1500, requestTimeout: 5000, throwOnRequestTimeout: true },
}
