import { cp, mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { putLoader } from '../../adapters/sources/loaders.ts'
import type { Context } from '../../cli/context.ts'
import { pushChanged } from './source.ts'

/**
 * An app with a service in each language that reads its secrets with our library. It answers with the SHA-256
 * of each, and with a variable: no value leaves it.
 */
export const LANGUAGES = ['ts', 'js', 'go', 'python', 'java'] as const

const APP = `app: vault
requires: [platform]
services:
${LANGUAGES.map(
  (language, index) => `  ${language}:
    source: apps/vault/${language}
    port: 8080
    expose: {host: vault-${language}, port: ${8031 + index}}
    env: {LEVEL: info}
    secrets: [SHARED, ONE]
`,
).join('')}`

const NODE = (from: string) => `import { createHash } from 'node:crypto'
import { createServer } from 'node:http'
import { openSecrets } from '${from}'

const secrets = await openSecrets({ everySeconds: 1 })
let changes = 0
secrets.onChange(() => changes++)
const digest = (name) => createHash('sha256').update(secrets.get(name)).digest('hex')
createServer((_request, answer) => {
  answer.end([digest('SHARED'), digest('ONE'), process.env.LEVEL, changes].join(' '))
}).listen(Number(process.env.PORT))
`

const GO = `package main

import (
	"crypto/sha256"
	"fmt"
	"log"
	"net"
	"net/http"
	"os"
	"sync/atomic"
	"time"

	"nanofleet/vault/secrets"
)

func main() {
	var changes atomic.Int64
	all, err := secrets.Open(secrets.Options{Every: time.Second, Changed: func(string) { changes.Add(1) }})
	if err != nil {
		log.Fatal(err)
	}
	digest := func(name string) string {
		value, err := all.Get(name)
		if err != nil {
			log.Fatal(err)
		}
		return fmt.Sprintf("%x", sha256.Sum256([]byte(value)))
	}
	http.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprintf(w, "%s %s %s %d", digest("SHARED"), digest("ONE"), os.Getenv("LEVEL"), changes.Load())
	})
	log.Fatal(http.ListenAndServe(net.JoinHostPort(os.Getenv("HOST"), os.Getenv("PORT")), nil))
}
`

const PYTHON = `import hashlib
import os
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from secrets_loader import open_secrets

secrets = open_secrets(every_seconds=1)
changes = []
secrets.on_change(changes.append)


def digest(name):
    return hashlib.sha256(secrets.get(name).encode()).hexdigest()


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        text = f"{digest('SHARED')} {digest('ONE')} {os.environ['LEVEL']} {len(changes)}".encode()
        self.send_response(200)
        self.send_header("content-length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)


ThreadingHTTPServer((os.environ.get("HOST", ""), int(os.environ["PORT"])), Handler).serve_forever()
`

const JAVA = `package vault;

import com.sun.net.httpserver.HttpServer;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.HexFormat;
import java.util.concurrent.atomic.AtomicInteger;
import nanofleet.Secrets;

public class Main {
  public static void main(String[] args) throws Exception {
    var secrets = Secrets.open(Duration.ofSeconds(1), Duration.ofSeconds(30));
    var changes = new AtomicInteger();
    secrets.onChange(name -> changes.incrementAndGet());
    var host = System.getenv().getOrDefault("HOST", "0.0.0.0");
    var server = HttpServer.create(new InetSocketAddress(host, Integer.parseInt(System.getenv("PORT"))), 0);
    server.createContext("/", exchange -> {
      var text = String.join(" ", digest(secrets, "SHARED"), digest(secrets, "ONE"), System.getenv("LEVEL"),
          changes.toString()).getBytes(StandardCharsets.UTF_8);
      exchange.sendResponseHeaders(200, text.length);
      try (var body = exchange.getResponseBody()) { body.write(text); }
    });
    server.start();
  }

  static String digest(Secrets secrets, String name) {
    try {
      var digest = MessageDigest.getInstance("SHA-256").digest(secrets.get(name).getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(digest);
    } catch (java.security.NoSuchAlgorithmException cause) { throw new IllegalStateException(cause); }
  }
}
`

const POM = `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>nanofleet</groupId>
  <artifactId>vault</artifactId>
  <version>1.0.0</version>
  <properties><maven.compiler.release>17</maven.compiler.release></properties>
</project>
`

const SOURCES: Record<string, string> = {
  'ts/main.ts': NODE('../../lib/secrets.ts').replace('(name)', '(name: string)'),
  'js/server.js': NODE('./secrets.js'),
  'js/package.json': '{"name": "vault", "private": true, "type": "module"}\n',
  'go/main.go': GO,
  'go/go.mod': 'module nanofleet/vault\n\ngo 1.25\n',
  'python/main.py': PYTHON,
  'java/src/main/java/vault/Main.java': JAVA,
  'java/pom.xml': POM,
}

/** Pushes the app from a copy of this checkout; `change` alters its manifest. */
export async function pushVault(context: Context, change = (manifest: string) => manifest): Promise<void> {
  await pushChanged(context, 'vault', async (root) => {
    await put(join(root, 'images/vault/app.yml'), change(APP))
    for (const [path, text] of Object.entries(SOURCES)) await put(join(root, 'apps/vault', path), text)
    for (const language of LANGUAGES) {
      if (language !== 'ts') await putLoader('secrets', language, loaderFolder(root, language))
      const images = join(root, 'images/vault', language)
      await cp(join(root, 'images/hello', language), images, { recursive: true })
      const consul = JSON.parse(await readFile(join(images, 'consul.json'), 'utf8'))
      consul.service.name = `vault-${language}`
      await put(join(images, 'consul.json'), JSON.stringify(consul).replaceAll('/healthz', '/'))
    }
  })
}

const loaderFolder = (root: string, language: string): string =>
  join(root, 'apps/vault', language, ...(language === 'java' ? ['src/main/java'] : []))

async function put(file: string, text: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true })
  await writeFile(file, text)
}
