/**
 * Where the genesis worker is: beside the bundle, or, when the sources run as they are, the source. Node
 * cannot load that by itself, so a module made on the spot brings in tsx, a development dependency.
 */
export function genesisWorkerUrl(): URL {
  if (!import.meta.url.endsWith('.ts')) return new URL('./genesis-worker.js', import.meta.url)
  const worker = new URL('./worker.ts', import.meta.url)
  const loader = import.meta.resolve('tsx/esm/api')
  const module = `import { register } from '${loader}'; register(); await import('${worker}')`
  return new URL(`data:text/javascript,${encodeURIComponent(module)}`)
}
