import { readFileSync } from 'node:fs'
import { isBuiltin } from 'node:module'
import { constants, homedir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { packageRoot } from '../../src/processes/binaries/package-root.ts'
import { Command } from './cli/command.ts'
import { Consumer } from './package/consumer.ts'
import { processesOf } from './support/processes-of.ts'

const packageJson = JSON.parse(readFileSync(join(packageRoot(), 'package.json'), 'utf8'))
const tarballBytesMax = 4 * 2 ** 20

/** Names of the packages that a bundled module imports, now or when it needs them. */
function importedPackages(module: string): string[] {
  const code = module.replaceAll(/\/\*[\s\S]*?\*\//g, '')
  const imports = [
    ...code.matchAll(/^import\b[^'"\n]*["']([^."'][^"'\n]*)["'];$/gm),
    ...code.matchAll(/\bimport\("([^."][^"\n]*)"\)/g),
  ]
  return imports.map(([, specifier = '']) => specifier.match(/^(node:.*|@[^/]+\/[^/]+|[^/]+)/)?.[0] ?? '')
}

describe('the package, installed with plain npm into an empty folder', () => {
  let consumer: Consumer

  beforeAll(async () => {
    consumer = await Consumer.install()
  })

  afterAll(async () => {
    await consumer?.[Symbol.asyncDispose]()
  })

  test('has what it needs and nothing of its development', () => {
    const { size, files } = consumer.tarball
    const paths = files.map(({ path }) => path)
    expect(paths).toEqual(
      expect.arrayContaining([
        'LICENSE',
        'README.md',
        'package.json',
        'clients/geth/go.mod',
        'clients/prysm/go.sum',
        'dist/cli.js',
        'dist/embedded-worker.js',
        'dist/genesis-worker.js',
        'dist/index.d.ts',
        'dist/index.js',
      ]),
    )
    const isMeant =
      /^(LICENSE|README\.md|package\.json|clients\/\w+\/go\.(mod|sum)|dist\/[\w-]+\.(d\.ts|js))$/
    expect(paths.filter((path) => !isMeant.test(path))).toEqual([])
    expect(size).toBeLessThan(tarballBytesMax)
  })

  test('names no place of the machine that it was built on', async () => {
    // A path that is relative to the project may go through a directory of the same name.
    const places = [packageRoot(), homedir()].map(
      (place) => new RegExp(`(?<![\\w.-])${place.replaceAll('.', '\\.')}/`),
    )
    for (const [path, text] of await consumer.packedFiles()) {
      expect(
        places.filter((place) => place.test(text)),
        path,
      ).toEqual([])
    }
  })

  test('imports Node, its dependencies and nothing else', async () => {
    const { dependencies } = packageJson
    const imported = (await consumer.packedFiles())
      .filter(([path]) => path.endsWith('.js'))
      .flatMap(([, text]) => importedPackages(text))
      .filter((name) => !isBuiltin(name))
    expect([...new Set(imported)].sort()).toEqual(Object.keys(dependencies).sort())
  })

  test('has all its dependencies, in versions that go together', async () => {
    // It fails when one is missing, or is none that was asked for.
    const { dependencies } = JSON.parse(await consumer.npm('ls', '--all', '--json'))
    expect(Object.keys(dependencies)).toEqual(['eth-localnet'])
    expect(dependencies['eth-localnet']).toMatchObject({ version: packageJson.version })
  })

  test('finalizes with `npx eth-localnet up --time virtual`, until Ctrl-C', async () => {
    const up = new Command(['eth-localnet', 'up', '--time', 'virtual', '--json'], consumer.environment, {
      program: 'npx',
      directory: consumer.directory,
    })
    const ready = await up.event(({ event }) => event === 'ready')
    expect(ready).toMatchObject({ nodes: Array(4).fill({ execution: { client: 'embedded' } }) })
    await up.event(({ event, finalizedEpoch }) => event === 'slot' && Number(finalizedEpoch) >= 1)
    up.pressCtrlC()
    const { exitCode, stderr, events } = await up.ended
    // npm has its own to say, for instance of settings that it does not know.
    expect(stderr.split('\n').filter((line) => !line.startsWith('npm '))).toEqual([''])
    expect(events.at(-1)).toMatchObject({ event: 'stopped', isKilled: false })
    // Told by its own end, npx ends by the signal. To a shell that is 130 as well.
    expect(exitCode ?? 128 + constants.signals[up.child.signalCode ?? 'SIGKILL']).toBe(130)
    expect(processesOf(consumer.directory)).toEqual([])
  })

  test('is a library', async () => {
    const program = `
      import { startNetwork } from 'eth-localnet'
      const network = await startNetwork({ nodes: 3, validators: 12, time: 'virtual' })
      try {
        await network.waitForFinalizedEpoch(2)
        await network.assertConsensus()
        console.log(JSON.stringify(await network.views()))
      } finally {
        await network.stop()
      }
    `
    const views = JSON.parse(await consumer.run('program.mjs', program))
    expect(views).toMatchObject(Array(3).fill({ state: 'running', finalizedEpoch: 2 }))
  })

  const typed = `
    import { BaseError, type ErrorCategory, type Manifest, Network, type NetworkOptions } from 'eth-localnet'
    import { Node, OptionError, planNetwork, type StartNetworkOptions, startNetwork } from 'eth-localnet'

    const options: NetworkOptions = { nodes: 4, time: 'virtual', forks: { electra: 0, fulu: 3 } }
    export const manifest: Manifest = planNetwork(options)

    export async function run(more: StartNetworkOptions): Promise<string | undefined> {
      await using network: Network = await startNetwork({ ...options, ...more })
      await network.advance({ slots: 2 })
      const node: Node | undefined = network.nodes[0]
      return node?.execution.rpcUrl
    }

    export function categoryOf(error: unknown): ErrorCategory | undefined {
      if (error instanceof OptionError) return error.category
      return error instanceof BaseError ? error.category : undefined
    }

    // @ts-expect-error a misspelled option
    export const misspelled: NetworkOptions = { nods: 4 }

    export function misuse(network: Network) {
      // @ts-expect-error a number is wanted
      void network.advance({ slots: '2' })
    }
  `

  test('has types, strict ones', async () => {
    expect(await consumer.compile('program.ts', typed)).toBe('')
  })
})
