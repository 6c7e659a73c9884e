import { describe, expect, it } from '@jest/globals'
import { groupEndsInstance } from '../../../apps/lib/lifecycle-state.ts'
import { readMetadata } from '../../../apps/lib/metadata.ts'
import { listening } from './listening.ts'

describe('waiting for the Auto Scaling group to end the instance', () => {
  it('continues through answers that decide nothing', async () => {
    const answers = [null, 'InService', null, 'Standby', 'Terminated']
    const read = async () => answers.shift() ?? null
    expect(await groupEndsInstance({ everyMs: 1, read })).toBe(true)
    expect(answers).toEqual([])
  })

  it('is over when nobody is waiting any more', async () => {
    const leaving = new AbortController()
    const read = async () => {
      leaving.abort()
      return 'InService'
    }
    expect(await groupEndsInstance({ everyMs: 60_000, signal: leaving.signal, read })).toBe(false)
  })
})

describe('a value of the instance metadata', () => {
  it('is read with a token, and is null when it does not exist', async () => {
    const { server, address } = await listening((request, response) => {
      if (request.method === 'PUT' && request.url === '/latest/api/token') response.end('secret')
      else if (request.headers['x-aws-ec2-metadata-token'] !== 'secret') response.writeHead(401).end()
      else if (request.url === '/latest/meta-data/autoscaling/target-lifecycle-state')
        response.end('InService')
      else response.writeHead(404).end()
    })
    try {
      const endpoint = `http://${address}`
      expect(await readMetadata('autoscaling/target-lifecycle-state', endpoint)).toBe('InService')
      expect(await readMetadata('absent', endpoint)).toBeNull()
    } finally {
      server.close()
      server.closeAllConnections()
    }
  })
})
