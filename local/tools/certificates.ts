import { MalformedRequest } from '../../core/secrets/certificate-request.ts'
import { facts, type Issue, issue, keyWithRequest } from './x509.ts'

/** A command of the local region, on stdin as JSON; the answer is on stdout. */
type Command =
  | { do: 'key'; subject: Record<string, string>; keys: string; algorithm: string; addresses?: string[] }
  | ({ do: 'issue' } & Issue)
  | { do: 'facts'; certificate: string }

function answer(command: Command): unknown {
  if (command.do === 'key')
    return keyWithRequest(command.subject, command.keys, command.algorithm, command.addresses)
  if (command.do === 'issue') return { certificate: issue(command) }
  return facts(command.certificate)
}

const chunks: Buffer[] = []
for await (const chunk of process.stdin) chunks.push(chunk as Buffer)
try {
  process.stdout.write(JSON.stringify(answer(JSON.parse(Buffer.concat(chunks).toString()) as Command)))
} catch (error) {
  if (!(error instanceof MalformedRequest)) throw error
  process.stdout.write(JSON.stringify({ malformed: error.message }))
}
