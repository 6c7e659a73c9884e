import { healthWords, probeOfCommand } from '../image/probe-command.ts'
import { shellWords } from '../image/shell-words.ts'
import { SET_SECRET, type Sentences } from '../said.ts'
import { cpuCount, dockerBytes } from '../sizes.ts'
import { hasFolder, resolvePath, type Tree } from '../tree.ts'
import { type Fields, fields, isFields, list, listOfFields, text, texts, whole, within } from '../values.ts'
import type { Workload } from '../workload.ts'
import { type ComposeFile, pairs } from './compose-files.ts'
import { environmentFile } from './interpolate.ts'
import { exposedPorts, publishedPorts } from './ports.ts'

/** A service while it is read. */
export interface Reading {
  tree: Tree
  file: ComposeFile
  said: Sentences
  place: string
  service: Fields
  workload: Workload
}

export function takeBuild({ file, place, said, service, workload }: Reading): void {
  const { build } = service
  if (build === undefined || build === null) return
  const context = typeof build === 'string' ? build : (text(within(build, 'context')) ?? '.')
  const at = `${place}.build`
  if (/^(https?|git|ssh):|^git@|^github\.com/.test(context))
    return void said.left(at, `${context} is another repository`, 'bring the source into this one')
  const folder = resolvePath(file.folder, context)
  if (folder === undefined)
    return void said.left(at, `${context} is outside the repository`, 'bring the source into it')
  const written = text(within(build, 'dockerfile')) ?? 'Dockerfile'
  const dockerfile = resolvePath(folder, written)
  const inline = text(within(build, 'dockerfile_inline'))
  const target = text(within(build, 'target'))
  const args = new Map(
    Object.entries(pairs(within(build, 'args'))).map(([key, each]) => [key, text(each) ?? '']),
  )
  for (const key of Object.keys(fields(build)))
    if (['additional_contexts', 'secrets', 'ssh', 'entitlements', 'privileged'].includes(key))
      said.left(
        `${at}.${key}`,
        'an image is built from its archive alone',
        'copy what it needs in the Dockerfile',
      )
  workload.build = {
    folder,
    dockerfile: dockerfile ?? written,
    ...(inline !== undefined && { inline }),
    ...(target !== undefined && { target }),
    args,
  }
}

/** Compose splits a text into words; it starts no shell. */
export function takeCommands({ place, said, service, workload }: Reading): void {
  const words = (key: 'entrypoint' | 'command'): string[] | undefined => {
    const value = service[key]
    if (value === undefined || value === null) return undefined
    if (Array.isArray(value)) return texts(value)
    const found = shellWords(text(value) ?? '')
    if (!found) said.left(`${place}.${key}`, `"${text(value)}" needs a shell`, 'write it as a list')
    return found
  }
  const entrypoint = words('entrypoint')
  const command = words('command')
  if (entrypoint) workload.entrypoint = entrypoint
  if (command) workload.command = command
  const folder = text(service.working_dir)
  if (folder !== undefined) workload.workingFolder = folder
}

export function takeEnvironment({ tree, file, place, said, service, workload }: Reading): void {
  const files = Array.isArray(service.env_file) ? service.env_file : [service.env_file]
  for (const each of files.filter((value) => value !== undefined && value !== null)) {
    const written = text(each) ?? text(within(each, 'path')) ?? ''
    const path = resolvePath(file.folder, written)
    const source = path === undefined ? undefined : tree.text(path)
    if (source !== undefined)
      for (const [name, value] of environmentFile(source)) workload.env.set(name, value)
    else if (within(each, 'required') !== false)
      said.left(`${place}.env_file`, `there is no file ${written}`, 'write its variables into env in app.yml')
  }
  for (const [name, value] of Object.entries(pairs(service.environment))) {
    const found = text(value) ?? (value === null ? file.variables.get(name) : undefined)
    if (found !== undefined) workload.env.set(name, found)
    else if (value === null && !workload.env.has(name))
      said.todo(`${place}.environment.${name}`, 'takes its value from the shell', 'give it in env in app.yml')
  }
}

export function takePorts({ place, said, service, workload }: Reading): void {
  for (const [index, value] of list(service.ports).entries()) {
    const at = `${place}.ports[${index}]`
    const ports = publishedPorts(value)
    if (!ports) {
      said.left(at, 'is not a port', 'write it as "8080:8080"')
      continue
    }
    for (const { port, published, udp, loopback } of ports) {
      if (udp) said.left(at, 'services are reached by TCP', 'leave it out')
      else if (!workload.ports.some((known) => known.port === port)) workload.ports.push({ port })
      if (udp || !published) continue
      if (loopback)
        said.left(at, 'is published for the machine itself', 'expose it in app.yml if people need it')
      else if (workload.ways.length === 0) workload.ways.push({ path: '/', place: at })
    }
  }
  for (const port of exposedPorts(service.expose))
    if (!workload.ports.some((known) => known.port === port)) workload.ports.push({ port })
}

export function takeHealth({ place, said, service, workload }: Reading): void {
  const check = service.healthcheck
  if (!isFields(check)) return
  const test = typeof check.test === 'string' ? ['CMD-SHELL', check.test] : texts(check.test)
  if (check.disable === true || test.length === 0 || test[0] === 'NONE') return
  const probe = probeOfCommand(healthWords(test.map((word) => asLocal(word, workload))))
  if (!probe) {
    const command = test.slice(1).join(' ').slice(0, 60)
    said.left(
      `${place}.healthcheck`,
      `"${command}" would start a program beside the service's own`,
      'let the service answer a path by http, and name it in consul.json',
    )
    return
  }
  const [interval, timeout] = [text(check.interval), text(check.timeout)]
  workload.probe = {
    ...probe,
    ...(interval !== undefined && { interval }),
    ...(timeout !== undefined && { timeout }),
  }
}

/** A check may name the service itself. */
const asLocal = (word: string, { name, names }: Workload): string =>
  [name, ...names.map((alias) => alias.name)].reduce(
    (found, own) => found.replaceAll(`//${own}:`, '//localhost:').replaceAll(`//${own}/`, '//localhost/'),
    word,
  )

export function takeResources({ place, said, service, workload }: Reading): void {
  const count = whole(within(service, 'deploy', 'replicas')) ?? whole(service.scale)
  if (count !== undefined) workload.count = count
  const limits = (key: string) =>
    within(service, 'deploy', 'resources', 'limits', key) ??
    within(service, 'deploy', 'resources', 'reservations', key)
  const memory = dockerBytes(limits('memory') ?? service.mem_limit)
  const cpus = cpuCount(limits('cpus') ?? service.cpus ?? service.cpu_count)
  if (memory !== undefined) workload.memory = memory
  if (cpus !== undefined) workload.cpus = cpus
  if (within(service, 'deploy', 'mode') === 'global')
    said.left(`${place}.deploy.mode`, 'there are no hosts to run one on each', 'give count in app.yml')
  const idle = Object.keys(fields(service.deploy)).filter(
    (key) => !['mode', 'replicas', 'resources'].includes(key),
  )
  if (idle.length > 0) said.left(`${place}.deploy`, `${idle.join(', ')}: without meaning for an instance`)
  const devices = within(service, 'deploy', 'resources', 'reservations', 'devices')
  if (devices !== undefined)
    said.left(
      `${place}.deploy.resources.reservations.devices`,
      'Nanos has no driver for them',
      'keep the service where it runs now',
    )
}

export function takeVolumes({ tree, file, place, said, service, workload }: Reading): void {
  for (const [index, value] of list(service.volumes).entries()) {
    const at = `${place}.volumes[${index}]`
    const { from, to, kind } = volume(value)
    if (to === undefined || kind === 'tmpfs' || from === undefined) continue
    if (kind === 'volume') {
      workload.stateful = true
      said.left(at, `the volume ${from} would end with the instance`, DATA)
      continue
    }
    const path = resolvePath(file.folder, from)
    const content = path === undefined ? undefined : tree.text(path)
    if (content !== undefined) workload.files.set(to, content)
    else if (path !== undefined && hasFolder(tree, path)) workload.mounts.push({ from: path, to })
    else said.left(at, `${from} is on the host, and an instance has no host`, 'copy it in the Dockerfile')
  }
}

const DATA = 'keep data in a table or a bucket of resources.yml, or in a database of AWS'

function volume(value: unknown): { from?: string; to?: string; kind?: string } {
  if (isFields(value)) {
    const [from, to, kind] = [text(value.source), text(value.target), text(value.type)]
    return { ...(from && { from }), ...(to && { to }), kind: kind ?? 'volume' }
  }
  const parts = (text(value) ?? '').split(':')
  if (parts.length < 2) return parts[0] ? { to: parts[0], kind: 'tmpfs' } : {}
  const [from = '', to = ''] = parts
  return { from, to, kind: /^[.~/]/.test(from) ? 'bind' : 'volume' }
}

/** `configs`: files with their content in the image. */
export function takeConfigs({ tree, file, place, said, service, workload }: Reading): void {
  for (const each of [...texts(service.configs), ...listOfFields(service.configs)]) {
    const name = typeof each === 'string' ? each : (text(each.source) ?? '')
    const target = typeof each === 'string' ? undefined : text(each.target)
    const definition = within(file.value, 'configs', name)
    const from = text(within(definition, 'file'))
    const path = from === undefined ? undefined : resolvePath(file.folder, from)
    const content = text(within(definition, 'content')) ?? (path === undefined ? undefined : tree.text(path))
    if (content === undefined)
      said.left(`${place}.configs`, `the content of ${name} is not here`, 'copy the file in the Dockerfile')
    else workload.files.set(target?.startsWith('/') ? target : `/${target ?? name}`, content)
  }
  for (const each of list(service.secrets)) {
    const name = text(each) ?? text(within(each, 'source')) ?? 'a secret'
    said.left(
      `${place}.secrets`,
      `${name} would be a file of the image, which anyone who may read images can read`,
      SET_SECRET,
    )
  }
}
