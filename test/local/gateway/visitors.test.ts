import { describe, expect, it } from '@jest/globals'
import { isForeign } from '../../../local/gateway/visitors.ts'
import { hello, Rig, until } from './rig.ts'

const HERE = 'localhost:8080'

describe('The pages of the gateway itself', () => {
  it.each([
    ['a program', {}, false],
    ['an address that a person typed', { 'sec-fetch-site': 'none', 'sec-fetch-mode': 'navigate' }, false],
    ['its own script', { origin: `http://${HERE}`, 'sec-fetch-site': 'same-origin' }, false],
    ['a link of another page', { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' }, false],
    ['a script of another site', { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors' }, true],
    ['a script of another port', { 'sec-fetch-site': 'same-site', 'sec-fetch-mode': 'cors' }, true],
    ['a form of another site', { origin: 'https://evil.example', 'sec-fetch-mode': 'navigate' }, true],
    ['a sandboxed form', { origin: 'null' }, true],
    ['a page of another port', { origin: 'http://localhost:3000' }, true],
    ['a name that DNS points here', { host: 'evil.example:8080' }, true],
    ['a name that begins like ours', { host: 'localhost.evil.example' }, true],
    ['a name that ends like ours', { host: 'evillocalhost' }, true],
    ['an address of the network', { host: '10.0.0.7:8080' }, true],
    ['a loopback address', { host: '127.0.0.1:8080' }, false],
    ['a name below localhost', { host: 'consul.localhost:8080' }, false],
  ])('are for programs and persons here: %s', (_who, headers, foreign) => {
    expect(isForeign({ host: HERE, ...headers })).toBe(foreign)
  })

  it('tell a name that DNS points here nothing of what is exposed', async () => {
    await using rig = await Rig.start()
    rig.expose({ web: [await rig.target('i-1', hello('one'))] })
    await until('it is listed', async () => (await rig.ask('localhost')).body.includes('web.localhost'))
    const foreign = await rig.ask('localhost', { headers: { Origin: 'https://evil.example' } })
    expect(foreign).toMatchObject({ status: 403, body: expect.not.stringContaining('web') })
    const rebound = await rig.ask('evil.example')
    expect(rebound.body).not.toContain('web')
    expect(rebound.headers).not.toHaveProperty('access-control-allow-origin')
  })

  it('cover the user interface of Consul, and no app', async () => {
    await using rig = await Rig.start()
    const web = await rig.target('i-1', hello('one'))
    rig.expose({ web: [web] })
    rig.region.set({ consulServers: ['127.0.0.1'] })
    await until('it is served', async () => (await rig.ask('web.localhost')).status === 200)
    const headers = { Origin: 'https://evil.example' }
    expect((await rig.ask('consul.localhost', { headers })).status).toBe(403)
    expect((await rig.ask('consul.localhost')).status).not.toBe(403)
    expect((await rig.ask('web.localhost', { headers })).body).toBe('one')
  })
})
