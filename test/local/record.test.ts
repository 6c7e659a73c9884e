import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { exclusively, type LocalRecord, readRecord, writeRecord } from '../../local/record.ts'
import { rootKey } from '../../local/root-key.ts'

let state = ''
beforeEach(() => {
  state = mkdtempSync(join(tmpdir(), 'record-'))
})
afterEach(() => rmSync(state, { recursive: true, force: true }))

const record: LocalRecord = {
  endpoint: 'http://127.0.0.1:4566',
  gateway: 'http://localhost:8080',
  vpcCidr: '127.77.0.0/16',
  region: 'eu-west-1',
  credentials: { accessKeyId: 'AKIAEXAMPLE', secretAccessKey: 'secret' },
  pids: { region: { pid: 1, startTime: '2' } },
}

describe('The record of a local region', () => {
  it('is read as it was written, and absent before', async () => {
    expect(await readRecord(state)).toBeUndefined()
    await writeRecord(state, record)
    expect(await readRecord(state)).toEqual(record)
  })

  it('is for its owner only, as is the key of root', async () => {
    await writeRecord(state, record)
    await rootKey(state)
    for (const file of ['state.json', 'root-key.json'])
      expect(statSync(join(state, file)).mode & 0o777).toBe(0o600)
  })

  it('names one random key of root, another one in each folder', async () => {
    const key = await rootKey(state)
    expect(key.accessKeyId).toMatch(/^AKIA[A-Z2-7]{16}$/)
    expect(key.secretAccessKey).toMatch(/^[\w-]{40}$/)
    expect(await rootKey(state)).toEqual(key)
    expect((await rootKey(join(state, 'other'))).secretAccessKey).not.toBe(key.secretAccessKey)
  })

  it('says which file is damaged and how to fix it', async () => {
    writeFileSync(join(state, 'state.json'), '{')
    await expect(readRecord(state)).rejects.toThrow(/state\.json: not JSON; .*nanofleet local reset/)
  })
})

describe('Two commands on one region', () => {
  it('work one after the other', async () => {
    const steps: string[] = []
    const command = (name: string) => () =>
      sleep(20).then(() => {
        steps.push(`${name} begins`)
        return sleep(20).then(() => steps.push(`${name} ends`))
      })
    await Promise.all([exclusively(state, command('a')), exclusively(state, command('b'))])
    expect(steps.map((step) => step.slice(2))).toEqual(['begins', 'ends', 'begins', 'ends'])
  })

  it('do not wait for one that was killed', async () => {
    writeFileSync(join(state, 'supervisor.lock'), JSON.stringify({ pid: process.pid, startTime: '1' }))
    expect(await exclusively(state, async () => 'done')).toBe('done')
  })
})
