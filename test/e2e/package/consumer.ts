import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa, execaNode } from 'execa'
import { packageRoot } from '../../../src/processes/binaries/package-root.ts'

/** What `npm pack` says of a tarball; sizes in bytes. */
export interface Tarball {
  readonly filename: string
  readonly size: number
  readonly files: readonly { readonly path: string; readonly size: number }[]
}

/** Options of a typical program for Node, but with the declarations of all packages checked as well. */
const compilerOptions = {
  module: 'nodenext',
  target: 'es2022',
  lib: ['es2022', 'esnext.disposable'],
  strict: true,
  exactOptionalPropertyTypes: true,
  skipLibCheck: false,
  noEmit: true,
  types: ['node'],
  typeRoots: [join(packageRoot(), 'node_modules', '@types')],
}

/** A folder of somebody who has installed the package, and nothing else, with plain npm. */
export class Consumer implements AsyncDisposable {
  readonly directory: string
  readonly tarball: Tarball

  private constructor(directory: string, tarball: Tarball) {
    this.directory = directory
    this.tarball = tarball
  }

  /** Packs what is built, and installs it and its dependencies from the registry. */
  static async install(): Promise<Consumer> {
    const directory = await mkdtemp(join(tmpdir(), 'eth-localnet-package-'))
    const { stdout } = await execa('npm', ['pack', '--json', '--pack-destination', directory], {
      cwd: packageRoot(),
      env: outsideEnvironment(),
      extendEnv: false,
    })
    const [tarball]: Tarball[] = JSON.parse(stdout)
    if (tarball === undefined) throw new Error('npm has packed nothing')
    const consumer = new Consumer(directory, tarball)
    await consumer.write('package.json', JSON.stringify({ private: true, type: 'module' }))
    await consumer.npm('install', '--no-audit', '--no-fund', `./${tarball.filename}`)
    return consumer
  }

  get environment(): NodeJS.ProcessEnv {
    return { ...outsideEnvironment(), ETH_LOCALNET_HOME: join(this.directory, 'home') }
  }

  async npm(...args: string[]): Promise<string> {
    const { stdout } = await execa('npm', args, this.#place)
    return stdout
  }

  /** Path and text of each file of the package, as installed. */
  packedFiles(): Promise<[path: string, text: string][]> {
    const installed = join(this.directory, 'node_modules', 'eth-localnet')
    return Promise.all(
      this.tarball.files.map(async ({ path }) => [path, await readFile(join(installed, path), 'utf8')]),
    )
  }

  /** Writes a program, runs it with Node, and returns what it printed. */
  async run(name: string, program: string): Promise<string> {
    await this.write(name, program)
    const { stdout } = await execaNode(join(this.directory, name), this.#place)
    return stdout
  }

  /** What our TypeScript compiler says of a program of theirs: nothing, or its errors. */
  async compile(name: string, program: string): Promise<string> {
    await this.write(name, program)
    await this.write('tsconfig.json', JSON.stringify({ compilerOptions, files: [name] }))
    const compiler = join(packageRoot(), 'node_modules', 'typescript', 'bin', 'tsc')
    const { stdout } = await execaNode(compiler, ['--project', '.'], { ...this.#place, reject: false })
    return stdout
  }

  private async write(name: string, text: string): Promise<void> {
    await writeFile(join(this.directory, name), text)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.directory, { recursive: true, force: true })
  }

  get #place() {
    return { cwd: this.directory, env: this.environment, extendEnv: false }
  }
}

/** Without what `npm test` tells its children: an npm below it would take the project for its own. */
function outsideEnvironment(): NodeJS.ProcessEnv {
  const isOfOuterNpm = /^(npm_(package|lifecycle|command|config_local_prefix)|INIT_CWD|NODE_ENV|NODE_OPTIONS)/
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !isOfOuterNpm.test(name)))
}
