// @ts-check
/**
 * `node local/tools/kafka.mjs <programs>`: fetches the jars of Apache Kafka and a Java, unless they are
 * there, and prints `{"java": …, "jars": […]}`. Progress goes to stderr.
 */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { runScript } from '../../buildspecs/failure.mjs'
import { runtimeOf } from '../../buildspecs/java-tools.mjs'
import { lockedJar } from '../../buildspecs/maven.mjs'

const LOCK = fileURLToPath(new URL('kafka/maven.lock.json', import.meta.url))
const AT_ONCE = 6

/**
 * @param {string} programs where the machine keeps what it downloaded
 * @param {(line: string) => void} say
 * @returns {Promise<string[]>} the jars, each checked against the lock
 */
async function jars(programs, say) {
  const lock = /** @type {[string, string][]} */ (Object.entries(JSON.parse(readFileSync(LOCK, 'utf8'))))
  const fileOf = (/** @type {string} */ digest) => join(programs, 'maven', `${digest}.jar`)
  const missing = lock.filter(([, digest]) => !existsSync(fileOf(digest)))
  if (missing.length > 0) say(`Apache Kafka 4.3.1 is fetched once: ${missing.length} jars, about 40 MB`)
  const waiting = [...missing]
  let fetched = 0
  const one = async () => {
    for (let next = waiting.pop(); next; next = waiting.pop()) {
      await lockedJar(...next, programs)
      fetched += 1
      if (fetched % 10 === 0 || fetched === missing.length) say(`  ${fetched} of ${missing.length} jars`)
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, one))
  return lock.map(([, digest]) => fileOf(digest))
}

await runScript(async () => {
  const [programs = ''] = process.argv.slice(2)
  const found = await jars(programs, (line) => process.stderr.write(`${line}\n`))
  process.stdout.write(`${JSON.stringify({ java: runtimeOf(programs), jars: found })}\n`)
})
