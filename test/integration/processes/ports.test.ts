import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { execa } from 'execa'
import { expect, onTestFinished, test } from 'vitest'
import { nodePorts } from '../../../src/plan/addresses.ts'

/** Far from where networks begin to look, since some may run on this machine. */
const firstBlock = 1_210

/** A process that claims ports, and keeps its state in a directory of its own. */
function startClaimer() {
  const home = mkdtempSync(join(tmpdir(), 'eth-localnet-ports-'))
  const program = join(import.meta.dirname, 'port-claimer.ts')
  const child = execa('node', ['--import', 'tsx', program, String(firstBlock)], {
    // tsx is found from here.
    cwd: import.meta.dirname,
    env: { ETH_LOCALNET_HOME: home },
    reject: false,
  })
  onTestFinished(async () => {
    child.kill('SIGKILL')
    await child
    rmSync(home, { recursive: true, force: true })
  })
  const ports = new Promise<number[]>((resolve, reject) => {
    createInterface(child.stdout).on('line', (line) => resolve(JSON.parse(line)))
    child.then(({ stderr }) => reject(new Error(`it ended without ports: ${stderr}`)), reject)
  })
  return { child, ports }
}

test('processes that know nothing of each other claim no port together', async () => {
  const claimed = await Promise.all(Array.from({ length: 3 }, () => startClaimer().ports))
  expect(new Set(claimed.flat()).size).toBe(claimed.flat().length)
})

test('what a killed process has claimed is free again', async () => {
  const { child, ports } = startClaimer()
  expect(await ports).toEqual(Object.values(nodePorts(firstBlock)))
  child.kill('SIGKILL')
  await child
  expect(await startClaimer().ports).toEqual(Object.values(nodePorts(firstBlock)))
})
