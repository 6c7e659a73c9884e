import { cp, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { writeJobProgram } from '../apps/lib/job-programs.ts'

/** Prints its arguments and ends as the first one says; `sleep` never ends, without any it has two ports. */
const TASK = `import http from 'node:http'
const [code, ...words] = process.argv.slice(2)
if (code === 'sleep') setInterval(() => {}, 1000)
else if (code !== undefined) {
  console.log(words.join(' '))
  process.exit(Number(code))
} else {
  http.createServer((_request, response) => response.end('ok')).listen(8095)
  http.createServer((_request, response) => response.end('up 1')).listen(9095)
}
`

const GO = `package main

import (
	"fmt"
	"net/http"
	"os"
	"strconv"
	"strings"
	"time"

	"nanofleet/lib/go/job"
)

func main() {
	job.Run(func(args []string) int {
		if args[0] == "sleep" {
			time.Sleep(time.Hour)
		}
		code, _ := strconv.Atoi(args[0])
		fmt.Println(strings.Join(args[1:], " "))
		return code
	})
	http.ListenAndServe(os.Getenv("HOST")+":8096", nil)
}
`

const GO_MOD = `module chores/gotask

go 1.25

require nanofleet/lib/go v0.0.0

replace nanofleet/lib/go => ../../lib/go
`

const ASKER = `import http from 'node:http'
const ask = (place: string) =>
  http
    .get('http://' + place, (answer) => {
      answer.resume()
      console.log(place, 'answered', answer.statusCode)
    })
    .on('error', (error) => console.log(place, 'failed', (error as { code?: string }).code))
setInterval(() => {
  ask('task.service.consul:8095')
  ask('task-metrics.service.consul:9095')
}, 500)
`

/** The service of it that an app may lose. */
export const GO_SERVICE = '  gotask: {source: apps/chores/gotask, port: 8096, jobs: true}\n'

const MANIFEST = `app: chores
services:
  task: {source: apps/chores/task, port: 8095, ports: {metrics: 9095}}
${GO_SERVICE}  pytask: {source: apps/chores/pytask, count: 0, jobs: true}
  javatask: {source: apps/chores/javatask, count: 0, jobs: true}
  asker: {source: apps/chores/asker, needs: ['task:metrics']}
  clock:
    source: apps/chores/task
    count: 0
    schedule: {when: rate(1 minute), args: [sleep], timeout: 110}
`

const NODE = { Program: '/usr/local/bin/node', Args: ['/app/main.mjs'] }
const CHECKED = (name: string, port: number) => ({
  name,
  port,
  checks: [{ name: 'opens', tcp: `HEALTHROUTE:${port}`, interval: '1s', timeout: '1s' }],
})

/** Writes an app: tasks in four languages, a service with two ports and one that asks both, a schedule. */
export async function writeChores(root: string): Promise<void> {
  const write = async (file: string, text: string | object): Promise<void> => {
    const path = join(root, file)
    await mkdir(join(path, '..'), { recursive: true })
    await writeFile(path, typeof text === 'string' ? text : JSON.stringify(text))
  }
  for (const service of ['task', 'asker', 'clock', 'gotask']) {
    await write(
      `images/chores/${service}/config.json`,
      service === 'gotask' ? { Program: '/app/program' } : NODE,
    )
    await cp(join(root, 'images/web/web/Dockerfile'), join(root, `images/chores/${service}/Dockerfile`))
  }
  for (const [service, language] of [
    ['pytask', 'python'],
    ['javatask', 'java'],
  ] as const) {
    for (const file of ['config.json', 'Dockerfile'])
      await cp(join(root, 'images/hello', language, file), join(root, 'images/chores', service, file))
    await writeJobProgram(language, join(root, 'apps/chores', service))
  }
  await write('images/chores/app.yml', MANIFEST)
  await write('images/chores/task/consul.json', {
    services: [CHECKED('task', 8095), CHECKED('task-metrics', 9095)],
  })
  await write('images/chores/gotask/consul.json', { service: CHECKED('gotask', 8096) })
  await write('apps/chores/task/main.ts', TASK)
  await write('apps/chores/asker/main.ts', ASKER)
  await write('apps/chores/gotask/main.go', GO)
  await write('apps/chores/gotask/go.mod', GO_MOD)
}
