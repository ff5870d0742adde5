import { SLOTS_PER_EPOCH, SYNC_COMMITTEE_SIZE } from '@lodestar/params'
import { ssz } from '@lodestar/types'
import { fromHex, toRootHex } from '@lodestar/utils'
import { expect, test } from 'vitest'
import type { ValidatorApiCode } from '../../../../src/embedded/production/errors.ts'
import type { Publisher } from '../../../../src/embedded/production/publisher.ts'
import { ValidatorApi } from '../../../../src/embedded/production/validator-api.ts'
import type { Manifest } from '../../../../src/plan/manifest.ts'
import { advanceToSlot, openTestNode, produce, publish, runSlot, type TestNode } from './support/test-node.ts'

// A chain's constants are global to the thread: a test file activates them, and only then imports this.

/** Remembers what it was asked to publish. */
function recordingPublisher() {
  const calls: { method: string; published: unknown[] }[] = []
  const publisher = new Proxy({} as Publisher, {
    get:
      (_, method: string) =>
      async (...published: unknown[]) => {
        calls.push({ method, published })
      },
  })
  return { publisher, calls }
}

async function openApi(manifest: Manifest) {
  const node = await openTestNode({ manifest })
  const sync = { isSyncing: false }
  const { publisher, calls } = recordingPublisher()
  return { node, sync, calls, api: new ValidatorApi({ ...node, publisher, sync }) }
}

async function runSlots(node: TestNode, first: number, last: number): Promise<void> {
  for (let slot = first; slot <= last; slot++) await runSlot(node, slot)
}

/** The latest block before the start of an epoch, as the chain knows it. */
async function rootBeforeEpoch({ chain }: TestNode, epoch: number): Promise<string> {
  for (let slot = epoch * SLOTS_PER_EPOCH - 1; slot > 0; slot--) {
    const root = await chain.canonicalRoot(slot)
    if (root !== undefined) return root
  }
  return chain.genesis.root
}

function refusal(ask: () => unknown): { reason: ValidatorApiCode; status: number } {
  try {
    ask()
  } catch (error) {
    return error as { reason: ValidatorApiCode; status: number }
  }
  throw new Error('It was not refused')
}

export function testDuties(manifest: Manifest): void {
  test('attesters are the committees, and stay what was foretold', async () => {
    const { node, api } = await openApi(manifest)
    await runSlots(node, 1, SLOTS_PER_EPOCH)
    const everybody = Array.from({ length: node.validators.count }, (_, index) => index)
    const inEpoch1 = [0, 1, 2].map((epoch) => api.attesterDuties(epoch, everybody))
    for (const [epoch, { duties, dependentRoot }] of inEpoch1.entries()) {
      const { epochCtx, validators } = node.chain.head.state
      expect(duties.map(({ validatorIndex }) => validatorIndex).sort((a, b) => a - b)).toEqual(everybody)
      for (const duty of duties) {
        const committee = epochCtx.getBeaconCommittee(duty.slot, duty.committeeIndex)
        expect(committee[duty.validatorCommitteeIndex]).toBe(duty.validatorIndex)
        expect(duty.committeeLength).toBe(committee.length)
        expect(duty.committeesAtSlot).toBe(epochCtx.getCommitteeCountPerSlot(epoch))
        expect(duty.pubkey).toEqual(validators.getReadonly(duty.validatorIndex).pubkey)
      }
      expect(dependentRoot).toBe(await rootBeforeEpoch(node, epoch - 1))
    }
    await runSlots(node, SLOTS_PER_EPOCH + 1, 2 * SLOTS_PER_EPOCH + 1)
    expect(api.attesterDuties(2, everybody)).toEqual(inEpoch1[2])
    expect(api.attesterDuties(2, [3, 999]).duties.map(({ validatorIndex }) => validatorIndex)).toEqual([3])
  })

  test('proposers are those who propose, and their dependent root is that of the fork', async () => {
    const { node, api } = await openApi(manifest)
    await runSlots(node, 1, SLOTS_PER_EPOCH)
    const { duties, dependentRoot } = api.proposerDuties(1)
    expect(duties.map(({ slot }) => slot)).toEqual(
      Array.from({ length: SLOTS_PER_EPOCH }, (_, i) => SLOTS_PER_EPOCH + i),
    )
    const isFulu = node.config.getForkName(0) === 'fulu'
    expect(dependentRoot).toBe(await rootBeforeEpoch(node, isFulu ? 0 : 1))
    // Before Fulu what the next epoch's proposers depend on has not happened yet.
    expect(api.proposerDuties(2).dependentRoot).toBe(
      isFulu ? await rootBeforeEpoch(node, 1) : node.chain.head.root,
    )
    for (const { slot, validatorIndex } of duties.slice(1)) {
      const { message } = await runSlot(node, slot)
      expect(message.proposerIndex).toBe(validatorIndex)
    }
  })

  test('sync committee members have all seats between them, in this period and the next', async () => {
    const { node, api } = await openApi(manifest)
    await runSlots(node, 1, 2)
    const everybody = Array.from({ length: node.validators.count + 1 }, (_, index) => index)
    const period = manifest.chain.epochsPerSyncCommitteePeriod
    for (const epoch of [0, period, 2 * period - 1]) {
      const seats = api
        .syncDuties(epoch, everybody)
        .duties.flatMap((duty) => duty.validatorSyncCommitteeIndices)
      expect([...seats].sort((a, b) => a - b)).toEqual(
        Array.from({ length: SYNC_COMMITTEE_SIZE }, (_, seat) => seat),
      )
    }
    expect(refusal(() => api.syncDuties(2 * period, everybody)).reason).toBe('too-far-in-future')
  })

  test('duties too far ahead, or no longer kept, are refused', async () => {
    const { node, api, sync } = await openApi(manifest)
    await runSlots(node, 1, 4 * SLOTS_PER_EPOCH)
    for (const ask of [
      (epoch: number) => api.attesterDuties(epoch, [1]),
      (epoch: number) => api.proposerDuties(epoch),
    ]) {
      expect(refusal(() => ask(6))).toMatchObject({ reason: 'too-far-in-future', status: 400 })
      expect(refusal(() => ask(0))).toMatchObject({ reason: 'too-old', status: 400 })
      expect(refusal(() => ask(-1))).toMatchObject({ reason: 'too-old', status: 400 })
      sync.isSyncing = true
      expect(refusal(() => ask(4))).toMatchObject({ reason: 'not-synced', status: 503 })
      sync.isSyncing = false
      expect(() => ask(4)).not.toThrow()
    }
  })
}

export function testAttesting(manifest: Manifest): void {
  test('attestation data is that of the head, and one object for all', async () => {
    const { node, api } = await openApi(manifest)
    await runSlots(node, 1, 3 * SLOTS_PER_EPOCH)
    const slot = 3 * SLOTS_PER_EPOCH
    const data = api.attestationData(slot, 0)
    expect(data).toEqual(node.validators.attestationData(node.chain.head.state, slot, 0))
    expect(data.source.epoch).toBe(2)
    expect(api.attestationData(slot, 0)).toBe(data)
    const isElectra = node.config.getForkName(slot) !== 'deneb'
    // The root of the first committee's data is remembered in it; the second's must not take that over.
    const rootOf = ssz.phase0.AttestationData.hashTreeRoot.bind(ssz.phase0.AttestationData)
    const firstRoot = rootOf(data)
    const second = api.attestationData(slot, 1)
    expect(second.index).toBe(isElectra ? 0 : 1)
    expect(toRootHex(rootOf(second)) === toRootHex(firstRoot)).toBe(isElectra)

    // One of the past: the block of then.
    const before = api.attestationData(slot - 1, 0)
    expect(toRootHex(before.beaconBlockRoot)).toBe(await node.chain.canonicalRoot(slot - 1))
    expect(before.target.epoch).toBe(2)

    // The first slot of an epoch, without a block: the head is the target, and what it justifies the source.
    await runSlots(node, slot + 1, 4 * SLOTS_PER_EPOCH - 1)
    const empty = 4 * SLOTS_PER_EPOCH
    await advanceToSlot(node, empty)
    const headRoot = fromHex(node.chain.head.root)
    expect(node.chain.head.state.currentJustifiedCheckpoint.epoch).toBe(2)
    expect(api.attestationData(empty, 0)).toMatchObject({
      beaconBlockRoot: headRoot,
      target: { epoch: 4, root: headRoot },
      source: { epoch: 3, root: data.beaconBlockRoot },
    })
  })

  test('what cannot be attested to is refused', async () => {
    const { node, api, sync } = await openApi(manifest)
    await runSlots(node, 1, 2)
    expect(refusal(() => api.attestationData(3, 0))).toMatchObject({
      reason: 'too-far-in-future',
      status: 400,
    })
    for (const index of [-1, 64, 0.5])
      expect(refusal(() => api.attestationData(2, index)).reason).toBe('bad-index')
    await advanceToSlot(node, 2 * SLOTS_PER_EPOCH)
    expect(refusal(() => api.attestationData(2, 0))).toMatchObject({ reason: 'too-old' })
    sync.isSyncing = true
    expect(refusal(() => api.attestationData(2 * SLOTS_PER_EPOCH, 0)).status).toBe(503)
    expect(refusal(() => api.syncMessageRoot()).status).toBe(503)
  })

  test('aggregates and contributions are made of what the pools hold', async () => {
    const { node, api } = await openApi(manifest)
    await runSlot(node, 1)
    const [vote] = node.validators.attest(node.chain.head.state, 1)
    if (vote === undefined) throw new Error('There is no committee')
    const aggregate = api.aggregate(1, vote.dataRoot, vote.committeeIndex)
    expect(aggregate?.aggregationBits.getTrueBitIndexes()).toHaveLength(vote.committee.length)
    expect(api.aggregate(1, '0x00', 0)).toBeUndefined()
    expect(api.isAggregated(1, vote.dataRoot, 0)).toBe(false)
    const root = api.syncMessageRoot()
    expect(root).toBe(node.chain.head.root)
    const contribution = api.syncContribution(1, 0, root)
    expect(contribution?.aggregationBits.getTrueBitIndexes()).toHaveLength(SYNC_COMMITTEE_SIZE / 4)
    expect(api.syncContribution(2, 0, root)).toBeUndefined()
    expect(api.isSyncAggregated(1, 0, root)).toBe(false)
    expect(refusal(() => api.syncContribution(1, 4, root)).reason).toBe('bad-index')
    expect(refusal(() => api.syncContribution(1, 0, '0x00'))).toMatchObject({
      reason: 'unknown-block',
      status: 404,
    })
  })
}

export function testPublishing(manifest: Manifest): void {
  test('all that is submitted goes to the publisher', async () => {
    const { node, api, calls } = await openApi(manifest)
    await advanceToSlot(node, 1)
    const { block, blobs } = await produce(node, 1)
    const signed = node.validators.signBlock(block)
    await api.publishBlock(signed, blobs)
    const exit = node.validators.voluntaryExit(1, 0)
    const slashing = node.validators.proposerSlashing(1, 1)
    const attesterSlashing = node.validators.attesterSlashing([1], 1)
    const change = node.validators.blsChange(1, new Uint8Array(20))
    await api.submitAttestations([])
    await api.submitAggregates([])
    await api.submitSyncMessages([])
    await api.submitContributions([])
    await api.submitVoluntaryExit(exit)
    await api.submitBlsChange(change)
    await api.submitProposerSlashing(slashing)
    await api.submitAttesterSlashing(attesterSlashing)
    expect(calls).toEqual([
      { method: 'publishBlock', published: [node.protocol.signedBlock(signed), blobs] },
      { method: 'publishAttestations', published: [[]] },
      { method: 'publishAggregates', published: [[]] },
      { method: 'publishSyncMessages', published: [[]] },
      { method: 'publishContributions', published: [[]] },
      { method: 'publishVoluntaryExit', published: [exit] },
      { method: 'publishBlsChange', published: [change] },
      { method: 'publishProposerSlashing', published: [slashing] },
      { method: 'publishAttesterSlashing', published: [attesterSlashing] },
    ])
  })

  test('blocks are made for the present slot only, also for one that has a block', async () => {
    const { node, api, sync } = await openApi(manifest)
    await runSlots(node, 1, 2)
    const request = (slot: number) => {
      const { epochCtx } = node.protocol.advance(node.chain.head.state, Math.max(slot, 2))
      return { slot, randaoReveal: node.validators.randaoReveal(epochCtx.getBeaconProposer(slot), slot) }
    }
    await expect(api.produceBlock(request(3))).rejects.toMatchObject({ reason: 'too-far-in-future' })
    await expect(api.produceBlock(request(1))).rejects.toMatchObject({ reason: 'too-old' })
    const beside = await api.produceBlock(request(2))
    expect(toRootHex(beside.block.parentRoot)).toBe(node.chain.head.block.parentRoot)
    await advanceToSlot(node, 3)
    const produced = await api.produceBlock({ ...request(3), graffiti: new Uint8Array(40).fill(1) })
    const signed = await publish(node, produced.block)
    expect(toRootHex(produced.root)).toBe(node.protocol.signedBlock(signed).root)
    expect(produced.block.body.graffiti).toEqual(new Uint8Array(32).fill(1))
    expect(produced.consensusBlockValueGwei).toBeGreaterThan(0)
    sync.isSyncing = true
    await expect(api.produceBlock(request(3))).rejects.toMatchObject({ status: 503 })
  })
}

export function testOptimisticHead(manifest: Manifest): void {
  test('nothing is signed for while the execution client has not verified the head', async () => {
    let isSyncing = false
    const syncing = { status: 'SYNCING', latestValidHash: null, validationError: null } as const
    const node = await openTestNode({
      manifest,
      wrapEngine: (engine) => ({
        notifyNewPayload: (block) => (isSyncing ? Promise.resolve(syncing) : engine.notifyNewPayload(block)),
        notifyForkchoiceUpdated: (state, attributes) =>
          isSyncing
            ? Promise.resolve({ payloadStatus: syncing, payloadId: null })
            : engine.notifyForkchoiceUpdated(state, attributes),
        getPayload: (payloadId, fork) => engine.getPayload(payloadId, fork),
      }),
    })
    const { publisher } = recordingPublisher()
    const api = new ValidatorApi({ ...node, publisher, sync: { isSyncing: false } })
    await runSlots(node, 1, 2)
    await advanceToSlot(node, 3)
    const { block } = await produce(node, 3)
    isSyncing = true
    await publish(node, block)
    expect(node.chain.head).toMatchObject({ slot: 3, isOptimistic: true })
    const randaoReveal = node.validators.randaoReveal(0, 4)
    await advanceToSlot(node, 4)
    await expect(api.produceBlock({ slot: 4, randaoReveal })).rejects.toMatchObject({ reason: 'not-synced' })
    for (const ask of [
      () => api.attestationData(4, 0),
      () => api.syncMessageRoot(),
      () => api.syncContribution(4, 0, node.chain.head.root),
    ]) {
      expect(refusal(ask)).toMatchObject({ reason: 'not-synced', status: 503 })
    }
    expect(api.attesterDuties(0, [1]).executionOptimistic).toBe(true)
    expect(api.proposerDuties(0).executionOptimistic).toBe(true)
  })
}
