import { existsSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import type { NodeContext, ProcessClient } from '../../../src/clients/client.ts'
import type { CrashReport } from '../../../src/clients/client-instance.ts'
import * as instanceModule from '../../../src/clients/process-client-instance.ts'
import type { EmbeddedNetwork } from '../../../src/embedded/host/embedded-network.ts'
import { ClientPrograms } from '../../../src/network/client-programs.ts'
import { Network } from '../../../src/network/network.ts'
import { NetworkDirectory } from '../../../src/network/network-directory.ts'
import { NetworkHost } from '../../../src/network/network-host.ts'
import type { Manifest } from '../../../src/plan/manifest.ts'
import * as findClientModule from '../../../src/processes/binaries/find-client.ts'
import * as guardianModule from '../../../src/processes/guardian.ts'
import type { Supervision } from '../../../src/processes/managed-process.ts'
import { examplePlan } from '../support/example-plan.ts'
import { FakeEmbedded } from '../support/fake-embedded.ts'
import { FakeClient } from './support/fake-client.ts'
import { exampleNodes } from './support/fake-node.ts'
import { useStateHome } from './support/state-home.ts'

const fakes: FakeClient[] = []
const contexts: (() => NodeContext)[] = []

// Functions that are called with `new`, and whose objects take the place of the real ones.
function makeGuardian() {
  return { [Symbol.dispose]: () => {} }
}

function makeInstance(
  client: ProcessClient,
  context: () => NodeContext,
  _: Supervision,
  onCrash: (report: CrashReport) => void,
) {
  const fake = new FakeClient({ name: client.capabilities.name, onCrash })
  fakes.push(fake)
  contexts.push(context)
  return fake
}

const place = useStateHome()
const root = `0x${'ab'.repeat(32)}`

beforeEach(() => {
  fakes.length = 0
  contexts.length = 0
  // Both would start processes.
  vi.spyOn(guardianModule, 'Guardian').mockImplementation(makeGuardian as never)
  vi.spyOn(instanceModule, 'ProcessClientInstance').mockImplementation(makeInstance as never)
  vi.spyOn(findClientModule, 'findClient').mockImplementation(
    async ({ client }) => ({ client, paths: { [client]: `/bin/of/${client}` } }) as never,
  )
})

async function openHost(
  manifest: Manifest = exampleNodes(2),
  embedded: EmbeddedNetwork | undefined = undefined,
): Promise<NetworkHost> {
  const directory = await NetworkDirectory.claim(place.folder)
  const made = {
    ...{ formatVersion: 1 as const, planned: manifest, manifest, genesisTime: 1_700_000_000 },
    ...{
      executionBlockHash: root,
      genesisValidatorsRoot: root,
      genesisBlockRoot: root,
      unclean: [],
      ports: {},
    },
  }
  const saved = (await directory.load()) ?? made
  const programs = new ClientPrograms({}, () => {})
  const host = new NetworkHost({ directory, saved, programs, embedded, onStateChange: () => {} })
  await host.open()
  return host
}

function savedNetwork() {
  return JSON.parse(readFileSync(join(place.folder, 'network.json'), 'utf8'))
}

const { signal } = new AbortController()

describe('the saved network', () => {
  it('takes every node for crashed while it runs, and says after a stop which really were', async () => {
    const host = await openHost()
    await Promise.all(host.nodes.map((node) => node.start()))
    expect(savedNetwork().unclean).toEqual(['node-0', 'node-1'])
    await host.nodes[1]?.kill()
    await host.close()
    expect(savedNetwork().unclean).toEqual(['node-1'])
    const again = await openHost()
    expect(again.wasCrashed).toBe(true)
    expect(again.nodes.map(({ isStoppedCleanly }) => isStoppedCleanly)).toEqual([true, false])
    await again.close()
  })

  it('has the ports that the nodes use, which no other network gets meanwhile', async () => {
    const host = await openHost()
    const { ports } = savedNetwork()
    expect(host.nodes.map(({ execution }) => execution.rpcUrl)).toEqual(
      ['node-0', 'node-1'].map((name) => `http://127.0.0.1:${ports[name].executionRpc}`),
    )
    expect(ports['node-0'].executionRpc).not.toBe(ports['node-1'].executionRpc)
    await host.close()
  })

  it('keeps the secret of the Engine API for life, each node its own, for its owner alone', async () => {
    const host = await openHost()
    const secrets = () =>
      ['node-0', 'node-1'].map((name) => readFileSync(join(place.folder, 'nodes', name, 'jwt.hex'), 'utf8'))
    const before = secrets()
    expect(new Set(before).size).toBe(2)
    for (const secret of before) expect(secret).toMatch(/^[0-9a-f]{64}$/)
    expect(statSync(host.nodes[0]?.execution.jwtSecretFile ?? '').mode & 0o777).toBe(0o600)
    await host.close()
    const again = await openHost()
    expect(secrets()).toEqual(before)
    await again.close()
  })
})

describe('what a client is told', () => {
  it('is how long it was away, where a peer of it has a recent head', async () => {
    const host = await openHost()
    const [first, second] = host.nodes
    const missed = () => contexts[0]?.().slotsMissed
    await first?.start()
    await first?.stop()
    const slot = host.clock.currentSlot
    vi.spyOn(host.clock, 'currentSlot', 'get').mockReturnValue(slot + 9)
    expect(missed()).toBe(0)
    await second?.start()
    expect(missed()).toBe(0)
    const headSlotOf = vi.spyOn(host.recorder, 'headSlotOf').mockReturnValue(slot)
    expect(missed()).toBe(0)
    headSlotOf.mockReturnValue(slot + 1)
    expect(missed()).toBe(9)
    headSlotOf.mockRestore()
    await first?.start()
    expect(missed()).toBe(0)
    await host.close()
  })

  it('are its peers at the ports that they really have', async () => {
    const host = await openHost()
    const context = contexts[0]
    expect(context?.()).toMatchObject({
      node: { name: 'node-0' },
      // Dialled by the address of the edge, where its proxy is.
      peers: [{ node: { name: 'node-1' }, address: '127.2.0.10', ports: savedNetwork().ports['node-1'] }],
      directory: join(place.folder, 'nodes', 'node-0'),
      slotsMissed: 0,
    })
    await host.close()
  })
})

describe('adding and removing', () => {
  it('adds a node that runs, and removes it with its data', async () => {
    const host = await openHost()
    const late = await host.addNode({ name: 'late' }, signal)
    expect(late.state).toBe('running')
    expect(savedNetwork().manifest.nodes).toHaveLength(3)
    expect(savedNetwork().unclean).toContain('late')
    const folder = join(place.folder, 'nodes', 'late')
    expect(existsSync(folder)).toBe(true)
    await host.removeNode(late)
    expect(existsSync(folder)).toBe(false)
    expect(host.nodes.map(({ name }) => name)).toEqual(['node-0', 'node-1'])
    expect(savedNetwork().manifest.nodes).toHaveLength(2)
    await expect(late.start()).rejects.toMatchObject({ code: 'wrong-state' })
    await host.close()
  })

  it('adds nodes one after another, however they are asked for', async () => {
    const host = await openHost()
    const added = await Promise.all([1, 2, 3].map(() => host.addNode({}, signal)))
    expect(new Set(added.map(({ plan }) => plan.index)).size).toBe(3)
    expect(savedNetwork().manifest.nodes).toHaveLength(5)
    expect(host.nodes.map(({ state }) => state).filter((state) => state === 'running')).toHaveLength(3)
    await host.close()
    expect(savedNetwork().unclean).toEqual([])
  })

  it('leaves nothing of a node that does not start', async () => {
    const host = await openHost()
    const begun = fakes.length
    vi.spyOn(findClientModule, 'findClient').mockImplementation(async () => {
      throw new Error('no such client')
    })
    await host.addNode({ name: 'late' }, AbortSignal.abort(new Error('enough'))).catch(() => {})
    expect(fakes).toHaveLength(begun)
    const abort = new AbortController()
    vi.spyOn(findClientModule, 'findClient').mockImplementation(async ({ client }) => {
      abort.abort(new Error('enough'))
      return { client, paths: {} } as never
    })
    await expect(host.addNode({ name: 'late' }, abort.signal)).rejects.toThrow('enough')
    expect(host.nodes).toHaveLength(2)
    expect(savedNetwork().manifest.nodes).toHaveLength(2)
    expect(existsSync(join(place.folder, 'nodes', 'late'))).toBe(false)
    await host.close()
  })
})

describe('a stop of the network', () => {
  it('ends a node that is being added, and starts nothing afterwards', async () => {
    const host = await openHost()
    const network = new Network(host)
    const [node] = network.nodes
    await node?.start()
    const adding = network.addNode()
    const outcome = adding.catch((error: unknown) => error)
    await Promise.all([network.stop(), network.stop()])
    expect(await outcome).toMatchObject({ code: 'wrong-state' })
    expect(fakes.map(({ phase }) => phase)).toEqual(fakes.map(() => 'down'))
    await expect(node?.start()).rejects.toMatchObject({ code: 'wrong-state' })
    await expect(network.addNode()).rejects.toMatchObject({ code: 'wrong-state' })
    await expect(network.removeNode('node-0')).rejects.toMatchObject({ code: 'wrong-state' })
    // The directory is free again.
    const again = await NetworkDirectory.claim(place.folder)
    await again.release()
  })

  it('deletes a temporary directory, unless its logs are wanted', async () => {
    const directory = await NetworkDirectory.claim()
    const manifest = exampleNodes(1)
    const saved = {
      ...{ formatVersion: 1 as const, planned: manifest, manifest, genesisTime: 1, unclean: [], ports: {} },
      ...{ executionBlockHash: root, genesisValidatorsRoot: root, genesisBlockRoot: root },
    }
    const programs = new ClientPrograms({}, () => {})
    const host = new NetworkHost({
      ...{ directory, saved, programs, embedded: undefined, onStateChange: () => {} },
    })
    await host.open()
    await host.close({ keepDirectory: true })
    expect(existsSync(directory.path)).toBe(true)
  })
})

describe('embedded nodes', () => {
  const genesisTimeMs = 1_700_000_000_000
  const virtual = examplePlan({ nodes: 2, validators: 8, topology: 'line', time: 'virtual' })
  const real = examplePlan({ nodes: 2, validators: 8, topology: 'line' })

  it('are told who they are, where they listen, and who their neighbours are', async () => {
    const embedded = new FakeEmbedded(genesisTimeMs)
    const host = await openHost(virtual, embedded.network)
    await host.nodes[1]?.start()
    expect(embedded.calls).toEqual(['start execution node-1', 'start consensus node-1'])
    for (const layer of ['execution', 'consensus'])
      expect(embedded.started.get(`${layer} node-1`)).toEqual({
        plan: virtual.nodes[1],
        ports: savedNetwork().ports['node-1'],
        jwtSecretFile: join(place.folder, 'nodes', 'node-1', 'jwt.hex'),
        logFile: join(place.folder, 'nodes', 'node-1', 'logs', 'embedded.log'),
        layers: ['execution', 'consensus'],
        peers: [
          {
            node: virtual.nodes[0],
            links: { execution: 'in-process', consensus: 'in-process' },
            address: '127.2.0.10',
            ports: savedNetwork().ports['node-0'],
            dialsPeers: true,
          },
        ],
      })
    expect(fakes).toEqual([])
    await host.close()
  })

  it('fail alone', async () => {
    const embedded = new FakeEmbedded(genesisTimeMs)
    const host = await openHost(real, embedded.network)
    for (const node of host.nodes) await node.start()
    embedded.fail('consensus', 'node-1', 'a test wants it')
    expect(host.nodes.map(({ state }) => state)).toEqual(['running', 'failed'])
    expect(host.nodes[1]?.crash).toMatchObject({ reason: 'a test wants it' })
    await host.close()
    expect(savedNetwork().unclean).toEqual(['node-1'])
  })

  it('leave with what they have stored, and end with the network', async () => {
    const embedded = new FakeEmbedded(genesisTimeMs)
    const host = await openHost(real, embedded.network)
    await host.nodes[0]?.start()
    const late = await host.addNode({ name: 'late', peers: ['node-1'] }, signal)
    expect(embedded.started.get('consensus late')?.peers).toMatchObject([{ node: { name: 'node-1' } }])
    await host.removeNode(late)
    await host.close()
    expect(embedded.calls).toEqual([
      ...['start execution node-0', 'start consensus node-0'],
      ...['setPeers node-1 node-0 late', 'start execution late', 'start consensus late'],
      ...['stop consensus late', 'stop execution late', 'remove late', 'setPeers node-1 node-0'],
      ...['stop consensus node-0', 'stop execution node-0', 'close'],
    ])
  })

  it('beside a process live in the thread as far as they are embedded', async () => {
    const mixed = examplePlan({
      nodes: [
        { execution: 'geth', consensus: 'embedded' },
        { execution: 'embedded', consensus: 'prysm' },
      ],
      validators: 8,
    })
    const embedded = new FakeEmbedded(genesisTimeMs)
    const host = await openHost(mixed, embedded.network)
    for (const node of host.nodes) await node.start()
    expect(fakes.map(({ name }) => name)).toEqual(['geth', 'prysm'])
    expect(embedded.calls).toEqual(['start consensus node-0', 'start execution node-1'])
    expect(embedded.started.get('consensus node-0')).toMatchObject({
      layers: ['consensus'],
      peers: [{ node: { name: 'node-1' }, links: { consensus: 'sockets' }, dialsPeers: false }],
    })
    expect(contexts[1]?.().peers).toMatchObject([{ node: { name: 'node-0' }, dialsPeers: true }])
    await host.close()
  })

  it('have the clock of the network in virtual time, which is saved with it', async () => {
    const embedded = new FakeEmbedded(genesisTimeMs)
    const host = await openHost(virtual, embedded.network)
    await host.clock.until(7)
    expect(embedded.nowMs).toBe(genesisTimeMs + 7 * virtual.chain.slotDurationMs)
    await host.close()
    expect(savedNetwork().virtualTimeMs).toBe(embedded.nowMs)
  })

  it('go by the time on the wall otherwise', async () => {
    const host = await openHost(real, new FakeEmbedded().network)
    const before = Date.now()
    expect(host.clock.nowMs).toBeGreaterThanOrEqual(before)
    await host.close()
  })

  it('are asked without HTTP in virtual time', async () => {
    const embedded = new FakeEmbedded(genesisTimeMs)
    const host = await openHost(virtual, embedded.network)
    embedded.answer = { status: 200, body: '{"jsonrpc":"2.0","id":1,"result":"0x10"}' }
    expect(await host.nodes[1]?.executionApi.blockNumber()).toBe(16)
    expect(embedded.requests).toMatchObject([
      { layer: 'execution', name: 'node-1', request: { method: 'POST', path: '/' } },
    ])
    await host.close()
  })
})
