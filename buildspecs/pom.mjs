// @ts-check
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/**
 * What is needed of a pom.xml. Plugins do not run here.
 * @typedef {object} Pom
 * @property {string | undefined} mainClass
 * @property {string} release the Java that it is written for
 * @property {{name: string, version: string | undefined}[]} dependencies `group:artifact`, those that a
 * program needs when it runs; no version where a parent or a list of versions gives it
 */

const USUAL_RELEASE = '17'

/**
 * @param {string} source the folder with pom.xml
 * @returns {Pom}
 */
export function readPom(source) {
  const text = readFileSync(join(source, 'pom.xml'), 'utf8').replace(/<!--[\s\S]*?-->/g, '')
  const properties = new Map(
    [...(element(text, 'properties') ?? '').matchAll(/<([\w.-]+)>([^<]*)<\/\1>/g)].map(
      ([, name = '', value = '']) => [name, value.trim()],
    ),
  )
  for (const [name, value] of [
    ['project.version', element(text, 'version')],
    ['project.groupId', element(text, 'groupId')],
  ])
    if (name && value) properties.set(name, value)
  /** @param {string | undefined} value */
  const filled = (value) => {
    const found = value?.replace(/\$\{([^}]+)\}/g, (whole, name) => properties.get(name) ?? whole)
    return found?.includes('${') ? undefined : found
  }
  const own = ['dependencyManagement', 'build', 'profiles', 'reporting'].reduce(without, text)
  const dependencies = [...own.matchAll(/<dependency>([\s\S]*?)<\/dependency>/g)]
    .map(([, dependency = '']) => without(dependency, 'exclusions'))
    .filter((one) => !/^(test|provided|system|import)$/.test(element(one, 'scope') ?? ''))
    .map((one) => ({
      name: `${filled(element(one, 'groupId'))}:${filled(element(one, 'artifactId'))}`,
      version: filled(element(one, 'version')),
    }))
  const release = ['maven.compiler.release', 'maven.compiler.target', 'java.version']
    .map((name) => properties.get(name))
    .find(Boolean)
  return {
    mainClass: properties.get('exec.mainClass') ?? filled(element(text, 'mainClass')),
    release: filled(release) ?? filled(element(text, 'release')) ?? USUAL_RELEASE,
    dependencies,
  }
}

/** @param {string} text @param {string} name */
const without = (text, name) => text.replace(new RegExp(`<${name}>[\\s\\S]*?</${name}>`, 'g'), '')

/** @param {string} text @param {string} name @returns {string | undefined} */
const element = (text, name) => new RegExp(`<${name}>([\\s\\S]*?)</${name}>`).exec(text)?.[1]?.trim()
