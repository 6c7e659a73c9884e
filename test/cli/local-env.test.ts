import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, it } from '@jest/globals'
import { writeRecord } from '../../local/record.ts'
import { ROOT } from '../apps/apps.ts'

it('prints what another AWS client needs, for a shell to evaluate', async () => {
  const state = mkdtempSync(join(tmpdir(), 'env-'))
  try {
    await writeRecord(state, {
      endpoint: 'http://127.0.0.1:4571',
      gateway: 'http://localhost:8080',
      vpcCidr: '127.77.0.0/16',
      region: 'eu-west-3',
      credentials: { accessKeyId: 'AKIAEXAMPLE', secretAccessKey: 'se-cret_1' },
      pids: {},
    })
    const script = 'eval "$("$0" cli/nanofleet.mjs local env)"; env | grep ^AWS_ | sort'
    const env = {
      PATH: process.env.PATH,
      NANOFLEET_STATE: state,
      AWS_PROFILE: 'work',
      AWS_SESSION_TOKEN: 't',
    }
    const { stdout } = await promisify(execFile)('sh', ['-c', script, process.execPath], { cwd: ROOT, env })
    expect(stdout.trim().split('\n')).toEqual([
      'AWS_ACCESS_KEY_ID=AKIAEXAMPLE',
      'AWS_DEFAULT_REGION=eu-west-3',
      'AWS_ENDPOINT_URL=http://127.0.0.1:4571',
      'AWS_SECRET_ACCESS_KEY=se-cret_1',
    ])
  } finally {
    rmSync(state, { recursive: true, force: true })
  }
})
