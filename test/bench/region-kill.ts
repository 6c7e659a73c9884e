import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { NotFound, ServiceFailure } from '../../core/base/errors.ts'
import { readSettings } from '../../local/settings.ts'
import { table } from '../../local/table.ts'
import { bench, type Report } from './lib/report.ts'

interface Killed {
  writes: number
  kills: number
  orders: number
  seconds: number
}

/**
 * Kills the region at every write of a deployment of a small app, half of them in the middle of it: nothing
 * confirmed may be lost, nothing may refer to what is missing, and the deployment must succeed when it is run
 * again. `--kills 20` takes that many of the writes, by the seed.
 */
async function measure({ kills, seed }: { kills: string; seed: string }): Promise<Report> {
  const { cache, repository } = readSettings()
  const python = join(cache, 'check', 'bin', 'python')
  if (!existsSync(python)) throw new NotFound(`${python}: pytest is not installed; run "npm run check" once`)
  const program = join(repository, 'test', 'local', 'region', 'durable', 'kills.py')
  const child = spawn(python, [program, '--json', '--kills', kills, '--seed', seed], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, PYTHONPATH: join(repository, 'local') },
  })
  const [said, [code]] = await Promise.all([text(child.stdout), once(child, 'exit')])
  if (code !== 0) throw new ServiceFailure(`a kill with seed ${seed} left what it must not; see above`)
  const killed = JSON.parse(said) as Killed
  return {
    data: { seed: Number(seed), ...killed },
    text: table([
      ['writes of a deployment', String(killed.writes)],
      ['kills', String(killed.kills)],
      ['orders confirmed meanwhile, none lost', String(killed.orders)],
      ['seconds', String(killed.seconds)],
    ]),
  }
}

await bench(measure, { kills: '0', seed: '1' })
