import { ServiceFailure } from '../../core/base/errors.ts'

/** The role session that the instance's program is given by its metadata service (IMDSv2). */
export async function instanceCredentials(address: string) {
  const service = `http://${address}:8169/latest`
  const ask = async (path: string, init: RequestInit): Promise<string> => {
    const answer = await fetch(`${service}/${path}`, init)
    if (!answer.ok) throw new ServiceFailure(`${service}/${path} answers ${answer.status}`)
    return await answer.text()
  }
  const lifetime = { 'X-aws-ec2-metadata-token-ttl-seconds': '60' }
  const token = await ask('api/token', { method: 'PUT', headers: lifetime })
  const headers = { 'X-aws-ec2-metadata-token': token }
  const role = await ask('meta-data/iam/security-credentials/', { headers })
  const session = JSON.parse(await ask(`meta-data/iam/security-credentials/${role}`, { headers }))
  return {
    accessKeyId: session.AccessKeyId as string,
    secretAccessKey: session.SecretAccessKey as string,
    sessionToken: session.Token as string,
  }
}
