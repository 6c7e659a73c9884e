import { generateKeyPairSync, randomBytes, randomUUID } from 'node:crypto'
import { authorityCertificate } from '../../core/secrets/authority.ts'
import type { SecretMaker } from '../../core/secrets/secrets.ts'

/** New secrets from the random generator of this machine. */
export const randomSecrets: SecretMaker = {
  gossipKey: () => randomBytes(32).toString('base64'),
  token: () => randomUUID(),
  authority: () => {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' })
    const key = privateKey.export({ type: 'pkcs8', format: 'pem' }) as string
    const serial = randomBytes(16)
    const name = `Nanofleet Consul servers ${serial.toString('hex').slice(0, 8)}`
    const certificate = authorityCertificate(privateKey, name, serial, new Date())
    return { key, certificate }
  },
}
