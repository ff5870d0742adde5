import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  attestationDataRoot,
  blockHeaderRoot,
  domainTypes,
  signingRoot,
} from '../../../src/faults/misbehaviour/signing-roots.ts'

const { DOMAIN_BEACON_ATTESTER, DOMAIN_BEACON_PROPOSER } = await import('@lodestar/params')
const { computeDomain, computeSigningRoot } = await import('@lodestar/state-transition')
const { ssz } = await import('@lodestar/types')

const number = fc.integer({ min: 0, max: 2 ** 40 })
const root = fc.uint8Array({ minLength: 32, maxLength: 32 })
const hex = (bytes: Uint8Array) => `0x${Buffer.from(bytes).toString('hex')}`
const same = (ours: Buffer, theirs: Uint8Array) =>
  expect(ours.toString('hex')).toBe(Buffer.from(theirs).toString('hex'))

test('the root of attestation data is that of the protocol’s library', () => {
  fc.assert(
    fc.property(
      number,
      number,
      number,
      number,
      root,
      root,
      root,
      (slot, index, from, to, block, source, target) => {
        const ours = attestationDataRoot({
          slot,
          index,
          beaconBlockRoot: hex(block),
          source: { epoch: from, root: hex(source) },
          target: { epoch: to, root: hex(target) },
        })
        const data = {
          slot,
          index,
          beaconBlockRoot: block,
          source: { epoch: from, root: source },
          target: { epoch: to, root: target },
        }
        same(ours, ssz.phase0.AttestationData.hashTreeRoot(data))
      },
    ),
  )
})

test('so are those of a block’s header and of what is signed of it', () => {
  fc.assert(
    fc.property(
      number,
      number,
      root,
      root,
      root,
      root,
      (slot, proposerIndex, parent, state, body, genesis) => {
        const ours = blockHeaderRoot({
          slot,
          proposerIndex,
          parentRoot: hex(parent),
          stateRoot: hex(state),
          bodyRoot: hex(body),
        })
        const header = { slot, proposerIndex, parentRoot: parent, stateRoot: state, bodyRoot: body }
        same(ours, ssz.phase0.BeaconBlockHeader.hashTreeRoot(header))
        const version = genesis.slice(0, 4)
        for (const [type, theirs] of [
          [domainTypes.proposer, DOMAIN_BEACON_PROPOSER],
          [domainTypes.attester, DOMAIN_BEACON_ATTESTER],
        ] as const) {
          const domain = { type, forkVersion: hex(version), genesisValidatorsRoot: hex(genesis) }
          const expected = computeSigningRoot(
            ssz.phase0.BeaconBlockHeader,
            header,
            computeDomain(theirs, version, genesis),
          )
          same(signingRoot(ours, domain), expected)
        }
      },
    ),
    { numRuns: 30 },
  )
})
