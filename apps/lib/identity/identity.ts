/**
 * Who this service is to others: a key that never leaves it, and a certificate for it that is renewed while
 * the program runs.
 */
import { generateKeyPairSync, X509Certificate } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import { type Issuer, IssuerRefusal } from './issuer.ts'
import { certificateRequest } from './request.ts'

export interface IdentityOptions {
  /** How long to try at the start before giving up. */
  startSeconds?: number
  /** Told of each new certificate, and once of each reason why there is none. */
  log?: (level: 'info' | 'error', message: string, facts: Record<string, unknown>) => void
  random?: () => number
}

/** A key with its certificate, PEM. */
export interface Shown {
  readonly cert: string
  readonly key: string
}

export interface Identity {
  readonly name: string
  /**
   * For Node's `tls.connect`: each reading of its parts gives the newest, so a client that copies them for
   * each connection shows the newest certificate without a restart.
   */
  readonly tls: Shown
  /** When the certificate in use ends. */
  readonly until: Date
  /** Ends the renewal. */
  close(): void
}

const [FIRST_PAUSE_MS, LONGEST_PAUSE_MS] = [5000, 5 * 60_000]

/**
 * Asks for a certificate until there is one, then for a new one each time 60 to 90 % of its time has passed.
 * While that fails, the one in use stays.
 * @throws the issuer's last error if there is none after `startSeconds`
 */
export async function openIdentity(issuer: Issuer, options: IdentityOptions = {}): Promise<Identity> {
  const { startSeconds = 60, log = () => {}, random = Math.random } = options
  const closing = new AbortController()
  const wait = (ms: number) =>
    pause(ms, undefined, { ref: false, signal: closing.signal }).then(
      () => true,
      () => false,
    )
  const ask = async () => {
    const made = await newCertificate(issuer)
    log('info', 'has a new certificate', { until: made.until.toISOString(), serial: made.serial })
    return made
  }
  let now = await first(ask, startSeconds, log)
  const renew = async () => {
    let next = now.received + life(now) * (0.6 + 0.3 * random())
    let failed: string | undefined
    let between = FIRST_PAUSE_MS
    while (await wait(Math.max(next - Date.now(), 0))) {
      try {
        now = await ask()
        failed = undefined
        between = FIRST_PAUSE_MS
        next = now.received + life(now) * (0.6 + 0.3 * random())
      } catch (error) {
        const { message } = error as Error
        const facts = { reason: message, until: now.until.toISOString() }
        if (message !== failed) log('error', 'gets no new certificate and keeps the one it has', facts)
        failed = message
        next = Date.now() + between * (0.8 + 0.4 * random())
        between = Math.min(2 * between, LONGEST_PAUSE_MS)
      }
    }
  }
  void renew()
  return {
    name: issuer.name,
    tls: {
      get cert() {
        return now.cert
      },
      get key() {
        return now.key
      },
    },
    get until() {
      return now.until
    },
    close: () => closing.abort(),
  }
}

interface Certificate extends Shown {
  until: Date
  serial: string
  /** When it came: it is valid from a time before it was issued. */
  received: number
}

const life = ({ until, received }: Certificate): number => until.getTime() - received

/** @throws {Error} when the issuer signed something else than it was asked for */
async function newCertificate(issuer: Issuer): Promise<Certificate> {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const cert = await issuer.issue(certificateRequest(privateKey, issuer.name))
  const read = new X509Certificate(cert)
  if (!read.publicKey.equals(publicKey)) throw new Error('the certificate is for another key')
  const until = new Date(read.validTo)
  const received = Date.now()
  if (until.getTime() <= received) throw new Error(`the certificate has ended, at ${until.toISOString()}`)
  const key = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
  return { cert, key, until, serial: read.serialNumber, received }
}

/** A new role may be unknown for seconds, and a busy machine slow. */
async function first(
  ask: () => Promise<Certificate>,
  seconds: number,
  log: NonNullable<IdentityOptions['log']>,
): Promise<Certificate> {
  const end = Date.now() + seconds * 1000
  for (let between = 250; ; between = Math.min(2 * between, 4000)) {
    try {
      return await ask()
    } catch (error) {
      if (Date.now() + between > end) throw error
      const reason = (error as Error).message
      const level = error instanceof IssuerRefusal ? 'error' : 'info'
      log(level, 'has no certificate yet and asks again', { reason })
      await pause(between)
    }
  }
}
