// Makes a fresh or changed clone ready to run: dependencies from the lockfile, and the build. Plain
// JavaScript without dependencies, because it runs before there are any.
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The folder of the clone. */
export const root = dirname(dirname(fileURLToPath(import.meta.url)))

const oldestNode = [20, 19]
/** The CLI's exit code for what did not come up. */
const failedToStart = 3
const builtFiles = ['cli.js', 'index.js', 'index.d.ts', 'genesis-worker.js']
/** What the build is made from, beside everything in `src`. */
const buildInputs = ['package.json', 'package-lock.json', 'tsdown.config.ts', 'tsconfig.json']

/** A step failed; its output is in the message. */
export class SetupError extends Error {}

/**
 * Installs and builds what is missing or out of date, and says so with one line for each on standard error.
 *
 * @throws {SetupError} with the whole output of the step that failed.
 */
export async function setUp() {
  demandNodeVersion()
  // Not `npm ci`: that refuses a lockfile without the optional packages of every platform, and npm leaves out
  // those that the registry of whoever wrote it does not have. This installs the locked versions as well, and
  // leaves the lockfile as it is.
  if (!isInstalled()) {
    await runStep('Installing the dependencies (npm install)', npm(['install', '--no-save', '--no-progress']))
  }
  const fingerprint = sourceFingerprint()
  if (!isBuilt(fingerprint)) {
    await runStep('Building', [process.execPath, [join(root, 'node_modules/tsdown/dist/run.mjs')]])
    mkdirSync(dirname(stampFile()), { recursive: true })
    writeFileSync(stampFile(), fingerprint)
  }
}

/** The same for a script with nothing to do without it: says what failed, and ends. */
export async function setUpOrExit() {
  try {
    await setUp()
  } catch (error) {
    if (!(error instanceof SetupError)) throw error
    process.stderr.write(`${error.message}\n`)
    process.exit(failedToStart)
  }
}

function demandNodeVersion() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  if (major > oldestNode[0] || (major === oldestNode[0] && minor >= oldestNode[1])) return
  throw new SetupError(
    `eth-localnet needs Node ${oldestNode.join('.')} or newer; this is ${process.version}.`,
  )
}

/**
 * Whether every package of the lockfile is there in the locked version, by the list that npm keeps of what it
 * installed. Times of files say less: git sets them anew, and npm writes the two lists in either order.
 */
function isInstalled() {
  const wanted = packagesOf(join(root, 'package-lock.json'))
  const installed = packagesOf(join(root, 'node_modules', '.package-lock.json'))
  return Object.entries(wanted).every(([path, entry]) => {
    // An optional package may be for another platform. The empty path is this package.
    if (path === '' || entry.optional || entry.devOptional) return true
    return installed[path]?.version === entry.version && installed[path]?.integrity === entry.integrity
  })
}

function packagesOf(lockfile) {
  return existsSync(lockfile) ? JSON.parse(readFileSync(lockfile, 'utf8')).packages : {}
}

function isBuilt(fingerprint) {
  if (!builtFiles.every((name) => existsSync(join(root, 'dist', name)))) return false
  return existsSync(stampFile()) && readFileSync(stampFile(), 'utf8') === fingerprint
}

function stampFile() {
  return join(root, 'node_modules', '.cache', 'eth-localnet', 'built-from')
}

/** Changes whenever a source is changed, added, renamed or deleted. */
function sourceFingerprint() {
  const files = [...filesIn(join(root, 'src')), ...buildInputs.map((name) => join(root, name))].sort()
  const hash = createHash('sha256')
  for (const file of files) {
    const { size, mtimeMs } = statSync(file)
    hash.update(`${file}\0${size}\0${mtimeMs}\n`)
  }
  return hash.digest('hex')
}

function filesIn(directory) {
  return readdirSync(directory, { withFileTypes: true }).flatMap((entry) => {
    const path = join(directory, entry.name)
    return entry.isDirectory() ? filesIn(path) : [path]
  })
}

/** The npm that runs us, where one does: another one may be first in the PATH. */
function npm(args) {
  const script = process.env.npm_execpath
  return script?.endsWith('.js') ? [process.execPath, [script, ...args]] : ['npm', args]
}

async function runStep(title, [file, args]) {
  const startedMs = performance.now()
  process.stderr.write(`${title} …`)
  const { code, output } = await run(file, args)
  const seconds = ((performance.now() - startedMs) / 1000).toFixed(1)
  process.stderr.write(code === 0 ? ` ${seconds} s\n` : ' failed\n')
  if (code !== 0)
    throw new SetupError(`${output.trimEnd()}\n\n${title}: \`${[file, ...args].join(' ')}\` failed.`)
}

function run(file, args) {
  return new Promise((resolve) => {
    const child = spawn(file, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] })
    let output = ''
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => (output += data))
    child.on('error', (error) => resolve({ code: 1, output: String(error) }))
    child.on('close', (code) => resolve({ code, output }))
  })
}
