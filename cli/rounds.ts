import { askFunction } from './ask-function.ts'
import type { Context } from './context.ts'

/**
 * Asks the function `reconcile` of a stage for a round or a look.
 * @param field a field that the answer must have
 * @throws {NotFound} when the stage has no such function
 * @throws {ServiceRefusal} when it fails, or is older than this command
 */
export const askReconcile = <T extends object>(
  context: Context,
  request: { dryRun?: true },
  field: keyof T & string,
): Promise<T> => askFunction<T>(context, 'reconcile', request, field)
