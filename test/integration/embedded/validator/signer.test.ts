import { PublicKey, Signature, verify } from '@chainsafe/blst'
import { describe, expect, test } from 'vitest'
import { MemoryProtectionStore } from '../../../../src/embedded/validator/slashing-protection/protection-store.ts'
import { SlashingProtection } from '../../../../src/embedded/validator/slashing-protection/slashing-protection.ts'
import { activatePreset } from '../../../../src/genesis/preset.ts'
import { validatorPublicKey, validatorSecretKeys } from '../../../../src/genesis/validator-keys.ts'
import { testGenesisTime, testManifest } from '../support/test-manifest.ts'

const manifest = testManifest({ forks: { deneb: 0, electra: 1, fulu: 2 } })
activatePreset(manifest.chain)
const { createBeaconConfig } = await import('@lodestar/config')
const { ssz } = await import('@lodestar/types')
const { LocalSigner } = await import('../../../../src/embedded/validator/signer.ts')
const { makeChainConfig } = await import('../../../../src/genesis/chain-config.ts')

const genesisValidatorsRoot = new Uint8Array(32).fill(7)
const chainConfig = makeChainConfig(manifest, testGenesisTime)
const secretKeys = validatorSecretKeys({ kind: 'interop' }, 0, 3)

/** The last slot of each fork, and the first of the next. */
const slots = [
  { slot: 7, fork: 'deneb', version: chainConfig.DENEB_FORK_VERSION },
  { slot: 8, fork: 'electra', version: chainConfig.ELECTRA_FORK_VERSION },
  { slot: 15, fork: 'electra', version: chainConfig.ELECTRA_FORK_VERSION },
  { slot: 16, fork: 'fulu', version: chainConfig.FULU_FORK_VERSION },
] as const

function openSigner() {
  const protection = new SlashingProtection({
    store: new MemoryProtectionStore(),
    genesisValidatorsRoot: `0x${'07'.repeat(32)}`,
  })
  return new LocalSigner({
    keys: secretKeys.map((secretKey, index) => ({ index, secretKey })),
    config: createBeaconConfig(chainConfig, genesisValidatorsRoot),
    protection,
  })
}

/** `compute_signing_root` and `bls.Verify`, by the letter of phase0/beacon-chain.md. */
function isSigned(
  signature: Uint8Array,
  by: number,
  message: { objectRoot: Uint8Array; domainType: number; version: Uint8Array },
): boolean {
  const forkData = { currentVersion: message.version, genesisValidatorsRoot }
  const domain = Uint8Array.of(
    message.domainType,
    0,
    0,
    0,
    ...ssz.phase0.ForkData.hashTreeRoot(forkData).subarray(0, 28),
  )
  const root = ssz.phase0.SigningData.hashTreeRoot({ objectRoot: message.objectRoot, domain })
  const publicKey = PublicKey.fromBytes(validatorPublicKey(secretKeys[by] ?? new Uint8Array()))
  return verify(root, publicKey, Signature.fromBytes(signature), true, true)
}

function attestationData(slot: number) {
  const epoch = Math.floor(slot / 8)
  return {
    slot,
    index: 0,
    beaconBlockRoot: new Uint8Array(32).fill(1),
    source: { epoch: Math.max(0, epoch - 1), root: new Uint8Array(32).fill(2) },
    target: { epoch, root: new Uint8Array(32).fill(3) },
  }
}

/** Domain types of phase0 and altair `beacon-chain.md`. */
const domains = {
  proposer: 0,
  attester: 1,
  randao: 2,
  selectionProof: 5,
  aggregateAndProof: 6,
  syncCommittee: 7,
  syncCommitteeSelectionProof: 8,
  contributionAndProof: 9,
}

describe.each(slots)('at slot $slot, of $fork', ({ slot, fork, version }) => {
  test('a block', () => {
    const type = ssz[fork].BeaconBlock
    const block = { ...type.defaultValue(), slot, proposerIndex: 1 }
    const objectRoot = type.hashTreeRoot(block as never)
    const { message, signature } = openSigner().signBlock(block, objectRoot)
    expect(message).toBe(block)
    expect(isSigned(signature, 1, { objectRoot, domainType: domains.proposer, version })).toBe(true)
  })

  test('a randao reveal', () => {
    const objectRoot = ssz.Epoch.hashTreeRoot(Math.floor(slot / 8))
    const signature = openSigner().signRandaoReveal(2, slot)
    expect(isSigned(signature, 2, { objectRoot, domainType: domains.randao, version })).toBe(true)
  })

  test('an attestation of several validators', () => {
    const data = attestationData(slot)
    const objectRoot = ssz.phase0.AttestationData.hashTreeRoot(data)
    const { signed, refused } = openSigner().signAttestation([0, 2], data)
    expect(refused).toEqual([])
    expect(signed.map(({ validatorIndex }) => validatorIndex)).toEqual([0, 2])
    for (const { validatorIndex, signature } of signed) {
      expect(isSigned(signature, validatorIndex, { objectRoot, domainType: domains.attester, version })).toBe(
        true,
      )
    }
  })

  test('an aggregate and its selection proof', () => {
    const signer = openSigner()
    const selectionProof = signer.signSelectionProof(0, slot)
    const slotRoot = ssz.Slot.hashTreeRoot(slot)
    const proofMessage = { objectRoot: slotRoot, domainType: domains.selectionProof, version }
    expect(isSigned(selectionProof, 0, proofMessage)).toBe(true)
    const type = fork === 'deneb' ? ssz.phase0.AggregateAndProof : ssz.electra.AggregateAndProof
    const message = { ...type.defaultValue(), aggregatorIndex: 0, selectionProof }
    message.aggregate.data = attestationData(slot)
    const objectRoot = type.hashTreeRoot(message as never)
    const { signature } = signer.signAggregate(message)
    expect(isSigned(signature, 0, { objectRoot, domainType: domains.aggregateAndProof, version })).toBe(true)
  })

  test('sync committee messages', () => {
    const objectRoot = new Uint8Array(32).fill(9)
    const messages = openSigner().signSyncMessages([1, 2], slot, objectRoot)
    for (const message of messages) {
      expect(message).toMatchObject({ slot, beaconBlockRoot: objectRoot })
      const { validatorIndex, signature } = message
      expect(
        isSigned(signature, validatorIndex, { objectRoot, domainType: domains.syncCommittee, version }),
      ).toBe(true)
    }
    expect(messages.map(({ validatorIndex }) => validatorIndex)).toEqual([1, 2])
  })

  test('a contribution and its selection proof', () => {
    const signer = openSigner()
    const selectionProof = signer.signSyncSelectionProof(1, slot, 3)
    const selection = ssz.altair.SyncAggregatorSelectionData.hashTreeRoot({ slot, subcommitteeIndex: 3 })
    const proofMessage = { objectRoot: selection, domainType: domains.syncCommitteeSelectionProof, version }
    expect(isSigned(selectionProof, 1, proofMessage)).toBe(true)
    const contribution = {
      ...ssz.altair.SyncCommitteeContribution.defaultValue(),
      slot,
      subcommitteeIndex: 3,
    }
    const message = { aggregatorIndex: 1, contribution, selectionProof }
    const objectRoot = ssz.altair.ContributionAndProof.hashTreeRoot(message)
    const { signature } = signer.signContribution(message)
    expect(isSigned(signature, 1, { objectRoot, domainType: domains.contributionAndProof, version })).toBe(
      true,
    )
  })
})

describe('slashing protection stands before the keys', () => {
  test('a second block of a slot is not signed', () => {
    const signer = openSigner()
    const block = { ...ssz.fulu.BeaconBlock.defaultValue(), slot: 20, proposerIndex: 1 }
    signer.signBlock(block, new Uint8Array(32).fill(1))
    signer.signBlock(block, new Uint8Array(32).fill(1))
    expect(() => signer.signBlock(block, new Uint8Array(32).fill(2))).toThrow('double-proposal')
  })

  test('a second vote is refused to those who have voted, and to no one else', () => {
    const signer = openSigner()
    const data = attestationData(20)
    signer.signAttestation([1], data)
    const otherData = { ...attestationData(20), beaconBlockRoot: new Uint8Array(32) }
    const { signed, refused } = signer.signAttestation([0, 1], otherData)
    expect(signed.map(({ validatorIndex }) => validatorIndex)).toEqual([0])
    expect(refused).toMatchObject([{ validatorIndex: 1, error: { rule: 'double-vote' } }])
  })

  test('a key that is not here signs nothing', () => {
    expect(() => openSigner().signSelectionProof(3, 1)).toThrow('validator 3 is not held')
  })
})
