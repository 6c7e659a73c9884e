import type { Command } from 'commander'
import { BASES_LOCK, basesLockSchema, parseLock, UNKNOWN, versionOf } from '../../core/images/locks.ts'
import { readSettings } from '../../local/settings.ts'
import { table } from '../../local/table.ts'
import type { GlobalOptions } from '../context.ts'
import { Output } from '../output.ts'
import { lockOf } from '../tools-lock.ts'

/** `nanofleet packages` */
export function packages(command: Command): void {
  command
    .addHelpText('after', '\nExamples:\n  nanofleet packages\n  nanofleet packages --json')
    .action((_options, self: Command) => {
      const output = new Output(self.optsWithGlobals<GlobalOptions>().json ?? false)
      const { root, repository } = readSettings()
      const bases = parseLock(basesLockSchema, lockOf(root, repository, BASES_LOCK), BASES_LOCK)
      const found = Object.entries(bases).map(([name, { image, digest }]) => ({
        name,
        version: versionOf(image),
        image,
        digest,
      }))
      const rows = found.map(({ name, version, image, digest }) => [name, version, image, digest])
      const unknown = found.some(({ digest }) => digest === UNKNOWN)
      const hint = unknown ? '\n"nanofleet lock" looks up what is unknown.' : ''
      output.result(found, `${table([['package', 'version', 'base image', 'digest'], ...rows])}${hint}`)
    })
}
