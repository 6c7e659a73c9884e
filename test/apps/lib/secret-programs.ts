import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { type LoaderLanguage as Language, putLoader } from '../../../adapters/sources/loaders.ts'
import { compile } from '../../../buildspecs/compile.mjs'
import { runtimeOf } from '../../../buildspecs/java-tools.mjs'
import { programs } from '../../../scripts/lib/places.mjs'
import { ROOT } from '../apps.ts'

/** How a program is started. */
export interface Started {
  command: string
  args: string[]
}

/*
 * Programs that print `<secret>=<value>` of the secrets that WANTED names, and again after each change; they
 * look five times a second.
 */
const NODE = (file: string) => `import { openSecrets } from './${file}'

const secrets = await openSecrets({ everySeconds: 0.2, startSeconds: Number(process.env.START) })
const say = (name) => console.log(name + '=' + secrets.get(name))
process.env.WANTED.split(',').forEach(say)
secrets.onChange(say)
setInterval(() => {}, 1000)
`

const GO = `package main

import (
	"fmt"
	"log"
	"os"
	"strings"
	"time"

	"example/secrets"
)

func main() {
	var all *secrets.Secrets
	say := func(name string) {
		value, err := all.Get(name)
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(name + "=" + value)
	}
	start, err := time.ParseDuration(os.Getenv("START") + "s")
	if err != nil {
		log.Fatal(err)
	}
	options := secrets.Options{Every: 200 * time.Millisecond, Start: start, Changed: say}
	opened, err := secrets.Open(options)
	if err != nil {
		log.Fatal(err)
	}
	all = opened
	for _, name := range strings.Split(os.Getenv("WANTED"), ",") {
		say(name)
	}
	select {}
}
`

const PYTHON = `import os
import threading

from secrets_loader import open_secrets

secrets = open_secrets(every_seconds=0.2, start_seconds=float(os.environ["START"]))


def say(name):
    print(f"{name}={secrets.get(name)}", flush=True)


for name in os.environ["WANTED"].split(","):
    say(name)
secrets.on_change(say)
threading.Event().wait()
`

const JAVA = `package example;

import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import nanofleet.Secrets;

public class Main {
  public static void main(String[] args) throws Exception {
    var secrets = Secrets.open(Duration.ofMillis(200), Duration.ofSeconds(Integer.parseInt(System.getenv("START"))));
    var out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    for (var name : System.getenv("WANTED").split(",")) out.println(name + "=" + secrets.get(name));
    secrets.onChange(name -> out.println(name + "=" + secrets.get(name)));
    new CountDownLatch(1).await();
  }
}
`

const POM = `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>example</groupId>
  <artifactId>example</artifactId>
  <version>1.0.0</version>
  <properties><maven.compiler.release>17</maven.compiler.release></properties>
</project>
`

/** Makes the program of a language in a folder of its own. */
const MAKE: Record<Language, (folder: string) => Promise<Started>> = {
  ts: async (folder) =>
    node(
      folder,
      'main.ts',
      NODE('secrets.ts').replace('(name)', '(name: string)').replace('WANTED.', 'WANTED!.'),
    ),
  js: async (folder) => node(folder, 'main.mjs', NODE('secrets.js')),
  go: async (folder) => {
    write(folder, 'main.go', GO)
    const out = join(folder, '../go-out')
    await compile(folder, out, { root: ROOT, programs })
    return { command: join(out, 'program'), args: [] }
  },
  python: async (folder) => {
    write(folder, 'main.py', PYTHON)
    return { command: 'python3', args: [join(folder, 'main.py')] }
  },
  java: async (folder) => {
    write(folder, 'pom.xml', POM)
    write(folder, 'src/main/java/example/Main.java', JAVA)
    const out = join(folder, '../java-out')
    await compile(folder, out, { root: ROOT, programs })
    return { command: runtimeOf(programs), args: ['-jar', join(out, 'app.jar')] }
  },
}

export const LANGUAGES = Object.keys(MAKE) as Language[]

/** A program with our library, ready to start. */
export async function makeProgram(language: Language, folder: string): Promise<Started> {
  const source = join(folder, language)
  if (language === 'go') write(source, 'go.mod', 'module example\n\ngo 1.25\n')
  await putLoader('secrets', language, join(source, ...(language === 'java' ? ['src/main/java'] : [])))
  return await MAKE[language](source)
}

function node(folder: string, file: string, text: string): Started {
  write(folder, file, text)
  write(folder, 'package.json', '{"type": "module"}\n')
  return { command: process.execPath, args: [join(folder, file)] }
}

function write(folder: string, file: string, text: string): void {
  mkdirSync(dirname(join(folder, file)), { recursive: true })
  writeFileSync(join(folder, file), text)
}
