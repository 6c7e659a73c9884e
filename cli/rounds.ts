import { NotFound, ServiceRefusal } from '../core/base/errors.ts'
import { controlName } from '../core/base/names.ts'
import type { Context } from './context.ts'

/**
 * Asks the function `reconcile` of a stage, wherever it is, for a round or a look.
 * @param field a field that the answer must have
 * @throws {NotFound} when the stage has no such function
 * @throws {ServiceRefusal} when it fails, or is older than this command
 */
export async function askReconcile<T extends object>(
  context: Context,
  request: { dryRun?: true },
  field: keyof T & string,
): Promise<T> {
  const { call } = await import('../adapters/consul/lambda-calls.ts')
  const { stage, region } = context
  const deploy = `run "npx serverless deploy --stage ${stage}"`
  const answer = await call(context.lambda(), controlName(stage, 'reconcile'), request).catch(
    (error: Error) => {
      if ((error.cause as Error | undefined)?.name !== 'ResourceNotFoundException') throw error
      throw new NotFound(`Stage ${stage} has no control plane in ${region}; ${deploy} first`)
    },
  )
  if (typeof answer === 'object' && answer !== null && field in answer) return answer as T
  throw new ServiceRefusal(`The function reconcile of stage ${stage} is older than this command; ${deploy}`)
}
