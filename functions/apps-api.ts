import * as z from 'zod'
import { failure, type HttpAnswer } from '../core/spec/answer.ts'
import type { HttpRequest } from '../core/spec/request.ts'
import { serve } from '../core/spec/serve.ts'
import { appsParts } from './lib/apps-parts.ts'
import { lambda } from './lib/lambda.ts'

/**
 * A request to the function's URL (Lambda Developer Guide, "Invoking Lambda function URLs"). Lambda may add
 * keys, so unknown ones are allowed.
 */
const urlRequest = z
  .object({
    rawPath: z.string(),
    rawQueryString: z.string(),
    headers: z.record(z.string(), z.string()),
    requestContext: z.object({
      http: z.object({ method: z.string() }),
      authorizer: z.object({ iam: z.object({ userArn: z.string() }) }),
    }),
    body: z.string().default(''),
    isBase64Encoded: z.boolean().default(false),
  })
  .transform(
    ({ rawPath, rawQueryString, headers, requestContext, body, isBase64Encoded }): HttpRequest => ({
      method: requestContext.http.method,
      path: rawPath,
      query: new URLSearchParams(rawQueryString),
      headers,
      body: Buffer.from(body, isBase64Encoded ? 'base64' : 'utf8'),
      caller: requestContext.authorizer.iam.userArn,
    }),
  )

/** Deploys, shows and removes apps for those whom IAM lets in: AWS turns away everyone else. */
export const handler = lambda('apps-api', {
  input: urlRequest,
  parts: appsParts,
  work: async (ports, request) => inLambdasForm(await serve(ports, request).catch(ourFault)),
  told: ({ statusCode, problem }) => ({ statusCode, ...(problem !== undefined && { problem }) }),
})

/** The sender gets a sentence without what only the log should have. */
function ourFault(error: unknown): HttpAnswer & { problem: string } {
  const message = 'The request failed at our end; ask again, or look at the log of the function apps-api'
  return { ...failure(500, { name: 'Failure', message }), problem: String(error) }
}

const inLambdasForm = ({ status, headers, body, problem }: HttpAnswer & { problem?: string }) => ({
  statusCode: status,
  headers: { 'content-type': 'application/json', ...headers },
  body: `${JSON.stringify(body, undefined, 2)}\n`,
  ...(problem !== undefined && { problem }),
})
