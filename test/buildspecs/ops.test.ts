import { describe, expect, it } from '@jest/globals'
import { containerRoot } from '../../buildspecs/container.mjs'
import { canonicalConfig, imageConfig, programOf } from '../../buildspecs/ops-config.mjs'
import { parseSettings } from '../../buildspecs/settings.mjs'

const settings = parseSettings(
  {
    APP: 'web',
    SERVICE: 'page',
    HASH: '0123456789abcdef',
    STAGE: 'dev',
    BUCKET: 'nanofleet-dev-1',
    ARCH: 'arm64',
    AWS_REGION: 'eu-west-1',
    RESOLVERS: '10.77.0.10,10.77.16.10',
  },
  '/src',
)
const config = {
  Program: '/usr/local/bin/node',
  Args: ['/app/main.mjs'],
  Env: { PORT: '8080' },
  Klibs: ['ntp', 'tls'],
}

describe('the configuration for ops', () => {
  it("keeps the service's settings and adds resolvers, klibs and version", () => {
    expect(imageConfig(config, settings, '0.1.55')).toEqual({
      Args: ['/app/main.mjs'],
      Env: { PORT: '8080' },
      Klibs: ['ntp', 'tls', 'userdata'],
      NanosVersion: '0.1.55',
      NameServers: ['10.77.0.10', '10.77.16.10\nsearch service.consul'],
      Uefi: true,
    })
  })

  it('has its keys in one letter case, as ops reads them in any, so that none is there twice', () => {
    const small = {
      program: '/p',
      klibs: ['ntp'],
      nameServers: ['8.8.8.8'],
      ARGS: ['a'],
      Env: null,
      HOME: '/h',
    }
    const canonical = canonicalConfig(small)
    expect(canonical).toEqual({
      Program: '/p',
      Klibs: ['ntp'],
      NameServers: ['8.8.8.8'],
      Args: ['a'],
      home: '/h',
    })
    expect(programOf(canonical, 'config.json')).toBe('/p')
    expect(imageConfig(canonical, settings, '0.1.55')).toEqual({
      Args: ['a'],
      home: '/h',
      Klibs: ['ntp', 'tls', 'userdata'],
      NanosVersion: '0.1.55',
      NameServers: ['10.77.0.10', '10.77.16.10\nsearch service.consul'],
      Uefi: true,
    })
  })

  it('asks for UEFI on arm64 only', () => {
    const intel = { ...settings, architecture: 'x86_64' as const }
    expect(imageConfig(config, intel, '0.1.55')).not.toHaveProperty('Uefi')
  })

  it.each([{}, { Program: 'node' }, { Program: 7 }])("needs the program's absolute path: %j", (given) => {
    expect(() => programOf(given, 'images/web/page/config.json')).toThrow(
      "images/web/page/config.json: Program is missing; set it to the program's absolute path",
    )
  })
})

describe("a container's file system", () => {
  const commands = async (base: string | undefined, failing = '') => {
    const lines: string[] = []
    const run = async ({ program, args }: { program: string; args: string[] }) => {
      lines.push([program, ...args].join(' '))
      if (failing && lines.at(-1)?.startsWith(failing)) throw new Error(`${failing} failed`)
      return program === 'docker' && args[0] === 'create' ? 'pulling\n0123456789ab\n' : ''
    }
    const done = await containerRoot(settings, base, '/out/root', run).catch((error: Error) => error)
    return { lines, done }
  }

  it('comes from a container that is built and made, but never started', async () => {
    const { lines } = await commands(undefined, 'tar')
    expect(lines.filter((line) => line.startsWith('docker'))).toEqual([
      'docker build --platform linux/arm64 --file images/web/page/Dockerfile --tag nanofleet/web-page:0123456789abcdef .',
      'docker create --platform linux/arm64 nanofleet/web-page:0123456789abcdef /',
      'docker export --output /out/root.tar 0123456789ab',
      'docker rm 0123456789ab',
    ])
  })

  it('starts from the mirror of a published image', async () => {
    const { lines } = await commands('registry/upstream@sha256:1', 'docker create')
    expect(lines[0]).toContain('--build-arg UPSTREAM=registry/upstream@sha256:1 --file')
  })

  it('leaves no container when it cannot be exported', async () => {
    const { lines, done } = await commands(undefined, 'docker export')
    expect(done).toEqual(new Error('docker export failed'))
    expect(lines.at(-1)).toBe('docker rm 0123456789ab')
  })
})
