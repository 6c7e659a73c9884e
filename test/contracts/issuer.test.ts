import { issuerContract } from './issuer.ts'
import { OwnIssuer } from './own-issuer.ts'

issuerContract('an authority in memory', () => {
  const issuer = new OwnIssuer('node-app', 3600)
  return { issuer, seconds: 3600, authority: issuer.authority }
})
