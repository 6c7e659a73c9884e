/**
 * The secrets of this service: those that `secrets` in app.yml names, read with the role of the instance.
 * They are looked at again about once a minute, so that a new value is here without a restart. One file
 * without packages; docs/secrets.md has it in other languages.
 */
import { createHash, createHmac } from 'node:crypto'

export interface SecretsOptions {
  /** How often to look for new values; a fifth more or less, so that instances do not ask at once. */
  everySeconds?: number
  /** How long to try at the start before giving up. */
  startSeconds?: number
}

/** The secrets of this service, as they are now. */
export interface Secrets {
  /** @throws Error for a name that app.yml does not give this service */
  get(name: string): string
  /** Calls back after each change of a value; the answer ends that. */
  onChange(listener: (name: string) => void): () => void
  /** Ends looking for new values. */
  close(): void
}

/** GetParameters takes ten names (Systems Manager API Reference). */
const NAMES = 10
const ANSWER_MS = 5000
/** Credentials are replaced this long before they end (EC2 User Guide, "Retrieve security credentials"). */
const EARLY_MS = 5 * 60_000

interface Found {
  place: string
  version: number
  value: string
}
interface Parameter {
  Name: string
  Version: number
  Value: string
}
interface Credentials {
  AccessKeyId: string
  SecretAccessKey: string
  Token: string
  Expiration: string
}

/**
 * Reads all secrets of this service. Without NANOFLEET_SECRETS, as on a developer's machine, a secret is the
 * variable of its name.
 * @throws Error that names the secret if one is not set, or Parameter Store's refusal
 */
export async function openSecrets(options: SecretsOptions = {}): Promise<Secrets> {
  const { everySeconds = 60, startSeconds = 30 } = options
  const wanted = placesOf(process.env.NANOFLEET_SECRETS ?? '')
  const known = new Map<string, Found>()
  const listeners = new Set<(name: string) => void>()
  if (wanted.size > 0)
    for (const [name, found] of await firstRead(wanted, startSeconds)) known.set(name, found)
  let timer: NodeJS.Timeout | undefined
  let failing = ''
  const later = () => {
    timer = setTimeout(look, everySeconds * 1000 * (0.8 + 0.4 * Math.random())).unref()
  }
  const look = async () => {
    try {
      for (const name of await lookAgain(wanted, known)) for (const listener of listeners) listener(name)
      failing = ''
    } catch (error) {
      const { message } = error as Error
      if (message !== failing) console.error(`secrets stay as they are: ${message}`)
      failing = message
    }
    if (timer) later()
  }
  if (wanted.size > 0) later()
  return {
    get(name) {
      const value = known.get(name)?.value ?? (wanted.size === 0 ? process.env[name] : undefined)
      if (value === undefined) throw new Error(`${name} is no secret of this service; name it in app.yml`)
      return value
    },
    onChange(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    close() {
      clearTimeout(timer)
      timer = undefined
    },
  }
}

/** `NAME=/first|/second,…`: the parameters that a secret may be in; the first that exists counts. */
function placesOf(text: string): Map<string, string[]> {
  const entries = text.split(',').filter(Boolean)
  return new Map(
    entries.map((entry) => {
      const at = entry.indexOf('=')
      return [entry.slice(0, at), entry.slice(at + 1).split('|')]
    }),
  )
}

/** A new role may be unknown for seconds, and a busy machine slow. */
async function firstRead(wanted: Map<string, string[]>, seconds: number): Promise<Map<string, Found>> {
  const end = Date.now() + seconds * 1000
  for (let pause = 250; ; pause = Math.min(2 * pause, 4000)) {
    try {
      const found = await read([...wanted.values()].flat(), true)
      return new Map([...wanted].map(([name, places]) => [name, firstOf(name, places, found)]))
    } catch (error) {
      if (error instanceof NotSet || Date.now() + pause > end) throw error
      await new Promise((resolve) => setTimeout(resolve, pause))
    }
  }
}

class NotSet extends Error {}

function firstOf(name: string, places: string[], found: Map<string, Parameter>): Found {
  const parameter = places.map((place) => found.get(place)).find((one) => one !== undefined)
  if (parameter) return { place: parameter.Name, version: parameter.Version, value: parameter.Value }
  throw new NotSet(`the secret ${name} is not set; set it with "nanofleet secrets set"`)
}

/** Asks for versions only, which KMS has no part in and does not bill; what is new is read. */
async function lookAgain(wanted: Map<string, string[]>, known: Map<string, Found>): Promise<string[]> {
  const versions = await read([...wanted.values()].flat(), false)
  const changed = [...wanted].filter(([name, places]) => {
    const now = firstOf(name, places, versions)
    const before = known.get(name)
    return now.place !== before?.place || now.version !== before.version
  })
  if (changed.length === 0) return []
  const found = await read(
    changed.flatMap(([, places]) => places),
    true,
  )
  return changed.flatMap(([name, places]) => {
    const before = known.get(name)?.value
    const now = firstOf(name, places, found)
    known.set(name, now)
    return now.value === before ? [] : [name]
  })
}

async function read(names: string[], WithDecryption: boolean): Promise<Map<string, Parameter>> {
  const found = new Map<string, Parameter>()
  for (let at = 0; at < names.length; at += NAMES) {
    const { Parameters } = await ask({ Names: names.slice(at, at + NAMES), WithDecryption })
    for (const parameter of Parameters) found.set(parameter.Name, parameter)
  }
  return found
}

/** GetParameters, signed by hand (IAM User Guide, "Create a signed AWS API request"). */
async function ask(request: object): Promise<{ Parameters: Parameter[] }> {
  const [region, { AccessKeyId, SecretAccessKey, Token }] = await Promise.all([ownRegion(), ownCredentials()])
  const url = new URL(await endpoint(region))
  const body = JSON.stringify(request)
  const time = new Date().toISOString().replace(/[-:]|\.\d+/g, '')
  const headers: Record<string, string> = {
    'content-type': 'application/x-amz-json-1.1',
    host: url.host,
    'x-amz-date': time,
    'x-amz-security-token': Token,
    'x-amz-target': 'AmazonSSM.GetParameters',
  }
  const signed = Object.keys(headers).join(';')
  const lines = Object.entries(headers).map(([name, value]) => `${name}:${value}\n`)
  const canonical = ['POST', '/', '', lines.join(''), signed, sha256(body)].join('\n')
  const scope = `${time.slice(0, 8)}/${region}/ssm/aws4_request`
  const key = scope.split('/').reduce<string | Buffer>(hmac, `AWS4${SecretAccessKey}`)
  const signature = hmac(key, ['AWS4-HMAC-SHA256', time, scope, sha256(canonical)].join('\n')).toString('hex')
  const authorization = `AWS4-HMAC-SHA256 Credential=${AccessKeyId}/${scope}, SignedHeaders=${signed}, Signature=${signature}`
  const { host: _, ...sent } = headers
  const signal = AbortSignal.timeout(ANSWER_MS)
  const answer = await fetch(url, { method: 'POST', headers: { ...sent, authorization }, body, signal })
  if (answer.ok) return (await answer.json()) as { Parameters: Parameter[] }
  throw new Error(`Parameter Store answers ${answer.status}: ${(await answer.text()).slice(0, 300)}`)
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')
const hmac = (key: string | Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest()

const ownRegion = async (): Promise<string> => process.env.AWS_REGION ?? (await metadata('placement/region'))

async function endpoint(region: string): Promise<string> {
  const given = process.env.AWS_ENDPOINT_URL_SSM ?? process.env.AWS_ENDPOINT_URL
  return given ?? `https://ssm.${region}.${await metadata('services/domain')}/`
}

let credentials: Credentials | undefined

/** Those of the instance's role, until shortly before they end. */
async function ownCredentials(): Promise<Credentials> {
  if (credentials && Date.parse(credentials.Expiration) - EARLY_MS > Date.now()) return credentials
  const role = await metadata('iam/security-credentials/')
  credentials = JSON.parse(await metadata(`iam/security-credentials/${role}`)) as Credentials
  return credentials
}

/** A value of the instance metadata service, version 2. */
async function metadata(path: string): Promise<string> {
  const base = process.env.AWS_EC2_METADATA_SERVICE_ENDPOINT ?? 'http://169.254.169.254'
  const seconds = { 'x-aws-ec2-metadata-token-ttl-seconds': '60' }
  const token = await fetch(`${base}/latest/api/token`, {
    method: 'PUT',
    headers: seconds,
    signal: AbortSignal.timeout(ANSWER_MS),
  })
  const headers = { 'x-aws-ec2-metadata-token': await token.text() }
  const url = `${base}/latest/meta-data/${path}`
  const answer = await fetch(url, { headers, signal: AbortSignal.timeout(ANSWER_MS) })
  if (!answer.ok) throw new Error(`the metadata service answers ${answer.status} for ${path}`)
  return await answer.text()
}
