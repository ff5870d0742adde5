import type { ControlTarget } from '../../../src/control/control-target.ts'
import type {
  NetworkStatus,
  NetworkSummary,
  NodeAction,
  NodeDescription,
  NodeStatus,
} from '../../../src/control/protocol.ts'
import { UnknownNodeError } from '../../../src/network/errors.ts'
import type { AddedNodeOptions } from '../../../src/plan/options.ts'

/** A node that does not exist, as it is described. */
export function fakeNode(name: string, state = 'running'): NodeDescription {
  return {
    name,
    state,
    execution: {
      client: 'geth',
      rpcUrl: 'http://127.0.0.1:20000',
      wsUrl: 'ws://127.0.0.1:20000',
      engineUrl: 'http://127.0.0.1:20001',
      jwtSecretFile: '/net/jwt.hex',
      pid: state === 'running' ? 101 : null,
    },
    consensus: { client: 'prysm', apiUrl: 'http://127.0.0.1:20003', peerId: '16Uiu2', pid: null },
    validators: 16,
    processes: [],
  }
}

/** A network without nodes or processes behind it: it remembers what it was asked for. */
export class FakeNetwork implements ControlTarget {
  readonly asked: unknown[] = []
  /** Thrown by everything but `summary`. */
  failure: unknown
  /** What operations answer, by their names. */
  results: Readonly<Record<string, object>> = {}

  summary(): NetworkSummary {
    return {
      name: 'fake',
      state: 'running',
      directory: '/net',
      activity: null,
      slot: 7,
      nodes: [{ name: 'node-0', state: 'running' }],
    }
  }

  async status(): Promise<NetworkStatus> {
    this.#fail()
    const answers: Omit<NodeStatus, keyof NodeDescription> = {
      head: { slot: 7, root: `0x${'ab'.repeat(32)}` },
      justified: 1,
      finalized: 0,
      peers: { execution: ['node-1'], consensus: [] },
      problem: null,
    }
    const { name, state, directory } = this.summary()
    return {
      name,
      state,
      directory,
      seed: 1,
      chainId: 1337,
      forks: { electra: 0 },
      genesisTime: 1_800_000_000,
      slotDurationMs: 2_000,
      slotsPerEpoch: 8,
      accounts: [],
      slot: 7,
      epoch: 0,
      nodes: [
        { ...fakeNode('node-0'), ...answers },
        {
          ...fakeNode('node-1', 'failed'),
          ...answers,
          head: null,
          justified: null,
          finalized: null,
          peers: null,
          problem: 'node-1 geth crashed',
        },
      ],
    }
  }

  async act(node: string, action: NodeAction): Promise<NodeDescription> {
    this.#fail()
    if (node !== 'node-0') throw new UnknownNodeError(node, ['node-0'], 'node-0')
    this.asked.push({ node, action })
    return fakeNode(node, action === 'stop' ? 'stopped' : 'running')
  }

  async addNode(options: AddedNodeOptions): Promise<NodeDescription> {
    this.#fail()
    this.asked.push({ add: options })
    return fakeNode(options.name ?? 'node-1')
  }

  async removeNode(name: string): Promise<void> {
    this.#fail()
    this.asked.push({ remove: name })
  }

  async operate({ name, parameters }: { name: string; parameters: unknown }): Promise<object> {
    this.#fail()
    this.asked.push({ operate: name, parameters })
    return this.results[name] ?? {}
  }

  stop(): void {
    this.asked.push('stop')
  }

  #fail(): void {
    if (this.failure !== undefined) throw this.failure
  }
}
