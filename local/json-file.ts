import { readFile } from 'node:fs/promises'
import { ServiceFailure } from '../core/base/errors.ts'

/** Undefined when the file does not exist. Throws ServiceFailure when it is not JSON. */
export async function readJson<T>(file: string): Promise<T | undefined> {
  let text: string
  try {
    text = await readFile(file, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
  try {
    return JSON.parse(text) as T
  } catch (cause) {
    throw new ServiceFailure(
      `${file}: not JSON; remove it, or the whole state with "nanofleet local reset"`,
      {
        cause,
      },
    )
  }
}
