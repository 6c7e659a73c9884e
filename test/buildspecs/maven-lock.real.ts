import { execFile } from 'node:child_process'
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { runtimeOf } from '../../buildspecs/java-tools.mjs'
import { programs } from '../../scripts/lib/places.mjs'
import { ROOT } from '../apps/apps.ts'

/**
 * A jar that two others need in different versions, one that is left out, one for tests and one that others
 * provide.
 */
const POM = `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>example</groupId>
  <artifactId>example</artifactId>
  <version>1.0.0</version>
  <dependencies>
    <dependency>
      <groupId>com.google.inject</groupId><artifactId>guice</artifactId><version>5.1.0</version>
      <exclusions><exclusion><groupId>aopalliance</groupId><artifactId>aopalliance</artifactId></exclusion></exclusions>
    </dependency>
    <dependency><groupId>com.google.guava</groupId><artifactId>guava</artifactId><version>33.0.0-jre</version></dependency>
    <dependency><groupId>junit</groupId><artifactId>junit</artifactId><version>4.13.2</version><scope>test</scope></dependency>
    <dependency>
      <groupId>jakarta.servlet</groupId><artifactId>jakarta.servlet-api</artifactId><version>6.0.0</version>
      <scope>provided</scope>
    </dependency>
  </dependencies>
</project>
`

describe('the lock of a program in Java on a machine without Maven', () => {
  let folder: string
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'maven-lock-'))
    const tools = join(folder, 'bin')
    mkdirSync(tools)
    const path = (process.env.PATH ?? '').split(':')
    for (const name of ['tar', 'gzip']) {
      const found = path.find((one) => existsSync(join(one, name)))
      symlinkSync(join(found ?? '', name), join(tools, name))
    }
  })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  const lock = async (source: string): Promise<Record<string, string>> => {
    await promisify(execFile)(process.execPath, [join(ROOT, 'buildspecs/maven-lock.mjs'), source], {
      env: {
        ...process.env,
        PATH: join(folder, 'bin'),
        JAVA_HOME: dirname(dirname(runtimeOf(programs))),
        NANOFLEET_PROGRAMS: join(folder, 'programs'),
      },
    })
    return JSON.parse(readFileSync(join(source, 'maven.lock.json'), 'utf8'))
  }

  it('is the one of this checkout, made by a Maven that is downloaded once', async () => {
    const source = join(folder, 'hello')
    cpSync(join(ROOT, 'apps/hello/java'), source, { recursive: true })
    const before = JSON.parse(readFileSync(join(source, 'maven.lock.json'), 'utf8'))
    rmSync(join(source, 'maven.lock.json'))
    expect(await lock(source)).toEqual(before)
    expect(readdirSync(join(folder, 'programs'))).toEqual(['apache-maven-3.9.16'])
  }, 600_000)

  it('has one version of each jar, and none that the program does not need when it runs', async () => {
    const source = join(folder, 'example')
    mkdirSync(source)
    writeFileSync(join(source, 'pom.xml'), POM)
    const names = Object.keys(await lock(source))
    expect(names).toEqual(
      expect.arrayContaining(['com.google.guava:guava:33.0.0-jre', 'com.google.inject:guice:5.1.0']),
    )
    const artifacts = names.map((name) => name.replace(/:[^:]+$/, ''))
    expect(artifacts).toEqual([...new Set(artifacts)])
    expect(artifacts.join(' ')).not.toMatch(/junit|servlet|aopalliance/)
  }, 600_000)
})
