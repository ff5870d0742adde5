import { randomBytes } from 'node:crypto'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Network, type Node, startNetwork } from 'eth-localnet'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { diagnoseDirectory } from '../../../src/observe/doctor/doctor.ts'
import { slowGethPrysm } from '../support/clients-under-test.ts'
import { eventually } from '../support/eventually.ts'
import { printStages } from '../support/progress.ts'
import { tamperedPrograms } from './tampered-programs.ts'

// The tests build on one another: each breaks one node of a running network, and mends it again.
describe('the doctor of 3 nodes of Geth and Prysm', () => {
  let root: string
  let network: Network
  let beforeGenesis: unknown

  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'eth-localnet-doctor-'))
    const dir = join(root, 'network')
    network = await startNetwork({
      ...slowGethPrysm.nodes(3),
      validators: 24,
      slotsPerEpoch: 6,
      dir,
      programs: await tamperedPrograms(join(root, 'programs')),
      onProgress: async (progress) => {
        printStages(progress)
        if (progress.stage !== 'start') return
        beforeGenesis ??= diagnoseDirectory({ directory: dir, isHeld: true })
      },
    })
  })

  afterAll(async () => {
    await network?.stop()
    await rm(root, { recursive: true, force: true })
  })

  const diagnosis = (cause: string, withinSlots = 10) =>
    eventually(network, withinSlots, async () => {
      const found = await network.diagnose()
      expect(found, JSON.stringify(found, null, 1)).toMatchObject({ cause })
      return found
    })
  const fileOf = (node: Node, name: string) => join(network.directory, 'nodes', node.name, name)
  const pidOf = (node: Node, program: string) => {
    const found = node.processes.find(({ name }) => name === program)
    if (found === undefined) throw new Error(`${node.name} runs no ${program}`)
    return found.pid
  }

  test('says before genesis that it is still to come', async () => {
    expect(await beforeGenesis).toMatchObject({ healthy: false, cause: 'not-yet-genesis', also: [] })
  })

  test('says that it is healthy', async () => {
    expect(await diagnosis('healthy', 20)).toMatchObject({ healthy: true, advice: [], also: [] })
  })

  test('names a client that crashed, with its last lines', async () => {
    const [, node] = network.nodes as [Node, Node]
    process.kill(pidOf(node, 'geth'), 'SIGKILL')
    const { summary, evidence } = await diagnosis('client-crashed')
    expect(summary).toBe('node-1 geth crashed.')
    expect(evidence.filter((line) => line.startsWith('  | ')).length).toBeGreaterThan(2)
    await node.start()
    await diagnosis('healthy', 30)
  })

  test('names an Engine API that cannot be reached', async () => {
    const [, , node] = network.nodes as [Node, Node, Node]
    const pid = pidOf(node, 'geth')
    process.kill(pid, 'SIGSTOP')
    const startedAt = performance.now()
    const { summary } = await diagnosis('engine-unreachable')
    expect(performance.now() - startedAt).toBeLessThan(60_000)
    expect(summary).toBe('The Engine API of node-2 cannot be reached.')
    process.kill(pid, 'SIGCONT')
    await diagnosis('healthy', 30)
  })

  test('names a node whose clients have different secrets', async () => {
    const [, node] = network.nodes as [Node, Node]
    await writeFile(`${node.execution.jwtSecretFile}.other`, randomBytes(32).toString('hex'))
    await node.restart()
    const { evidence } = await diagnosis('jwt-wrong')
    expect(evidence).toEqual([expect.stringContaining('node-1: geth refuses a token')])
    await rm(`${node.execution.jwtSecretFile}.other`)
    await node.restart()
  })

  test('names keys that are in use on two nodes', async () => {
    const [owner, , node] = network.nodes as [Node, Node, Node]
    await writeFile(fileOf(node, 'validator.first'), '0')
    await node.restart()
    // Of two blocks in a slot the owner's may always be the first: frozen, it leaves its slots to the other one.
    const ownersValidator = pidOf(owner, 'validator')
    process.kill(ownersValidator, 'SIGSTOP')
    try {
      const { evidence } = await diagnosis('keys-duplicated', 40)
      expect(evidence[0]).toMatch(/made on node-2, with the key of validator [0-7], which node-0 was given/)
    } finally {
      process.kill(ownersValidator, 'SIGCONT')
    }
    await rm(fileOf(node, 'validator.first'))
    await node.restart()
  })

  test('names a node with another fork schedule', async () => {
    const [, , node] = network.nodes as [Node, Node, Node]
    const file = join(network.directory, 'config.yaml')
    const config = await readFile(file, 'utf8')
    await node.stop()
    await writeFile(file, config.replace(/FULU_FORK_EPOCH: \d+/, 'FULU_FORK_EPOCH: 1000'))
    await node.start()
    const { summary } = await diagnosis('fork-schedule-mismatch')
    expect(summary).toBe('node-2 has another fork schedule than node-0 and node-1.')
    await node.stop()
    await writeFile(file, config.replace(/INACTIVITY_SCORE_BIAS: \d+/, 'INACTIVITY_SCORE_BIAS: 5'))
    await node.start()
    const found = await diagnosis('config-mismatch')
    expect(found.summary).toBe('Consensus clients run with different configurations: INACTIVITY_SCORE_BIAS.')
    await node.stop()
    await writeFile(file, config)
  })

  test('names a node with another genesis', async () => {
    const [, , node] = network.nodes as [Node, Node, Node]
    const file = join(network.directory, 'genesis.json')
    const genesis = JSON.parse(await readFile(file, 'utf8'))
    const alloc = { ...genesis.alloc, [`0x${'12'.repeat(20)}`]: { balance: '0x1' } }
    await writeFile(file, JSON.stringify({ ...genesis, alloc }))
    await rm(fileOf(node, 'geth'), { recursive: true })
    await rm(fileOf(node, 'geth.initialized'))
    await node.start()
    const { summary, evidence } = await diagnosis('genesis-mismatch')
    expect(summary).toBe('node-2 has another genesis than the network.')
    expect(evidence[0]).toContain('node-2, geth: block 0 is 0x')
  })
})
