import {
  MAX_COMMITTEES_PER_SLOT,
  SLOTS_PER_EPOCH,
  SYNC_COMMITTEE_SUBNET_COUNT,
  TARGET_COMMITTEE_SIZE,
} from '@lodestar/params'
import type { SignedBeaconBlock } from '@lodestar/types'
import { expect, test } from 'vitest'
import type { Fork } from '../../../../src/embedded/protocol/signed-block.ts'
import type { DutyKind } from '../../../../src/embedded/validator/duty-report.ts'
import type { Manifest } from '../../../../src/plan/manifest.ts'
import { startValidatorNetwork, type ValidatorNetwork } from './support/validator-network.ts'

// A chain's constants are global to the thread: a test file activates them, and only then imports this.

/** It makes and verifies thousands of signatures, on machines that are busy with other tests. */
const testTimeoutMs = 120_000

/** All blocks that the first node imports from now on. */
function watchBlocks({ nodes }: ValidatorNetwork): SignedBeaconBlock<Fork>[] {
  const blocks: SignedBeaconBlock<Fork>[] = []
  nodes[0]?.chain.events.on('block', ({ block }) => blocks.push(block.value))
  return blocks
}

function total({ nodes }: ValidatorNetwork, duty: DutyKind): number {
  return nodes.reduce((sum, { validators }) => sum + validators.counts[duty].done, 0)
}

function votesIn({ body }: SignedBeaconBlock<Fork>['message']): number {
  return body.attestations.reduce(
    (sum, { aggregationBits }) => sum + aggregationBits.getTrueBitIndexes().length,
    0,
  )
}

/** Messages that break a rule. Those that are ignored came twice. */
function rejections({ nodes }: ValidatorNetwork): string[] {
  return nodes
    .flatMap(({ gossip }) => [...gossip.refusalCounts.keys()])
    .filter((key) => !key.includes(' ignore: already seen'))
}

/** @param options.forks those that the chain is at in turn */
export function testDuties(manifest: Manifest, { epochs, forks }: { epochs: number; forks: string[] }): void {
  test(
    'every duty is done, by every validator, and what they sign finalizes',
    async () => {
      const network = await startValidatorNetwork(manifest)
      const blocks = watchBlocks(network)
      const lastSlot = epochs * SLOTS_PER_EPOCH - 1
      await network.runThrough(lastSlot)
      expect(network.defects).toEqual([])
      expect(network.failures).toEqual([])
      expect(rejections(network)).toEqual([])
      const heads = network.nodes.map(({ chain }) => `${chain.head.slot} ${chain.head.root}`)
      expect(new Set(heads).size).toBe(1)
      for (const { chain } of network.nodes) {
        expect(chain.head.slot).toBe(lastSlot)
        expect(chain.forkChoice.finalizedCheckpoint.epoch).toBe(epochs - 3)
      }
      expect([...new Set(blocks.map(({ message }) => network.config.getForkName(message.slot)))]).toEqual(
        forks,
      )
      expect(blocks.map(({ message }) => message.slot)).toEqual(blocks.map((_, index) => index + 1))
      const perSlot = manifest.validators.count / SLOTS_PER_EPOCH
      // It cannot hold the votes of the last slot of Deneb but those of committee 0, whose index is in their data.
      const firstOfElectra = network.config.ELECTRA_FORK_EPOCH * SLOTS_PER_EPOCH
      for (const { message } of blocks) {
        const { syncCommitteeBits } = message.body.syncAggregate
        expect(syncCommitteeBits.getTrueBitIndexes()).toHaveLength(syncCommitteeBits.bitLen)
        expect(votesIn(message)).toBe(
          message.slot === firstOfElectra ? perSlot / committeesPerSlot(manifest.validators.count) : perSlot,
        )
      }
      expect(total(network, 'proposal')).toBe(lastSlot)
      expect(total(network, 'attestation')).toBe(epochs * manifest.validators.count)
    },
    testTimeoutMs,
  )
}

export function testAggregation(manifest: Manifest): void {
  test('for each committee somebody makes an aggregate, and hardly anybody else', async () => {
    const network = await startValidatorNetwork(manifest)
    await network.runThrough(SLOTS_PER_EPOCH - 1)
    const committees = SLOTS_PER_EPOCH * committeesPerSlot(manifest.validators.count)
    const subcommittees = SLOTS_PER_EPOCH * SYNC_COMMITTEE_SUBNET_COUNT
    expect(total(network, 'aggregate')).toBeGreaterThanOrEqual(committees)
    expect(total(network, 'aggregate')).toBeLessThan(1.5 * committees)
    expect(total(network, 'contribution')).toBeGreaterThanOrEqual(subcommittees)
    expect(total(network, 'contribution')).toBeLessThan(1.5 * subcommittees)
  })
}

/** `get_committee_count_per_slot`. */
function committeesPerSlot(validators: number): number {
  const wanted = Math.floor(validators / SLOTS_PER_EPOCH / TARGET_COMMITTEE_SIZE)
  return Math.max(1, Math.min(MAX_COMMITTEES_PER_SLOT, wanted))
}
