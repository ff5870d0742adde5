import { SLOTS_PER_EPOCH } from '@lodestar/params'
import {
  beforeProcessEpoch,
  DataAvailabilityStatus,
  ExecutionPayloadStatus,
  stateTransition,
} from '@lodestar/state-transition'
import { processJustificationAndFinalization } from '@lodestar/state-transition/epoch'
import { ssz, sszTypesFor } from '@lodestar/types'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { BeaconState } from '../../../../src/embedded/protocol/beacon-state.ts'
import { BlockInvalidError, BlockMalformedError } from '../../../../src/embedded/protocol/errors.ts'
import { type Protocol, toCheckpoint } from '../../../../src/embedded/protocol/protocol.ts'
import type { SignedBlock } from '../../../../src/embedded/protocol/signed-block.ts'
import { ChainBuilder } from '../support/chain-builder.ts'
import { testManifest } from '../support/test-manifest.ts'

// A chain's constants are global to the process: a test file activates them, and only then imports this.

type Options = Parameters<typeof testManifest>[0]

/** That the transition is the library's own, on a chain with votes that come and go, over fork boundaries too. */
export function testTransition(name: string, options: Options): void {
  test(`${name}: agrees with the library, each check of its own on`, async () => {
    const builder = await ChainBuilder.create(testManifest(options))
    const protocol = builder.newProtocol()
    let state = builder.anchorFor(protocol).state
    // Most validators vote in some epochs, and none in others; some slots are empty.
    const blocks = await chainWithGaps(builder, 4 * SLOTS_PER_EPOCH)
    for (const made of blocks) {
      const block = protocol.decodeBlock(made.bytes)
      const before = toHex(state.hashTreeRoot())
      const expected = stateTransition(state, block.value, {
        verifyStateRoot: true,
        verifyProposer: true,
        verifySignatures: true,
        dontTransferCache: true,
        executionPayloadStatus: ExecutionPayloadStatus.valid,
        dataAvailabilityStatus: DataAvailabilityStatus.Available,
      })
      const transition = protocol.transition(block, state)
      expect(toHex(transition.postState.hashTreeRoot())).toBe(toHex(expected.hashTreeRoot()))
      expect(transition.postState.epochCtx.epoch).toBe(expected.epochCtx.epoch)
      expect(toHex(state.hashTreeRoot())).toBe(before)
      expectCheckpoints(transition, expected)
      state = transition.postState
    }
    expect(blocks.at(-1)?.fork).toBe(protocol.config.getForkName(state.slot))
    expect(toCheckpoint(state.currentJustifiedCheckpoint).epoch).toBeGreaterThan(0)
  }, 60_000)
}

async function chainWithGaps(builder: ChainBuilder, slots: number): Promise<SignedBlock[]> {
  const blocks: SignedBlock[] = []
  for (let slot = 1; slot <= slots; slot++) {
    if (slot % 11 === 0) continue
    const isQuiet = Math.floor(slot / SLOTS_PER_EPOCH) === 1
    const attesters = (index: number) => index % 8 !== slot % 8 && !isQuiet
    blocks.push(await builder.build({ slot, attesters, syncAggregate: slot % 5 === 0 }))
  }
  return blocks
}

/** By `process_justification_and_finalization` on a copy, with all participation counted anew. */
function expectCheckpoints(transition: ReturnType<Protocol['transition']>, postState: BeaconState): void {
  const copy = postState.clone(true)
  processJustificationAndFinalization(copy, beforeProcessEpoch(copy))
  expect(transition).toMatchObject({
    justified: toCheckpoint(postState.currentJustifiedCheckpoint),
    finalized: toCheckpoint(postState.finalizedCheckpoint),
    unrealizedJustified: toCheckpoint(copy.currentJustifiedCheckpoint),
    unrealizedFinalized: toCheckpoint(copy.finalizedCheckpoint),
  })
}

/** What a proposer can do wrong. Each block is refused, for its reason, and the good one is still taken. */
export function testInvalidBlocks(options: Options): void {
  const cases: [name: string, reason: string, change: (block: SignedBlock) => SignedBlock['value']][] = [
    [
      'a signature of somebody else',
      'signature',
      ({ value }) => ({ ...value, signature: value.message.body.randaoReveal }),
    ],
    [
      'a signature that is no point',
      'signature',
      ({ value }) => ({ ...value, signature: new Uint8Array(96).fill(1) }),
    ],
    ['another state root', 'state-root', (block) => changed(block, (message) => message.stateRoot.fill(7))],
    [
      'another proposer',
      'state-transition',
      (block) =>
        changed(block, (message) => {
          message.proposerIndex += 1
        }),
    ],
    [
      'an unknown parent',
      'state-transition',
      (block) => changed(block, (message) => message.parentRoot.fill(7)),
    ],
    [
      'a randao reveal of another epoch',
      'state-root',
      (block) => changed(block, ({ body }) => body.randaoReveal.fill(7, 90)),
    ],
    [
      'a payload of another time',
      'state-transition',
      (block) =>
        changed(block, ({ body }) => {
          body.executionPayload.timestamp += 1
        }),
    ],
    [
      'a vote of nobody',
      'state-transition',
      (block) =>
        changed(block, ({ body }) => {
          body.attestations[0]?.aggregationBits.uint8Array.fill(0)
        }),
    ],
    [
      'a deposit that the state does not know of',
      'state-transition',
      (block) =>
        changed(block, ({ body }) => {
          body.deposits.push(ssz.phase0.Deposit.defaultValue())
        }),
    ],
  ]
  test.each(cases)('refuses %s', async (_, reason, change) => {
    const { builder, parent, block } = await twoBlocks(options)
    const protocol = builder.newProtocol()
    const parentState = protocol.transition(
      protocol.decodeBlock(parent.bytes),
      builder.anchorFor(protocol).state,
    ).postState
    const bad = protocol.signedBlock(change(block))
    for (const attempt of [1, 2]) {
      expect(refusal(() => protocol.transition(bad, parentState)).reason, `attempt ${attempt}`).toBe(reason)
    }
    expect(protocol.transition(protocol.decodeBlock(block.bytes), parentState).postState.slot).toBe(2)
  })

  test('refuses signatures inside the block that are wrong, though its state root is right', async () => {
    const { builder, parent, block } = await twoBlocks(options)
    const protocol = builder.newProtocol()
    const parentState = protocol.transition(
      protocol.decodeBlock(parent.bytes),
      builder.anchorFor(protocol).state,
    ).postState
    const { message } = structuredBlock(block)
    const [attestation] = message.body.attestations
    if (attestation === undefined) throw new RangeError('The block has no attestation.')
    attestation.signature = message.body.randaoReveal
    message.stateRoot = protocol.tryBlock(message, parentState).stateRoot
    const bad = protocol.signedBlock({ message, signature: builder.signer.block(block.fork, message) })
    expect(refusal(() => protocol.transition(bad, parentState)).reason).toBe('signature')
  })

  test('takes a block whose sync committee is silent, and not one that claims a signature of nobody', async () => {
    const builder = await ChainBuilder.create(testManifest(options))
    const silent = await builder.build({ syncAggregate: false })
    const protocol = builder.newProtocol()
    const { state } = builder.anchorFor(protocol)
    expect(protocol.transition(protocol.decodeBlock(silent.bytes), state).postState.slot).toBe(1)
    const { message } = structuredBlock(silent)
    message.body.syncAggregate.syncCommitteeSignature = message.body.randaoReveal
    message.stateRoot = protocol.tryBlock(message, state).stateRoot
    const bad = protocol.signedBlock({ message, signature: builder.signer.block(silent.fork, message) })
    expect(refusal(() => protocol.transition(bad, state)).reason).toBe('signature')
  })
}

export function testBlocks(options: Options): void {
  test('one content is one block, however it comes', async () => {
    const { builder, block } = await twoBlocks(options)
    const protocol = builder.newProtocol()
    const decoded = protocol.decodeBlock(block.bytes)
    expect(protocol.decodeBlock(block.bytes)).toBe(decoded)
    expect(protocol.decodeBlock(block.bytes.slice())).toBe(decoded)
    expect(protocol.signedBlock(block.value)).toBe(decoded)
    expect(decoded).toMatchObject({
      slot: 2,
      root: block.root,
      parentRoot: block.parentRoot,
      fork: block.fork,
    })
    expect(Buffer.compare(decoded.bytes, block.bytes)).toBe(0)
    const { message } = block.value
    expect(protocol.signedBlock({ message, signature: message.body.randaoReveal })).not.toBe(decoded)
  })

  test('bytes that are no block are refused as such, whatever they are', async () => {
    const { builder, block } = await twoBlocks(options)
    const protocol = builder.newProtocol()
    const mangled = fc
      .record({
        end: fc.nat(block.bytes.length),
        at: fc.nat(block.bytes.length - 1),
        value: fc.integer({ min: 0, max: 255 }),
      })
      .map(({ end, at, value }) => {
        const bytes = block.bytes.slice(0, end)
        if (at < end) bytes[at] = value
        return bytes
      })
    fc.assert(
      fc.property(fc.oneof(mangled, fc.uint8Array({ maxLength: 300 })), (bytes) => {
        try {
          // What decodes is a block of these very bytes.
          const decoded = protocol.decodeBlock(bytes)
          const again = sszTypesFor(decoded.fork).SignedBeaconBlock.serialize(decoded.value)
          expect(Buffer.compare(again, bytes)).toBe(0)
        } catch (error) {
          expect(error).toBeInstanceOf(BlockMalformedError)
        }
      }),
      { numRuns: 300 },
    )
    expect(() => protocol.decodeBlock(block.bytes.slice(0, 107))).toThrow(BlockMalformedError)
    expect(() => protocol.decodeBlock(new Uint8Array(10 * 1024 * 1024 + 1))).toThrow(BlockMalformedError)
  })

  test('the state of a block that was tried is that of its import', async () => {
    const { builder, parent } = await twoBlocks(options)
    const next = await builder.build({ parent })
    // The builder tries each block before it signs it; one that was not tried gives the same.
    const protocol = builder.newProtocol()
    const parentState = protocol.transition(
      protocol.decodeBlock(parent.bytes),
      builder.anchorFor(protocol).state,
    ).postState
    const own = protocol.decodeBlock(next.bytes)
    const tried = protocol.tryBlock(own.value.message, parentState)
    expect(protocol.transition(own, parentState).postState).toBe(tried.postState)
    expect(toHex(tried.stateRoot)).toBe(toHex(own.value.message.stateRoot))
  })
}

async function twoBlocks(options: Options) {
  const builder = await ChainBuilder.create(testManifest(options))
  const parent = await builder.build({ syncAggregate: false })
  return { builder, parent, block: await builder.build({ syncAggregate: false }) }
}

/** A block changed inside, with the signature of the old one: what is wrong first is what is told. */
function changed(block: SignedBlock, change: (message: SignedBlock['value']['message']) => void) {
  const value = structuredBlock(block)
  change(value.message)
  return value
}

/** A copy of its own, and none of the roots that the library remembers by object. */
function structuredBlock(block: SignedBlock): SignedBlock['value'] {
  return sszTypesFor(block.fork).SignedBeaconBlock.deserialize(block.bytes)
}

function refusal(attempt: () => unknown): BlockInvalidError {
  try {
    attempt()
  } catch (error) {
    if (error instanceof BlockInvalidError) return error
    throw error
  }
  throw new Error('It was not refused.')
}

function toHex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex')
}
