import type { Command } from 'commander'
import { readSettings } from '../../local/settings.ts'
import { candidates } from '../completion/candidates.ts'
import { checkoutNames } from '../completion/checkout-names.ts'
import type { Open } from '../context.ts'
import type { Load } from '../verb.ts'

/**
 * `nanofleet complete -- [words...]`, for the scripts of `completion`: a line for each word that may come
 * next.
 */
export function complete(command: Command, _open: Open, load: Load): void {
  command.argument('[words...]').action(async (words: string[], _options, self: Command) => {
    const nanofleet = self.parent ?? self
    const { root, repository } = readSettings()
    const names = checkoutNames(root, repository)
    const found = await candidates(nanofleet, load, words, names)
    for (const { value, about } of found) process.stdout.write(about ? `${value}\t${about}\n` : `${value}\n`)
  })
}
