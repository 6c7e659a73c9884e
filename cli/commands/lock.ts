import type { Command } from 'commander'
import { ServiceFailure } from '../../core/base/errors.ts'
import { readSettings } from '../../local/settings.ts'
import { table } from '../../local/table.ts'
import type { GlobalOptions } from '../context.ts'
import { Output } from '../output.ts'

/** `nanofleet lock` */
export function lock(command: Command): void {
  command
    .argument('[folders...]', 'sources whose packages are to be locked, instead of the tools')
    .option('--check', 'change nothing; exit code 1 if something differs')
    .addHelpText(
      'after',
      `
Looks up the digests of ops and of Nanos, which builds on AWS check, and of the base images of all
Dockerfiles, and writes them into buildspecs/tools.lock.json, images/bases.lock.json and the Dockerfiles. A
changed digest is a changed source: the next deployment builds those images again.

With folders it writes the lock of their packages, as builds install only what a lock names with its
checksum: package-lock.json by npm, requirements.txt with hashes by pip (what was in it is kept as
requirements.in), maven.lock.json by Maven, which is downloaded if there is none.

Examples:
  nanofleet lock
  nanofleet lock apps/web
  nanofleet lock --check`,
    )
    .action(async (folders: string[], options: { check?: true }, self: Command) => {
      const output = new Output(self.optsWithGlobals<GlobalOptions>().json ?? false)
      if (folders.length > 0) {
        const { lockSource } = await import('../source-lock.ts')
        const files = folders.map((folder) => lockSource(readSettings(), folder))
        output.result({ written: files }, files.map((file) => `${file}: written`).join('\n'))
        return
      }
      const { lookUp, writeLocks } = await import('../lock.ts')
      const { fetchedDigest } = await import('../../adapters/images/fetched-digest.ts')
      const { registryDigest } = await import('../../adapters/images/image-registry.ts')
      const { root, repository } = readSettings()
      const sources = { fetched: fetchedDigest, registry: registryDigest }
      const { changes, files } = await lookUp(
        root,
        sources,
        (line) => output.note(`looking at ${line}`),
        repository,
      )
      if (!options.check) writeLocks(root, files)
      const rows = changes.map(({ file, what, was, is, problem }) => [
        file,
        what,
        short(was),
        is ? short(is) : (problem ?? ''),
      ])
      const text = changes.length === 0 ? 'Every digest is as it was.' : rowsText(rows)
      output.result({ changes, written: options.check ? [] : [...files.keys()] }, text)
      const failed = changes.filter(({ problem }) => problem !== undefined)
      if (failed.length > 0)
        throw new ServiceFailure(`${failed.length} digests could not be looked up; is the internet there?`)
      if (options.check && changes.length > 0) process.exitCode = 1
    })
}

const rowsText = (rows: string[][]): string => table([['file', 'of', 'was', 'is'], ...rows])

const short = (digest: string): string => digest.replace(/^(sha256:)?([0-9a-f]{12})[0-9a-f]+$/, '$2…')
