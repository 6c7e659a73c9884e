import { readFile } from 'node:fs/promises'
import { dirname, join, relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { wasmInside } from '../../buildspecs/wasm-inside.mjs'

/*
 * Four places where esbuild keeps code that no function uses, because it cannot know that leaving it out is
 * safe. `node scripts/bundle-sizes.mjs` compares the results with resources/bundle-budgets.yml.
 */

/**
 * Keys of the SDK's schemas are constants (`[_xN]: _m`). esbuild treats a computed key as a call that may do
 * anything, and keeps all shapes of all operations: 550 KB of EC2's. With plain keys they mean the same, and
 * only the used ones stay.
 */
const plainKeys = {
  name: 'plain-keys',
  setup({ onLoad }) {
    onLoad({ filter: /@aws-sdk[/\\]client-[^/\\]+[/\\]dist-es[/\\]schemas[/\\]/ }, async ({ path }) => {
      const text = await readFile(path, 'utf8')
      const constants = new Map(
        [...text.matchAll(/^const (_\w+) = ("[^"]*");$/gm)].map(([, name, value]) => [name, value]),
      )
      const contents = text.replace(/\[(_\w+)\]:/g, (key, name) =>
        constants.has(name) ? `${constants.get(name)}:` : key,
      )
      return { contents, loader: 'js' }
    })
  },
}

/**
 * Unlike the SDK's clients, lib-dynamodb does not declare that loading it has no side effects: every bundle
 * would contain it and DynamoDB's client.
 */
const documentsOnDemand = {
  name: 'documents-on-demand',
  setup({ onResolve, resolve }) {
    onResolve({ filter: /^@aws-sdk\/lib-dynamodb$/ }, async ({ path, kind, resolveDir, pluginData }) => {
      if (pluginData === documentsOnDemand) return undefined
      const found = await resolve(path, { kind, resolveDir, pluginData: documentsOnDemand })
      return { ...found, sideEffects: false }
    })
  },
}

/**
 * Lambda gives a function its credentials as variables (AWS Lambda Developer Guide, "Defined runtime
 * environment variables"). The SDK would also look for profiles, sign-ins, containers and EC2's metadata,
 * with a client for each: 130 KB.
 */
const credentialsOfLambda = {
  name: 'credentials-of-lambda',
  setup({ onResolve, onLoad, resolve }) {
    const namespace = credentialsOfLambda.name
    onResolve(
      { filter: /^@aws-sdk\/credential-provider-node$/ },
      async ({ path, kind, resolveDir, pluginData }) => {
        if (pluginData === credentialsOfLambda) return undefined
        const found = await resolve(path, { kind, resolveDir, pluginData: credentialsOfLambda })
        return { path: found.path, namespace, sideEffects: false }
      },
    )
    onLoad({ filter: /.*/, namespace }, ({ path }) => ({
      contents: "export { fromEnv as defaultProvider } from '@aws-sdk/credential-provider-env'",
      resolveDir: dirname(path),
    }))
  },
}

const OWN = fileURLToPath(new URL('../..', import.meta.url))

/** Also where we are a package ourselves. */
const isOurs = (file) => {
  const inside = relative(OWN, file).split(sep)
  return inside[0] !== '..' && !inside.includes('node_modules')
}

/**
 * Loading a file of ours has no side effects either: without this, a schema stays that only an unused export
 * needs.
 */
const oursOnDemand = {
  name: 'ours-on-demand',
  setup({ onResolve }) {
    onResolve({ filter: /^[.]{1,2}\/.*[.][jt]s$/ }, ({ path, importer, resolveDir, kind }) =>
      kind === 'import-statement' && isOurs(importer)
        ? { path: join(resolveDir, path), sideEffects: false }
        : undefined,
    )
  },
}

/** The plugins that bundle the functions. */
export default [plainKeys, documentsOnDemand, oursOnDemand, credentialsOfLambda, wasmInside]
