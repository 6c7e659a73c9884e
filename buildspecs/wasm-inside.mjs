// @ts-check
/**
 * A plugin of esbuild: Kafka's client reads its WebAssembly from a file beside it, which a bundle does not
 * have; the package also has it inside a module.
 */
export const wasmInside = {
  name: 'wasm-inside',
  /** @param {{onResolve: Function, resolve: Function}} build */
  setup({ onResolve, resolve }) {
    onResolve(
      { filter: /^@platformatic\/wasm-utils$/ },
      (/** @type {{path: string, kind: string, resolveDir: string}} */ { path, kind, resolveDir }) =>
        resolve(`${path}/bundled`, { kind, resolveDir }),
    )
  },
}
