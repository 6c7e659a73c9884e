import type { Sentences } from '../said.ts'
import { inFolder, type Tree } from '../tree.ts'
import type { MadeImage, Workload } from '../workload.ts'
import type { ImageFacts } from './image-facts.ts'
import { healthWords, probeOfCommand } from './probe-command.ts'
import { pythonAsFile } from './python-program.ts'
import { type Command, isStart, startOf } from './start.ts'

/** What an image is made from and with. */
export interface Parts {
  tree: Tree
  workload: Workload
  said: Sentences
  source?: string
  ignore?: string[]
  published?: boolean
}

/** The image of a Dockerfile whose program is known by its text, or to do. */
export function finished(dockerfile: string, facts: ImageFacts, parts: Parts): MadeImage {
  const { tree, workload, said, source } = parts
  const cwd = workload.workingFolder ?? facts.workingFolder ?? (parts.published ? undefined : '/')
  const argv = commandOf(workload, facts)
  if (argv.length === 0) return unknownProgram(dockerfile, facts, parts)
  const start = startOf(argv, {
    env: new Map([...facts.env, ...workload.env]),
    cwd,
    copied: facts.copied,
    packages: facts.packages,
    base: facts.base ?? '',
    beside: (name) => (source === undefined ? undefined : tree.text(inFolder(source, name))),
  })
  if (!isStart(start)) {
    said.todo(`${workload.place}: program`, start.what, start.instead)
    return { ...common(dockerfile, facts, parts), program: '', args: [] }
  }
  if (start.changed) said.inferred(`${workload.place}: program`, start.changed)
  const image = { ...common(dockerfile, facts, parts), program: start.program, args: start.args }
  return start.program === '/usr/local/bin/python3' ? pythonAsFile(image) : image
}

export function commandOf({ entrypoint, command }: Workload, facts: ImageFacts): Command {
  const first = entrypoint ?? facts.entrypoint
  // Replacing the entry point drops the command of the image.
  const second = command ?? (entrypoint ? undefined : facts.command)
  if (typeof first === 'string') return first
  if (typeof second === 'string' && (first ?? []).length === 0) return second
  return [...(first ?? []), ...(typeof second === 'string' ? ['sh', '-c', second] : (second ?? []))]
}

export function unknownProgram(dockerfile: string, facts: ImageFacts, parts: Parts): MadeImage {
  const { workload, said } = parts
  const image = workload.image ?? facts.base ?? 'the image'
  said.todo(
    `${workload.place}: program`,
    `what ${image} starts is written in the image and not here`,
    `"docker image inspect ${image}" shows it: write Program, Args, Env and ManifestPassthrough.cwd into config.json`,
  )
  return { ...common(dockerfile, facts, parts), program: '', args: workload.command ?? [] }
}

function common(dockerfile: string, facts: ImageFacts, { workload, said, source, ignore }: Parts) {
  const asked = facts.healthcheck && probeOfCommand(healthWords(facts.healthcheck))
  if (facts.healthcheck && !asked && !workload.probe)
    said.left(
      `${workload.place}: HEALTHCHECK`,
      "would start a program beside the service's own",
      'let the service answer a path by http, and name it in consul.json',
    )
  const cwd = workload.workingFolder ?? facts.workingFolder
  return {
    dockerfile,
    env: facts.env,
    ports: facts.ports,
    ...(cwd !== undefined && cwd !== '/' && { cwd }),
    ...(source !== undefined && { source }),
    ...(ignore && { ignore }),
    ...(asked && { probe: asked }),
  }
}
