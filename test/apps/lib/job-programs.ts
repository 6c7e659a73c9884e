import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { type JobLanguage as Language, putLoader } from '../../../adapters/sources/loaders.ts'
import { compile } from '../../../buildspecs/compile.mjs'
import { runtimeOf } from '../../../buildspecs/java-tools.mjs'
import { programs } from '../../../scripts/lib/places.mjs'
import { ROOT } from '../apps.ts'

/*
 * Programs that print the arguments of a job after the first one, which is their exit code or `throw`;
 * without a job they print `serves`.
 */
export const JOB_PROGRAMS = {
  go: {
    'go.mod': 'module example\n\ngo 1.25\n',
    'main.go': `package main

import (
	"fmt"
	"strconv"
	"strings"

	"example/job"
)

func main() {
	job.Run(func(args []string) int {
		fmt.Println(strings.Join(args[1:], "|"))
		code, err := strconv.Atoi(args[0])
		if err != nil {
			panic(err)
		}
		return code
	})
	fmt.Println("serves")
}
`,
  },
  python: {
    'main.py': `from job_loader import run_job


def task(args):
    print("|".join(args[1:]))
    return int(args[0])


run_job(task)
print("serves")
`,
  },
  java: {
    'pom.xml': `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>example</groupId>
  <artifactId>example</artifactId>
  <version>1.0.0</version>
  <properties><maven.compiler.release>17</maven.compiler.release></properties>
</project>
`,
    'src/main/java/example/Main.java': `package example;

import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import nanofleet.Job;

public class Main {
  public static void main(String[] args) {
    var out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    Job.run(words -> {
      out.println(String.join("|", words.subList(1, words.size())));
      return Integer.parseInt(words.get(0));
    });
    out.println("serves");
  }
}
`,
  },
} as const satisfies Record<Language, Record<string, string>>

/** Writes the source of such a program, with our loader as another repository gets it. */
export async function writeJobProgram(language: Language, source: string): Promise<void> {
  for (const [file, text] of Object.entries(JOB_PROGRAMS[language])) {
    mkdirSync(dirname(join(source, file)), { recursive: true })
    writeFileSync(join(source, file), text)
  }
  await putLoader('job', language, source)
}

/** @returns how the program is started */
export async function makeJobProgram(language: Language, folder: string): Promise<string[]> {
  const [source, out] = [join(folder, language), join(folder, `${language}-out`)]
  await writeJobProgram(language, source)
  if (language === 'python') return ['python3', join(source, 'main.py')]
  await compile(source, out, { root: ROOT, programs })
  return language === 'go' ? [join(out, 'program')] : [runtimeOf(programs), '-jar', join(out, 'app.jar')]
}
