import { beforeAll, describe, expect, it } from '@jest/globals'
import { readRepository } from '../../../adapters/sources/repository-files.ts'
import { SERVICES, type ServiceName } from '../../../apps/boutique/lib/services.ts'
import { checkPorts } from '../../../core/definition/check-ports.ts'
import { parseDefinition } from '../../../core/definition/definition.ts'
import { imageFiles } from '../../../core/manifest/source-files.ts'
import { upstreamImage } from '../../../core/manifest/upstream.ts'
import { type AppPieces, readApp } from '../../../core/template/app-folder.ts'

interface Config {
  Program: string
  Args: string[]
  Env: Record<string, string>
  ManifestPassthrough: { cwd: string }
}

/** Addresses without which a published program ends, but for which this app has no service. */
const NOBODY = { frontend: ['SHOPPING_ASSISTANT_SERVICE_ADDR'] } as Partial<Record<string, string[]>>

/** What each language needs besides ports and addresses. */
const BESIDES: Partial<Record<ServiceName, Record<string, string>>> = {
  cartservice: {
    ASPNETCORE_HTTP_PORTS: '7070',
    DOTNET_SYSTEM_GLOBALIZATION_INVARIANT: '1',
    REDIS_ADDR: 'redis.service.consul:6379',
  },
  adservice: {
    LD_LIBRARY_PATH: '/opt/java/openjdk/lib/server:/opt/java/openjdk/lib:/opt/java/openjdk/../lib',
  },
  currencyservice: { DISABLE_PROFILER: '1' },
  emailservice: { DISABLE_PROFILER: '1', PYTHONHOME: '/usr/local' },
  frontend: { ENV_PLATFORM: 'aws' },
  paymentservice: { DISABLE_PROFILER: '1' },
  recommendationservice: { DISABLE_PROFILER: '1', PYTHONHOME: '/usr/local' },
}

describe('The boutique of published images', () => {
  let app: AppPieces
  let files: ReadonlyMap<string, string>
  const names = Object.keys(SERVICES) as ServiceName[]
  beforeAll(async () => {
    const tree = await readRepository('.', ['images/boutique'])
    files = tree.below('images/boutique')
    const manifest = (files.get('app.yml') ?? '').replace('\nsource: ours\n', '\nsource: upstream\n')
    app = readApp('boutique', new Map([...files, ['app.yml', manifest]]))
  })
  const configOf = (name: string) => app.services[name]?.config as unknown as Config
  const dockerfile = (name: string) => files.get(`${name}/upstream/Dockerfile`) ?? ''

  it('is chosen by one word; without it everything is ours', () => {
    expect(files.get('app.yml')).toContain('\nsource: ours\n')
    const ours = readApp('boutique', files)
    for (const name of names) {
      expect(upstreamImage(ours.manifest, name)).toBeUndefined()
      expect(upstreamImage(app.manifest, name)).toMatch(/^us-central1-docker\.pkg\.dev\/.*:v\d+\.\d+\.\d+$/)
    }
    expect(upstreamImage(app.manifest, 'redis')).toBeUndefined()
  })

  it('names the registry and version only in app.yml', () => {
    const version = app.manifest.upstream?.version ?? 'none'
    const places = [...files].filter(([, text]) => text.includes(version) || text.includes('pkg.dev'))
    expect(places.map(([path]) => path)).toEqual(['app.yml'])
  })

  it('gives each program the same port as in the manifest, definition, check and our own program', () => {
    for (const name of names) {
      const { port } = app.manifest.services[name] ?? {}
      const [definition] = parseDefinition(app.services[name]?.definition ?? '', name)
      expect({ name, port: SERVICES[name].port }).toEqual({ name, port })
      expect({ name, port: definition?.Port }).toEqual({ name, port })
      expect({ name, ports: checkPorts(definition ? [definition] : []) }).toEqual({
        name,
        ports: [{ protocol: 'tcp', port }],
      })
      expect({ name, PORT: configOf(name).Env.PORT }).toEqual({ name, PORT: String(port) })
    }
  })

  it('gives each program exactly the addresses that the manifest lets it call', () => {
    for (const name of names) {
      const addresses = Object.entries(configOf(name).Env).filter(
        ([variable]) => variable.endsWith('_ADDR') && !NOBODY[name]?.includes(variable),
      )
      const { needs = [] } = app.manifest.services[name] ?? {}
      const wanted = needs.map((need) => {
        const variable = need === 'redis' ? 'REDIS_ADDR' : SERVICES[need as ServiceName].variable
        return [variable, `${need}.service.consul:${app.manifest.services[need]?.port}`]
      })
      expect({ name, addresses: addresses.sort() }).toEqual({ name, addresses: wanted.sort() })
    }
  })

  it('checks them as it checks ours: published services answer the same health questions', () => {
    for (const name of names) {
      const [definition] = parseDefinition(app.services[name]?.definition ?? '', name)
      const kind =
        name === 'frontend' ? { HTTP: expect.stringMatching(/\/_healthz$/) } : { GRPC: expect.anything() }
      expect({ name, Checks: definition?.Checks }).toMatchObject({ name, Checks: [kind] })
    }
  })

  it('spells out program, arguments, working directory and environment: nothing goes through a shell', () => {
    for (const name of names) {
      const { Program, Args, Env, ManifestPassthrough } = configOf(name)
      expect(Program).toMatch(/^\/.*[^/]$/)
      expect([Program, ...Args].join(' ')).not.toMatch(/\b(ba)?sh\b|[$&|;]/)
      expect(ManifestPassthrough.cwd).toMatch(/^\//)
      expect({ name, Env }).toMatchObject({ name, Env: BESIDES[name] ?? {} })
    }
    expect(configOf('adservice')).toMatchObject({
      Program: expect.stringMatching(/\/java$/),
      Args: expect.arrayContaining(['-cp', '/app/build/install/hipstershop/lib/*', 'hipstershop.AdService']),
    })
  })

  it('fails at build time when a version has its files elsewhere', () => {
    for (const name of names) {
      const { Program, Args } = configOf(name)
      const named = [Program, ...Args.filter((arg) => arg.startsWith('/'))].map((path) =>
        path.replace(/\*$/, ''),
      )
      const checked = [...dockerfile(name).matchAll(/^COPY --from=upstream \S+ (\S+)$/gm)].map(([, to]) => to)
      expect({ name, checked }).toEqual({ name, checked: expect.arrayContaining(named) })
    }
  })

  it('starts every Dockerfile from the mirrored image and runs nothing in it', () => {
    for (const name of names) {
      // biome-ignore lint/suspicious/noTemplateCurlyInString: this is Docker's variable
      expect(dockerfile(name)).toContain('ARG UPSTREAM\nFROM ${UPSTREAM} AS upstream\n')
      expect(dockerfile(name)).not.toMatch(/^(RUN|CMD|ENTRYPOINT|SHELL)\b/m)
    }
  })

  it('rebuilds none of our images when something changes in it', () => {
    const tree = new Map([...files].map(([path, text]) => [`images/boutique/${path}`, text]))
    const { manifest } = readApp('boutique', files)
    const ours = names.flatMap((name) => imageFiles(manifest, name, tree))
    expect(ours.filter((path) => path.includes('/upstream/'))).toEqual([])
  })
})
