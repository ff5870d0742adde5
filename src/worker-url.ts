/**
 * Where the module of a worker thread is: beside the bundle, or, when the sources run as they are, the
 * source. Node cannot load that by itself, so a module made on the spot brings in tsx, a development
 * dependency.
 *
 * @param bundled - name of the bundle's file
 * @param source - path of the source, relative to `src/`
 */
export function workerUrl(bundled: string, source: string): URL {
  if (!import.meta.url.endsWith('.ts')) return new URL(bundled, import.meta.url)
  const worker = new URL(source, import.meta.url)
  const loader = import.meta.resolve('tsx/esm/api')
  const module = `import { register } from '${loader}'; register(); await import('${worker}')`
  return new URL(`data:text/javascript,${encodeURIComponent(module)}`)
}
