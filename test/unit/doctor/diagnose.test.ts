import { describe, expect, it } from 'vitest'
import { diagnose } from '../../../src/observe/doctor/diagnose.ts'
import { type Cause, causes } from '../../../src/observe/doctor/diagnosis.ts'
import type { Evidence } from '../../../src/observe/doctor/evidence.ts'
import { chainTo, gone, healthyEvidence, onBranch, rootOf, syncingAt, withNodes } from './example-evidence.ts'

interface Case {
  readonly what: string
  readonly evidence: Evidence
  readonly cause: Cause
  /** What the summary must say. */
  readonly says: RegExp
  /** What some sentence of the evidence must say. */
  readonly proof?: RegExp
  readonly advises?: RegExp
  readonly also?: readonly Cause[]
}

const healthy = healthyEvidence()
const mib = 2 ** 20

/** Everything that goes wrong when a network splits 2 | 2 at slot 40. */
const split = withNodes(healthy, {
  'node-0': onBranch('a', 50, ['node-1']),
  'node-1': onBranch('a', 50, ['node-0']),
  'node-2': onBranch('b', 49, ['node-3']),
  'node-3': onBranch('b', 49, ['node-2']),
})
const crash = {
  title: 'node-1 geth',
  reason: 'it exited with code 2',
  logFile: '/nets/localnet/nodes/node-1/logs/geth.log',
  lastLines: ['panic: out of luck', 'goroutine 1 [running]'],
}
const line = (topic: 'refused' | 'invalid-payload' | 'disk-full' | 'fatal', text: string) => ({
  topic,
  logFile: 'beacon-chain.log',
  line: text,
})

const cases: readonly Case[] = [
  {
    what: 'a network as it should be',
    evidence: healthy,
    cause: 'healthy',
    says: /4 nodes have finalized epoch 4 in epoch 6/,
    proof: /100 % of the validators voted in epoch 5/,
  },
  {
    what: 'a full disk',
    evidence: {
      ...healthy,
      machine: { ...healthy.machine, disk: { freeBytes: 3 * mib, totalBytes: 64 * mib } },
    },
    cause: 'disk-full',
    says: /disk that holds \/nets\/localnet is full/,
    proof: /3 MiB of 64 MiB/,
    advises: /du -sh/,
  },
  {
    what: 'a client that crashed of a full disk',
    evidence: {
      ...withNodes(healthy, {
        'node-1': { ...gone('failed'), crash: { ...crash, lastLines: ['write: no space left on device'] } },
      }),
      machine: { ...healthy.machine, disk: { freeBytes: 100 * mib, totalBytes: 512 * mib } },
    },
    cause: 'disk-full',
    says: /full/,
    proof: /node-1 geth: write: no space left on device/,
    also: ['client-crashed'],
  },
  {
    what: 'an execution client with another genesis',
    evidence: withNodes(healthy, { 'node-2': { execution: { genesisHash: `0x${'ee'.repeat(32)}` } } }),
    cause: 'genesis-mismatch',
    says: /^node-2 has another genesis/,
    proof: /node-2, geth: block 0 is 0xeeee/,
  },
  {
    what: 'a consensus client with another genesis',
    evidence: withNodes(healthy, {
      'node-3': {
        consensus: {
          genesis: { timeSeconds: 1_700_000_000, validatorsRoot: `0x${'ee'.repeat(32)}` },
          peers: [],
        },
      },
    }),
    cause: 'genesis-mismatch',
    says: /^node-3 has another genesis/,
    proof: /node-3, prysm: genesis_validators_root is 0xeeee/,
  },
  {
    what: 'a consensus client with another genesis time',
    evidence: withNodes(healthy, {
      'node-0': {
        consensus: { genesis: { timeSeconds: 1_700_000_060, validatorsRoot: `0x${'11'.repeat(32)}` } },
      },
    }),
    cause: 'genesis-mismatch',
    says: /^node-0/,
    proof: /genesis_time is 1700000060/,
  },
  {
    what: 'a consensus client with another fork schedule',
    evidence: withNodes(healthy, {
      'node-1': {
        consensus: {
          forkSchedule: [
            { epoch: 0, version: '0x85000539' },
            { epoch: 3, version: '0x86000539' },
          ],
        },
      },
    }),
    cause: 'fork-schedule-mismatch',
    says: /^node-1 has another fork schedule than node-0, node-2 and node-3/,
    proof: /node-1: version 0x85000539 from epoch 0, version 0x86000539 from epoch 3/,
  },
  {
    what: 'a consensus client with another configuration',
    evidence: withNodes(healthy, {
      'node-1': {
        consensus: { spec: { SECONDS_PER_SLOT: '2', SLOTS_PER_EPOCH: '8', DEPOSIT_CHAIN_ID: '1' } },
      },
    }),
    cause: 'config-mismatch',
    says: /DEPOSIT_CHAIN_ID/,
    proof: /DEPOSIT_CHAIN_ID is 1337 on node-0, node-2 and node-3, and 1 on node-1/,
  },
  {
    what: 'consensus clients that all have another configuration than was planned',
    evidence: { ...healthy, chain: { ...healthy.chain, slotDurationMs: 4_000 }, nowMs: 0 },
    cause: 'config-mismatch',
    says: /SECONDS_PER_SLOT/,
    proof: /SECONDS_PER_SLOT is 2 on node-0.* and 4 in the plan/,
  },
  {
    what: 'a client that crashed',
    evidence: withNodes(healthy, { 'node-1': { ...gone('failed'), crash } }),
    cause: 'client-crashed',
    says: /^node-1 geth crashed\.$/,
    proof: /\| panic: out of luck/,
    advises: /eth-localnet start node-1/,
  },
  {
    what: 'a start that failed since a client did not come up',
    evidence: {
      ...withNodes(healthy, Object.fromEntries(healthy.nodes.map(({ name }) => [name, gone('stopped')]))),
      network: {
        ...healthy.network,
        isRunning: false,
        startFailure: { code: 'process-start', message: 'node-1 geth did not start: it exited', ...crash },
      },
    },
    cause: 'client-crashed',
    says: /^node-1 geth crashed/,
    proof: /panic: out of luck/,
    advises: /eth-localnet up/,
  },
  {
    what: 'a start that failed for another reason',
    evidence: {
      ...withNodes(healthy, Object.fromEntries(healthy.nodes.map(({ name }) => [name, gone('stopped')]))),
      network: {
        ...healthy.network,
        isRunning: false,
        startFailure: {
          code: 'port-busy',
          message: 'Port 8545 is taken.',
          lastLines: ['Stop what listens there.'],
        },
      },
    },
    cause: 'start-failed',
    says: /Port 8545 is taken/,
    proof: /port-busy/,
  },
  {
    what: 'a directory that no process has',
    evidence: {
      ...withNodes(healthy, Object.fromEntries(healthy.nodes.map(({ name }) => [name, gone('stopped')]))),
      network: { ...healthy.network, isRunning: false },
    },
    cause: 'not-running',
    says: /^The network localnet is not running/,
    advises: /eth-localnet up --dir \/nets\/localnet/,
  },
  {
    what: 'a network whose nodes are all stopped',
    evidence: withNodes(
      healthy,
      Object.fromEntries(healthy.nodes.map(({ name }) => [name, gone('stopped')])),
    ),
    cause: 'not-running',
    says: /^All nodes of localnet are stopped/,
  },
  {
    what: 'an execution client that refuses the secret in the file',
    evidence: withNodes(healthy, {
      'node-1': {
        engine: { outcome: 'refused', problem: '401' },
        consensus: { syncing: { ...syncingAt(40, 50), isExecutionOffline: true } },
      },
    }),
    cause: 'jwt-wrong',
    says: /^The clients of node-1 do not share/,
    proof: /node-1: geth refuses a token/,
    advises: /eth-localnet restart node-1/,
  },
  {
    what: 'a consensus client that is refused, while the file has the right secret',
    evidence: withNodes(healthy, {
      'node-2': {
        consensus: { syncing: { ...syncingAt(40, 50), isExecutionOffline: true } },
        logLines: [line('refused', '401 Unauthorized: signature is invalid')],
      },
    }),
    cause: 'jwt-wrong',
    says: /node-2/,
    proof: /prysm is refused: 401 Unauthorized/,
  },
  {
    what: 'a secret file without a secret',
    evidence: withNodes(healthy, { 'node-0': { engine: { outcome: 'no-secret', problem: 'ENOENT' } } }),
    cause: 'jwt-wrong',
    says: /node-0/,
    proof: /has no secret in it \(ENOENT\)/,
  },
  {
    what: 'an Engine API that cannot be reached',
    evidence: withNodes(healthy, {
      'node-3': { engine: { outcome: 'unreachable', problem: 'connect ECONNREFUSED' } },
    }),
    cause: 'engine-unreachable',
    says: /^The Engine API of node-3 cannot be reached/,
    proof: /ECONNREFUSED/,
  },
  {
    what: 'a consensus client that cannot reach an Engine API that we can',
    evidence: withNodes(healthy, {
      'node-3': { consensus: { syncing: { ...syncingAt(40, 50), isExecutionOffline: true } } },
    }),
    cause: 'engine-unreachable',
    says: /node-3/,
    proof: /says that its execution client is offline, and its head stays at slot 40/,
  },
  {
    what: 'a crash of all nodes at once',
    evidence: withNodes(
      healthy,
      Object.fromEntries(healthy.nodes.map(({ name }) => [name, { ...gone('failed'), crash }])),
    ),
    cause: 'client-crashed',
    says: /crashed\.$/,
    advises: /eth-localnet up/,
    also: ['stake-offline'],
  },
  {
    what: 'a crashed execution client beside a consensus client that goes on',
    evidence: withNodes(healthy, {
      'node-1': {
        state: 'failed',
        crash,
        engine: { outcome: 'unreachable', problem: 'connect ECONNREFUSED' },
      },
    }),
    cause: 'client-crashed',
    says: /node-1 geth crashed/,
    also: ['engine-unreachable'],
  },
  {
    what: 'an execution client that calls a block of the fork choice invalid',
    evidence: withNodes(healthy, {
      'node-1': {
        consensus: {
          tree: [{ slot: 50, root: rootOf(50), parentRoot: rootOf(49), validity: 'invalid' }, ...chainTo(49)],
        },
      },
    }),
    cause: 'engine-invalid',
    says: /execution client of node-1 calls payloads invalid/,
    proof: /block 0xaaaa.* of slot 50 as invalid/,
  },
  {
    what: 'an execution client that refuses every new payload',
    evidence: withNodes(healthy, {
      'node-1': {
        consensus: { syncing: syncingAt(44, 50) },
        logLines: [line('invalid-payload', 'payload is invalid')],
      },
    }),
    cause: 'engine-invalid',
    says: /node-1/,
    proof: /the head stays at slot 44; beacon-chain.log: payload is invalid/,
  },
  {
    what: 'an execution client that answers SYNCING',
    evidence: withNodes(healthy, {
      'node-2': { consensus: { syncing: { ...syncingAt(50, 50), isOptimistic: true } } },
    }),
    cause: 'engine-syncing',
    says: /^The execution client of node-2 answers SYNCING/,
    proof: /slot 50 is optimistic; of geth, it is at block 50, and eth_syncing says false/,
  },
  {
    what: 'a client that hangs',
    evidence: withNodes(healthy, {
      'node-0': {
        ...gone('running'),
        consensus: { ...gone('running').consensus, problem: 'no answer in 2000 ms' },
      },
    }),
    cause: 'not-answering',
    says: /^node-0 runs, but does not answer/,
    proof: /node-0, prysm: no answer in 2000 ms/,
  },
  {
    what: 'genesis that is still to come',
    evidence: {
      ...withNodes(healthyEvidence({ slot: 0 }), {}),
      nowMs: 1_700_000_000_000 - 12_300,
      slots: { first: -7, last: -7 },
    },
    cause: 'not-yet-genesis',
    says: /in 12\.3 s/,
    proof: /2023-11-14T22:13:20\.000Z/,
  },
  {
    what: 'a clock that is ahead',
    evidence: withNodes(healthy, { 'node-1': { consensus: { syncing: syncingAt(50, 52) } } }),
    cause: 'clock-skew',
    says: /^The clock of node-1 is wrong/,
    proof: /takes slot 52 for the present one while it is slot 50: its clock is up to 6 s ahead/,
  },
  {
    what: 'a clock that is behind',
    evidence: withNodes(healthy, { 'node-1': { consensus: { syncing: syncingAt(48, 48) } } }),
    cause: 'clock-skew',
    says: /node-1/,
    proof: /6 s behind/,
  },
  {
    what: 'keys that two nodes were given',
    evidence: withNodes(healthy, { 'node-3': { held: { first: 40, count: 24 } } }),
    cause: 'keys-duplicated',
    says: /more than one node/,
    proof: /node-2 and node-3 were both given the keys of validators 40-47/,
  },
  {
    what: 'a node that proposes with the keys of another',
    evidence: {
      ...healthy,
      blocks: [{ slot: 49, root: rootOf(49), proposerIndex: 3, feeRecipient: `0x${'2'.repeat(40)}` }],
    },
    cause: 'keys-duplicated',
    says: /more than one node/,
    proof: /block of slot 49 was made on node-2, with the key of validator 3, which node-0 was given/,
  },
  {
    what: 'a proposer of two blocks',
    evidence: {
      ...healthy,
      blocks: [
        { slot: 49, root: rootOf(49), proposerIndex: 3 },
        { slot: 49, root: rootOf(49, 'b'), proposerIndex: 3 },
      ],
      validators: (healthy.validators ?? []).map((one) => ({ ...one, isSlashed: one.index === 3 })),
    },
    cause: 'keys-duplicated',
    says: /more than one node/,
    proof: /Validator 3 signed two blocks for slot 49/,
  },
  {
    what: 'two of four nodes stopped',
    evidence: withNodes(healthy, { 'node-2': gone('stopped'), 'node-3': gone('paused') }),
    cause: 'stake-offline',
    says: /^Only 50 % of the stake is online/,
    proof: /node-2 is stopped: validators 32-47, 25 % of the stake/,
    advises: /eth-localnet start node-2.*eth-localnet resume node-3/,
  },
  {
    what: 'validators that are made to do nothing',
    evidence: {
      ...withNodes(
        healthy,
        Object.fromEntries(
          healthy.nodes.map(({ name }) => [
            name,
            {
              consensus: { votes: { epoch: 5, silent: Array.from({ length: 22 }, (_, i) => i), asked: 64 } },
            },
          ]),
        ),
      ),
      faults: [
        {
          kind: 'misbehaviour',
          description: 'misbehaviour offline',
          isCut: false,
          validators: Array.from({ length: 22 }, (_, i) => i),
        },
      ],
    },
    cause: 'stake-offline',
    says: /^Only 66 % of the stake is online/,
    proof: /Validators 0-21 did not vote, 34 % of the stake/,
  },
  {
    what: 'a split in two halves',
    evidence: split,
    cause: 'partition',
    says: /^The network is split: node-0 and node-1 \| node-2 and node-3\.$/,
    proof:
      /node-2 and node-3 hold validators 32-63, 50 % of the stake, and have no peer on the other side; head at slot 49/,
    advises: /eth-localnet heal/,
  },
  {
    what: 'a split while faults are in force, of which only one cuts',
    evidence: {
      ...split,
      faults: [
        { kind: 'partition', description: 'partition: a | b', validators: [], isCut: true },
        { kind: 'skew', description: 'skew: node node-1', validators: [], isCut: false },
      ],
    },
    cause: 'partition',
    says: /^The network is split/,
    advises: /^Heal what is in force \(partition: a \| b\): /,
  },
  {
    what: 'a split of which nobody has built a branch yet',
    evidence: withNodes(healthy, {
      'node-0': { consensus: { peers: ['node-1'] } },
      'node-1': { consensus: { peers: ['node-0'] } },
      'node-2': { consensus: { peers: ['node-3'] } },
      'node-3': { consensus: { peers: ['node-2'] } },
    }),
    cause: 'partition',
    says: /node-0 and node-1 \| node-2 and node-3/,
    proof: /No side has the two thirds/,
  },
  {
    what: 'a split that the peers do not show yet',
    evidence: withNodes(
      split,
      Object.fromEntries(
        healthy.nodes.map((node) => [node.name, { consensus: { peers: node.consensus.peers } }]),
      ),
    ),
    cause: 'partition',
    says: /node-0 and node-1 \| node-2 and node-3/,
    proof: /though peers are listed/,
  },
  {
    what: 'one node with stake that was cut off',
    evidence: withNodes(healthy, {
      'node-0': { consensus: { peers: ['node-1', 'node-2'] } },
      'node-1': { consensus: { peers: ['node-0', 'node-2'] } },
      'node-2': { consensus: { peers: ['node-0', 'node-1'] } },
      'node-3': onBranch('b', 49, []),
    }),
    cause: 'partition',
    says: /node-0, node-1 and node-2 \| node-3/,
    proof: /node-0, node-1 and node-2 alone can finalize/,
  },
  {
    what: 'a line that is cut by a stopped node',
    evidence: {
      ...withNodes(healthy, {
        'node-0': { consensus: { peers: [] } },
        'node-1': gone('stopped'),
        'node-2': { consensus: { peers: ['node-3'] } },
        'node-3': { consensus: { peers: ['node-2'] } },
      }),
      edges: [
        { a: 'node-0', b: 'node-1' },
        { a: 'node-1', b: 'node-2' },
        { a: 'node-2', b: 'node-3' },
      ],
    },
    cause: 'partition',
    says: /node-2 and node-3 \| node-0/,
    proof: /node-1, which is between them, is stopped/,
    advises: /eth-localnet start node-1/,
  },
  {
    what: 'a node without validators and without peers',
    evidence: withNodes(
      { ...healthy, blocks: [] },
      {
        'node-0': { consensus: { peers: ['node-1', 'node-2'] } },
        'node-1': { consensus: { peers: ['node-0', 'node-2'] } },
        'node-2': { consensus: { peers: ['node-0', 'node-1'] }, held: { first: 32, count: 32 } },
        'node-3': {
          consensus: { peers: [], head: { slot: 44, root: rootOf(44) }, syncing: syncingAt(44, 50) },
          held: { first: 0, count: 0 },
        },
      },
    ),
    cause: 'no-peers',
    says: /^node-3 has no peers/,
    proof: /declared are node-0 \(running\), node-1 \(running\), node-2 \(running\); its head is at slot 44/,
  },
  {
    what: 'a node with stake that was never connected',
    evidence: withNodes(healthy, {
      'node-0': { consensus: { peers: ['node-1', 'node-2'] } },
      'node-1': { consensus: { peers: ['node-0', 'node-2'] } },
      'node-2': { consensus: { peers: ['node-0', 'node-1'] } },
      'node-3': {
        consensus: {
          peers: [],
          head: { slot: 48, root: '0xd' },
          finality: { justifiedEpoch: 0, finalizedEpoch: 0 },
          syncing: syncingAt(48, 50),
          tree: [{ slot: 48, root: '0xd', parentRoot: rootOf(0), validity: 'valid' }, ...chainTo(0)],
        },
      },
    }),
    cause: 'no-peers',
    says: /^node-3 has no peers/,
  },
  {
    what: 'nodes of which nobody was ever connected',
    evidence: withNodes(
      healthyEvidence({ slot: 10 }),
      Object.fromEntries(
        healthy.nodes.map(({ name }, i) => [
          name,
          {
            consensus: {
              peers: [],
              head: { slot: 8 + (i % 2), root: `0x${i}` },
              syncing: { ...syncingAt(8 + (i % 2), 10), askedDuring: { first: 10, last: 10 } },
              tree: [
                { slot: 8 + (i % 2), root: `0x${i}`, parentRoot: rootOf(0), validity: 'valid' },
                ...chainTo(0),
              ],
            },
          },
        ]),
      ),
    ),
    cause: 'no-peers',
    says: /node-0, node-1, node-2 and node-3 have no peers/,
  },
  {
    what: 'validators whose node was removed',
    evidence: {
      ...healthy,
      nodes: healthy.nodes.slice(0, 3),
      edges: healthy.edges.filter(({ b }) => b !== 'node-3'),
    },
    cause: 'keys-missing',
    says: /^Nobody signs for validators 48-63, 25 % of the stake/,
    proof: /No node of the network was given the keys of validators 48-63/,
  },
  {
    what: 'a node that does not use the keys it was given',
    evidence: withNodes(
      healthy,
      Object.fromEntries(
        healthy.nodes.map(({ name }) => [
          name,
          {
            consensus: {
              votes: { epoch: 5, silent: Array.from({ length: 16 }, (_, i) => 16 + i), asked: 64 },
            },
          },
        ]),
      ),
    ),
    cause: 'keys-missing',
    says: /^Nobody signs for validators 16-31/,
    proof: /node-1 runs and is in sync, but validators 16-31, which it was given, did not vote in epoch 5/,
  },
  {
    what: 'blocks that are made after the votes are due',
    evidence: { ...healthy, latenessMs: [100, 900, 1_400, 1_500, 900, 600, 1_200] },
    cause: 'slots-too-short',
    says: /^Slots of 2 s are too short for this machine/,
    proof:
      /Half of the last 7 blocks were made 0\.9 s or more after the start of their slot, and votes are due at 0\.7 s/,
    advises: /--slot-duration 4s/,
  },
  {
    what: 'a machine so busy that blocks are late and nobody answers',
    evidence: {
      ...withNodes(
        healthy,
        Object.fromEntries(
          healthy.nodes.map(({ name }) => [
            name,
            {
              ...gone('running'),
              consensus: { ...gone('running').consensus, problem: 'no answer in 2000 ms' },
            },
          ]),
        ),
      ),
      blocks: [],
      latenessMs: [3_000, 9_000, 4_000, 2_000],
      machine: { ...healthy.machine, load: 7.5 },
    },
    cause: 'slots-too-short',
    says: /too short/,
    proof: /load is 7\.5 on 2 cores/,
    also: ['not-answering'],
  },
  {
    what: 'a node that catches up',
    evidence: withNodes(healthy, {
      'node-3': {
        consensus: {
          head: { slot: 20, root: rootOf(20) },
          tree: chainTo(20),
          syncing: { ...syncingAt(20, 50), isSyncing: true },
        },
      },
    }),
    cause: 'syncing',
    says: /^node-3 has not caught up/,
    proof: /node-3 is at slot 20 of 50, with 3 peers; it says that it is syncing/,
  },
  {
    what: 'a node that has every block, and does not know it yet',
    evidence: withNodes(healthy, {
      'node-3': { consensus: { syncing: { ...syncingAt(50, 50), isSyncing: true } } },
    }),
    cause: 'syncing',
    says: /^node-3 has not caught up/,
    proof: /node-3 is at slot 50 of 50, with 3 peers; it says that it is syncing/,
  },
  {
    what: 'finality that stands still without a reason',
    evidence: withNodes(
      healthy,
      Object.fromEntries(
        healthy.nodes.map(({ name }) => [
          name,
          { consensus: { finality: { justifiedEpoch: 3, finalizedEpoch: 2 } } },
        ]),
      ),
    ),
    cause: 'finality-stalled',
    says: /^The chain is not being finalized\.$/,
    proof:
      /^No other cause was found in what was looked at\.\nIn epoch 6, epoch 3 is justified and epoch 2 finalized on node-0, node-1, node-2 and node-3\./,
  },
  {
    what: 'finality that a fault has taken, which is over',
    evidence: {
      ...withNodes(
        healthy,
        Object.fromEntries(
          healthy.nodes.map(({ name }) => [
            name,
            { consensus: { finality: { justifiedEpoch: 3, finalizedEpoch: 2 } } },
          ]),
        ),
      ),
      pastFault: {
        description: 'isolate: node node-3',
        endedMs: healthy.nowMs - 5 * healthy.chain.slotDurationMs,
      },
    },
    cause: 'finality-stalled',
    says: /^Finality is not back yet after a fault that ended 5 slots ago\.$/,
    proof: /Until 5 slots ago was in force: isolate: node node-3\./,
  },
  {
    what: 'a chain without blocks',
    evidence: withNodes(
      healthy,
      Object.fromEntries(
        healthy.nodes.map(({ name }) => [
          name,
          {
            consensus: {
              head: { slot: 40, root: rootOf(40) },
              tree: chainTo(40),
              syncing: syncingAt(40, 50),
            },
          },
        ]),
      ),
    ),
    cause: 'finality-stalled',
    says: /No node has had a block for 10 slots/,
  },
]

describe('the doctor names', () => {
  it.each(cases)('$cause for $what', ({ evidence, cause, says, proof, advises, also }) => {
    const diagnosis = diagnose(evidence)
    expect(diagnosis).toMatchObject({ cause, healthy: cause === 'healthy' })
    expect(diagnosis.summary).toMatch(says)
    if (proof !== undefined) expect(diagnosis.evidence.join('\n')).toMatch(proof)
    if (advises !== undefined) expect(diagnosis.advice.join('\n')).toMatch(advises)
    if (also !== undefined)
      expect(diagnosis.also.map((one): string => one.cause)).toEqual(expect.arrayContaining([...also]))
  })

  it('each of its causes in one of these cases', () => {
    expect(new Set(cases.map(({ cause }) => cause))).toEqual(new Set([...causes, 'healthy']))
  })

  it('no more lines of evidence than a person reads, and how many there are besides', () => {
    const crash = {
      title: 'a client',
      reason: 'it ended',
      logFile: 'client.log',
      lastLines: Array(9).fill('line'),
    }
    const [node] = healthy.nodes
    if (node === undefined) throw new Error('there is no node')
    const nodes = Array.from({ length: 100 }, (_, i) => ({ ...node, name: `node-${i}`, crash }))
    const { evidence } = diagnose({ ...healthy, nodes })
    expect(evidence).toHaveLength(24)
    // Three crashes with a line, a heading and six lines each, and then a line each.
    expect(evidence.at(-1)).toBe('… and 98 lines more.')
  })

  it('no fault in force that nothing is seen of', () => {
    const faults = [{ kind: 'partition', description: 'partition', validators: [], isCut: true }]
    const offline = {
      kind: 'misbehaviour',
      description: 'offline',
      isCut: false,
      validators: Array.from({ length: 60 }, (_, i) => i),
    }
    expect(diagnose({ ...healthy, faults: [...faults, offline] }).cause).toBe('healthy')
  })

  it('nothing but the cause where the cause has no consequences', () => {
    const lonely = cases.filter(({ cause }) => cause === 'clock-skew' || cause === 'keys-duplicated')
    expect(lonely.map(({ evidence }) => diagnose(evidence).also)).toEqual(lonely.map(() => []))
  })
})

describe('a network is healthy', () => {
  it.each([0, 1, 7, 8, 16, 24, 31, 32, 39, 40, 41, 400])(
    'at slot %i, as far as finality can have come by then',
    (slot) => {
      const fresh = withNodes(
        healthyEvidence({ slot }),
        Object.fromEntries(
          healthy.nodes.map(({ name }) => [
            name,
            {
              consensus: {
                syncing: { ...syncingAt(slot, slot), askedDuring: { first: slot, last: slot } },
                // As the specification has it when no block is missed: nothing before the first block of epoch 3.
                finality: idealFinality(slot),
              },
            },
          ]),
        ),
      )
      expect(diagnose(fresh)).toMatchObject({ cause: 'healthy' })
    },
  )

  it('while a node with less than a third of the stake is stopped, and says so', () => {
    const { cause, evidence } = diagnose(withNodes(healthy, { 'node-3': gone('stopped') }))
    expect(cause).toBe('healthy')
    expect(evidence).toContain('node-3 is stopped, with 25 % of the stake.')
    expect(evidence).toContain('75 % of the stake is online.')
  })

  it('with a third of the stake offline, to the validator', () => {
    const thirds = healthyEvidence({ nodes: 4 })
    const held = [
      { first: 0, count: 21 },
      { first: 21, count: 21 },
      { first: 42, count: 1 },
      { first: 43, count: 21 },
    ]
    const nodes = thirds.nodes.map((node, i) => ({ ...node, held: held[i] ?? node.held }))
    const evidence = { ...thirds, nodes, blocks: [] }
    expect(diagnose(withNodes(evidence, { 'node-3': gone('stopped') }))).toMatchObject({ cause: 'healthy' })
    const more = withNodes(evidence, { 'node-3': gone('stopped'), 'node-2': gone('stopped') })
    expect(diagnose(more)).toMatchObject({ cause: 'stake-offline' })
  })

  it('while a declared connection is missing that others make up for, and says so', () => {
    const evidence = withNodes(healthy, {
      'node-0': { consensus: { peers: ['node-2', 'node-3'] } },
      'node-1': { consensus: { peers: ['node-2', 'node-3'] } },
    })
    const { cause, evidence: sentences } = diagnose(evidence)
    expect(cause).toBe('healthy')
    expect(sentences).toContain('node-0 and node-1 are not connected, but others connect them.')
  })

  it('when it has a single node', () => {
    expect(diagnose(healthyEvidence({ nodes: 1 }))).toMatchObject({
      cause: 'healthy',
      summary: 'localnet is healthy: 1 node has finalized epoch 4 in epoch 6.',
    })
  })

  it('when a consensus client says that its execution client is offline, but follows the chain', () => {
    const offline = { ...syncingAt(50, 50), isExecutionOffline: true }
    expect(diagnose(withNodes(healthy, { 'node-1': { consensus: { syncing: offline } } })).cause).toBe(
      'healthy',
    )
  })

  it('when a node that came back has not voted for a whole epoch yet', () => {
    const silent = Array.from({ length: 16 }, (_, i) => 16 + i)
    const votes = Object.fromEntries(
      healthy.nodes.map(({ name }) => [name, { consensus: { votes: { epoch: 5, silent, asked: 64 } } }]),
    )
    const evidence = withNodes(withNodes(healthy, votes), {
      'node-1': { unhinderedSinceMs: healthy.nowMs - 10_000 },
    })
    expect(diagnose(evidence).cause).toBe('healthy')
  })

  it('when few blocks were late, or too few are known', () => {
    expect(diagnose({ ...healthy, latenessMs: [100, 1_500, 100, 100, 1_500] }).cause).toBe('healthy')
    expect(diagnose({ ...healthy, latenessMs: [1_500, 1_500, 1_500] }).cause).toBe('healthy')
    const virtual = { ...healthy.network, time: 'virtual' } as const
    expect(diagnose({ ...healthy, network: virtual, latenessMs: Array(9).fill(1_500) }).cause).toBe('healthy')
  })

  it('when a fault is in force that does no harm, and says so', () => {
    const faults = [
      { kind: 'link', description: 'link node-0 - node-1 100 ms', validators: [], isCut: false },
    ]
    const diagnosis = diagnose({ ...healthy, faults })
    expect(diagnosis.cause).toBe('healthy')
    expect(diagnosis.evidence).toContain('In force: link node-0 - node-1 100 ms.')
  })
})

/** The newest justified and finalized epoch of an ideal chain whose head is at this slot. */
function idealFinality(slot: number): { justifiedEpoch: number; finalizedEpoch: number } {
  const epoch = Math.floor(slot / 8)
  return { justifiedEpoch: epoch < 3 ? 0 : epoch - 1, finalizedEpoch: epoch < 4 ? 0 : epoch - 2 }
}
