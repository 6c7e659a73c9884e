import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { jsonOfHcl } from '../../../adapters/sources/hcl-definitions.ts'
import { parseDefinition } from '../../../core/definition/definition.ts'
import { consulBinary } from '../../live/consul.ts'

const run = promisify(execFile)
const FILE = 'images/web/web/consul.hcl'

/** Definitions that Consul takes, in the forms of its documentation and of projects in the open. */
const TAKEN: [what: string, text: string][] = [
  ['a block', 'service {\n  name = "web"\n  port = 8080\n  tags = ["a", "b"]\n}\n'],
  ['an attribute', 'service = {\n  name = "web"\n  id = "web-1"\n  port = 8080\n}\n'],
  [
    'a check as a block',
    'service {\n  name = "web"\n  port = 80\n  check {\n    http = "http://HEALTHROUTE:80/"\n    interval = "10s"\n    timeout = "1s"\n  }\n}\n',
  ],
  [
    'checks as a list',
    'service {\n  name = "web"\n  checks = [\n    {\n      name = "one"\n      tcp = "HEALTHROUTE:80"\n      interval = "1s"\n    },\n    {\n      name = "two"\n      tcp = "HEALTHROUTE:81"\n      interval = "1s"\n    },\n  ]\n}\n',
  ],
  [
    'checks as blocks',
    'service {\n  name = "web"\n  checks {\n    name = "one"\n    tcp = "HEALTHROUTE:80"\n    interval = "1s"\n  }\n  checks {\n    name = "two"\n    tcp = "HEALTHROUTE:81"\n    interval = "1s"\n  }\n}\n',
  ],
  [
    'meta, weights and headers',
    '# a comment\nservice {\n  name = "web" // another\n  meta {\n    version = "4"\n  }\n  weights = {\n    passing = 5\n    warning = 1\n  }\n  check = {\n    http = "http://HEALTHROUTE:80/"\n    header = {\n      "x-foo" = ["bar", "baz"]\n    }\n    interval = "5s"\n  }\n}\n',
  ],
  ['several services', 'services {\n  name = "a"\n  id = "a"\n}\nservices {\n  name = "b"\n  id = "b"\n}\n'],
  ['several services as a list', 'services = [\n  {\n    name = "a"\n  },\n  {\n    name = "b"\n  }\n]\n'],
  [
    'a text of several lines',
    'service {\n  name = "web"\n  check {\n    tcp = "HEALTHROUTE:80"\n    interval = "1s"\n    notes = <<EOF\none\ntwo\nEOF\n  }\n}\n',
  ],
]

/** What is refused, in a sentence; whether Consul takes it. */
const REFUSED: [what: string, text: string, sentence: string, consul: boolean][] = [
  [
    'no HCL',
    'service {\n  name = \n}\n',
    `${FILE}:2: is not HCL: Invalid expression; correct it, or write consul.json`,
    false,
  ],
  [
    'a variable',
    'service {\n  name = "web"\n  port = var.port\n}\n',
    `${FILE}: service.port is "\${var.port}", which has to be computed; write the value: Consul reads HCL as plain data`,
    false,
  ],
  [
    'a sum',
    'service {\n  name = "web"\n  port = 80 + 1\n}\n',
    `${FILE}: service.port is "\${80 + 1}", which has to be computed; write the value: Consul reads HCL as plain data`,
    false,
  ],
  [
    'two services in blocks',
    'service {\n  name = "a"\n}\nservice {\n  name = "b"\n}\n',
    `${FILE}: service is there 2 times; write services for each of them`,
    false,
  ],
  [
    'two checks in blocks',
    'service {\n  name = "a"\n  check {\n    tcp = "a:1"\n    interval = "1s"\n  }\n  check {\n    tcp = "a:2"\n    interval = "1s"\n  }\n}\n',
    `${FILE}: service.check is there 2 times; write checks for each of them`,
    false,
  ],
  [
    'a name in quotes, which the second version of HCL does not have',
    '"service" = {\n  name = "a"\n}\n',
    `${FILE}:1: is not HCL: Invalid argument name; correct it, or write consul.json`,
    true,
  ],
]

describe('a definition in HCL', () => {
  let folder: string
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'nanofleet-hcl-'))
  })
  afterAll(() => rm(folder, { recursive: true }))

  /** Consul's own verdict, by `consul validate`. */
  const consulTakes = async (text: string, kind: 'hcl' | 'json'): Promise<boolean> => {
    const place = await mkdtemp(join(folder, 'agent-'))
    await writeFile(join(place, 'agent.json'), '{"data_dir": "/tmp/consul", "bind_addr": "127.0.0.1"}')
    await writeFile(join(place, `definition.${kind}`), text.replaceAll('HEALTHROUTE', '10.0.0.1'))
    try {
      await run(consulBinary(), ['validate', place])
      return true
    } catch {
      return false
    }
  }

  it.each(TAKEN)('is read where Consul reads it: %s', async (_what, text) => {
    expect(await consulTakes(text, 'hcl')).toBe(true)
    const json = await jsonOfHcl(text, FILE)
    expect(await consulTakes(json, 'json')).toBe(true)
    expect(parseDefinition(json, FILE).length).toBeGreaterThan(0)
  })

  it.each(REFUSED)('is refused in a sentence: %s', async (_what, text, sentence, taken) => {
    expect(await consulTakes(text, 'hcl')).toBe(taken)
    await expect(jsonOfHcl(text, FILE)).rejects.toThrow(sentence)
  })
})
