import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { extname, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { parse as parseYaml } from 'yaml'
import { BaseError, messageOf } from '../errors.ts'
import type { NetworkOptions } from '../plan/options.ts'
import { parseNetworkOptions } from '../plan/options-schema.ts'

const maxBytes = 1024 ** 2
const advice = 'A configuration is a .yaml, .yml, .json, .js, .mjs or .ts file with the options of a network.'

/** A configuration file cannot be read, or what it holds are not options. */
export class ConfigFileError extends BaseError {
  constructor(path: string, problem: string, hint = advice, cause?: unknown) {
    super({
      code: 'config-file',
      category: 'options',
      shortMessage: `Cannot use ${path}: ${problem.replace(/\.+$/, '')}.`,
      metaMessages: [hint],
      facts: { path, problem },
      cause,
    })
  }
}

/**
 * Reads network options from a file: YAML, JSON, or a module whose default export they are.
 *
 * @throws {ConfigFileError} when it cannot be read as what its name says.
 * @throws {OptionError} when it holds something else than network options.
 */
export async function loadConfigFile(path: string): Promise<NetworkOptions> {
  const extension = extname(path).toLowerCase()
  const load = loaders[extension]
  if (load === undefined) throw new ConfigFileError(path, `files ending in '${extension}' are not known`)
  return parseNetworkOptions(await load(path))
}

type Loader = (path: string) => Promise<unknown>

const loadYaml: Loader = (path) => readText(path, (text) => parseYaml(text, { prettyErrors: true }))
const loadJson: Loader = (path) => readText(path, JSON.parse)
const loadModule: Loader = (path) => importDefault(path, (url) => import(url))

const loadTypeScript: Loader = async (path) => {
  if ('typescript' in process.features && process.features.typescript) return loadModule(path)
  const transpiler = resolveTsx(path)
  if (transpiler === undefined) {
    throw new ConfigFileError(
      path,
      `Node ${process.versions.node} does not run TypeScript by itself`,
      'Install tsx beside it (`npm install --save-dev tsx`), use Node 22.18 or newer, or write it as .mjs.',
    )
  }
  const { tsImport } = await import(pathToFileURL(transpiler).href)
  return importDefault(path, (url) => tsImport(url, url))
}

const loaders: Readonly<Record<string, Loader>> = {
  '.yaml': loadYaml,
  '.yml': loadYaml,
  '.json': loadJson,
  '.js': loadModule,
  '.mjs': loadModule,
  '.ts': loadTypeScript,
  '.mts': loadTypeScript,
}

async function readText(path: string, parse: (text: string) => unknown): Promise<unknown> {
  const text = await readFile(path, 'utf8').catch((error) => {
    const problem = error.code === 'ENOENT' ? 'there is no such file' : messageOf(error)
    throw new ConfigFileError(path, problem, advice, error)
  })
  if (text.length > maxBytes) throw new ConfigFileError(path, `it is larger than ${maxBytes} bytes`)
  try {
    // An empty YAML file is no options, not a wrong value.
    return parse(text) ?? {}
  } catch (error) {
    throw new ConfigFileError(path, messageOf(error).trim(), 'Mend the syntax.', error)
  }
}

async function importDefault(path: string, importUrl: (url: string) => Promise<unknown>): Promise<unknown> {
  const module = await importUrl(pathToFileURL(resolve(path)).href).catch((error) => {
    throw new ConfigFileError(path, messageOf(error), 'It must load as a module.', error)
  })
  return defaultOf(path, module)
}

/** A CommonJS module that was compiled from `export default` has its value one level deeper. */
function defaultOf(path: string, module: unknown): unknown {
  const value = (module as { default?: unknown }).default
  if (value === undefined) {
    throw new ConfigFileError(path, 'it has no default export', 'Write `export default { nodes: 4 }`.')
  }
  const isNested = typeof value === 'object' && value !== null && '__esModule' in value && 'default' in value
  return isNested ? value.default : value
}

/** The user's own tsx: beside the file, or where the command was given. */
function resolveTsx(path: string): string | undefined {
  for (const from of [resolve(path), resolve('package.json')]) {
    try {
      return createRequire(from).resolve('tsx/esm/api')
    } catch {
      // Not installed there.
    }
  }
  return undefined
}
