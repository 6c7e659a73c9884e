import { NotFound, ServiceRefusal } from '../core/base/errors.ts'
import { controlName } from '../core/base/names.ts'
import type { Context } from './context.ts'

/**
 * Asks a function of a stage, wherever it is.
 * @param field a field that the answer must have
 * @throws {NotFound} when the stage has no such function
 * @throws {ServiceRefusal} when it fails, or is older than this command
 */
export async function askFunction<T extends object>(
  context: Context,
  name: string,
  request: object,
  field: keyof T & string,
): Promise<T> {
  const { call } = await import('../adapters/consul/lambda-calls.ts')
  const { stage, region } = context
  const deploy = `run "npx serverless deploy --stage ${stage}"`
  const answer = await call(context.lambda(), controlName(stage, name), request).catch((error: Error) => {
    if ((error.cause as Error | undefined)?.name !== 'ResourceNotFoundException') throw error
    throw new NotFound(`Stage ${stage} has no function ${name} in ${region}; ${deploy} first`)
  })
  if (typeof answer === 'object' && answer !== null && field in answer) return answer as T
  throw new ServiceRefusal(`The function ${name} of stage ${stage} is older than this command; ${deploy}`)
}
