import { InvalidInput } from '../base/errors.ts'
import type { Manifest } from '../base/manifest-types.ts'
import type { Stage } from '../base/stage.ts'

type Architecture = Stage['architecture']

/**
 * The architecture of an instance type, by its name: a `g` among the letters behind the generation says that
 * the processor is AWS's own, Graviton (Amazon EC2 User Guide, "Naming conventions"); so is the first, a1.
 */
export function architectureOf(instanceType: string): Architecture {
  const [, family = '', letters = ''] = /^([a-z]+)\d+([a-z]*)/.exec(instanceType) ?? []
  return letters.includes('g') || family === 'a' ? 'arm64' : 'x86_64'
}

/**
 * Refuses instances that cannot start the stage's images: CloudFormation would find it after the builds.
 * @throws {InvalidInput} one sentence for each service
 */
export function refuseOtherArchitecture(
  { app, services }: Manifest,
  { name, architecture }: Pick<Stage, 'name' | 'architecture'>,
): void {
  const other = architecture === 'arm64' ? 't4g.micro' : 't3.micro'
  const problems = Object.entries(services)
    .filter(([, { instanceType }]) => architectureOf(instanceType) !== architecture)
    .map(([service, { instanceType }]) => {
      const place = `images/${app}/app.yml: services.${service}.instanceType`
      const problem = `${instanceType} has ${architectureOf(instanceType)} processors, and the stage ${name} builds images for ${architecture}`
      return new InvalidInput(place, problem, `choose a type such as ${other}`)
    })
  if (problems.length > 0) throw InvalidInput.all(problems)
}
