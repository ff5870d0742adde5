import { beforeAll, expect, test } from 'vitest'
import type { Wire } from '../../../../src/embedded/links/wire.ts'
import { activatePreset } from '../../../../src/genesis/preset.ts'
import type { TestNode } from '../production/support/test-node.ts'
import { testManifest } from '../support/test-manifest.ts'

const manifest = testManifest()
activatePreset(manifest.chain)
const { Gossip } = await import('../../../../src/embedded/gossip/gossip.ts')
const { openTestNode } = await import('../production/support/test-node.ts')

const noSignature = new Uint8Array(96)
const sent: string[] = []
let node: TestNode
let gossip: InstanceType<typeof Gossip>

/** A wire without peers that notes what is sent. */
const wire: Wire = {
  peerId: 'node',
  peers: [],
  open() {},
  close() {},
  offer() {},
  subscribe() {},
  unsubscribe() {},
  publish: (topic) => sent.push(topic.split('/')[3] ?? ''),
  async *request() {},
  disconnect() {},
}

/** Withdraws by BLS key, as validators did before Capella. */
const blsValidator = 3

beforeAll(async () => {
  node = await openTestNode({
    manifest,
    changeGenesis(state, validators) {
      state.validators.get(blsValidator).withdrawalCredentials = validators.blsCredentials(blsValidator)
    },
  })
  const { chain, pools, clock, protocol } = node
  gossip = new Gossip({ chain, pools, wire, clock, protocol, blocks: { find() {} } })
  await clock.advanceTo(node.time.startOfSlotMs(1))
})

test('a voluntary exit passes once, if its validator has signed it', async () => {
  const exit = node.validators.voluntaryExit(5, 0)
  const failure = { verdict: 'reject', reason: 'invalid voluntary exit signature' }
  await expect(gossip.publishVoluntaryExit({ ...exit, signature: noSignature })).rejects.toMatchObject({
    failures: [{ index: 0, ...failure }],
  })
  expect([node.pools.operations.size, sent]).toEqual([0, []])
  await gossip.publishVoluntaryExit(exit)
  expect(node.pools.operations.size).toBe(1)
  expect(sent.splice(0)).toEqual(['voluntary_exit'])
  // It is known, so that is no failure, and nobody need hear of it again.
  await gossip.publishVoluntaryExit(node.validators.voluntaryExit(5, 0))
  expect(sent).toEqual([])
})

test('a change of withdrawal credentials passes once, if it is of the key that they name', async () => {
  const { validators, pools } = node
  const address = new Uint8Array(20).fill(7)
  const change = validators.blsChange(blsValidator, address)
  const other = validators.blsChange(4, address)
  const refused = (value: typeof change, reason: string) =>
    expect(gossip.publishBlsChange(value)).rejects.toMatchObject({
      failures: [{ verdict: 'reject', reason }],
    })
  await refused(other, 'validator does not have BLS withdrawal credentials')
  const stolen = { ...other.message, validatorIndex: blsValidator }
  await refused({ ...other, message: stolen }, 'pubkey does not match validator withdrawal credentials')
  await refused({ ...change, signature: noSignature }, 'invalid BLS to execution change signature')
  const { size } = pools.operations
  await gossip.publishBlsChange(change)
  expect(pools.operations.size).toBe(size + 1)
  expect(sent.splice(0)).toEqual(['bls_to_execution_change'])
  await gossip.publishBlsChange(validators.blsChange(blsValidator, address))
  expect(sent).toEqual([])
})
