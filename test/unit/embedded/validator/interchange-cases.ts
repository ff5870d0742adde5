import type { InterchangeCase } from './interchange-case.ts'
import { chainRoot, publicKey, root } from './messages.ts'

type Blocks = InterchangeCase['steps'][number]['blocks']
type Attestations = InterchangeCase['steps'][number]['attestations']

/** `[slot, root?]`, the root by its number. */
type BlockEntry = readonly [slot: number, root?: number]
type AttestationEntry = readonly [source: number, target: number, root?: number]

interface Step {
  readonly importsFor?: number
  readonly signedBlocks?: readonly BlockEntry[]
  readonly signedAttestations?: readonly AttestationEntry[]
  readonly succeeds?: boolean
  readonly chain?: string
  readonly blocks?: readonly { readonly at: BlockEntry; readonly key?: number; readonly may: boolean }[]
  readonly attestations?: readonly {
    readonly at: AttestationEntry
    readonly key?: number
    readonly may: boolean
  }[]
}

/** Each condition of EIP-3076 at its edges. */
export const interchangeCases: readonly InterchangeCase[] = [
  example('an import alone', [{ signedBlocks: [[1]], signedAttestations: [[0, 1]] }]),
  example('another chain', [{ chain: root(99), succeeds: false }]),
  example('the genesis attestation', [
    {
      signedAttestations: [[0, 0]],
      attestations: [
        { at: [0, 0], may: false },
        { at: [0, 1, 1], may: true },
        { at: [0, 1, 1], may: true },
        { at: [0, 1, 2], may: false },
      ],
    },
  ]),
  example('a block again, by its root', [
    {
      signedBlocks: [[7, 1]],
      blocks: [
        { at: [7, 1], may: true },
        { at: [7, 2], may: false },
        { at: [7], may: false },
        { at: [6, 3], may: false },
        { at: [8], may: true },
        { at: [8], may: false },
      ],
    },
  ]),
  example('blocks out of order, above the oldest', [
    {
      signedBlocks: [[3], [10]],
      blocks: [
        { at: [3, 1], may: false },
        { at: [2, 1], may: false },
        { at: [9, 1], may: true },
        { at: [10, 1], may: false },
        { at: [4, 1], may: true },
      ],
    },
  ]),
  example('votes that surround, or are surrounded', [
    {
      signedAttestations: [
        [2, 3],
        [4, 9, 1],
      ],
      attestations: [
        { at: [3, 10, 2], may: false },
        { at: [5, 8, 2], may: false },
        { at: [4, 8, 2], may: true },
        { at: [4, 10, 2], may: true },
        { at: [1, 20, 2], may: false },
        { at: [3, 3, 2], may: false },
      ],
    },
  ]),
  example('a key that the file names twice', [
    { signedBlocks: [[5]], blocks: [{ at: [5, 1], may: false }] },
    {
      signedBlocks: [[6]],
      blocks: [
        { at: [5, 1], may: false },
        { at: [6, 1], may: false },
        { at: [7, 1], may: true },
      ],
    },
  ]),
  example('keys are apart', [
    {
      signedBlocks: [[50]],
      signedAttestations: [[10, 20]],
      blocks: [
        { key: 2, at: [1, 1], may: true },
        { key: 2, at: [1, 2], may: false },
      ],
      attestations: [{ key: 2, at: [0, 1, 1], may: true }],
    },
  ]),
  example('what was signed counts, not only what was imported', [
    {
      blocks: [{ at: [10, 1], may: true }],
      attestations: [{ at: [2, 4, 1], may: true }],
    },
    {
      signedBlocks: [[8]],
      signedAttestations: [[1, 2]],
      blocks: [
        { at: [10, 2], may: false },
        { at: [9, 2], may: false },
      ],
      attestations: [
        { at: [1, 5, 1], may: false },
        { at: [2, 4, 1], may: true },
      ],
    },
  ]),
]

function example(name: string, steps: readonly Step[]): InterchangeCase {
  return { name, genesis_validators_root: chainRoot, steps: steps.map(stepOf) }
}

function stepOf(step: Step): InterchangeCase['steps'][number] {
  const { importsFor = 1, signedBlocks = [], signedAttestations = [], chain = chainRoot } = step
  return {
    should_succeed: step.succeeds ?? true,
    interchange: {
      metadata: { interchange_format_version: '5', genesis_validators_root: chain },
      data: [
        {
          pubkey: publicKey(importsFor),
          signed_blocks: signedBlocks.map(blockFields),
          signed_attestations: signedAttestations.map(attestationFields),
        },
      ],
    },
    blocks: (step.blocks ?? []).map(({ at, key = 1, may }) => ({
      pubkey: publicKey(key),
      should_succeed: may,
      ...blockFields(at),
    })) satisfies Blocks,
    attestations: (step.attestations ?? []).map(({ at, key = 1, may }) => ({
      pubkey: publicKey(key),
      should_succeed: may,
      ...attestationFields(at),
    })) satisfies Attestations,
  }
}

function blockFields([slot, rootIndex]: BlockEntry) {
  return { slot: String(slot), ...rootField(rootIndex) }
}

function attestationFields([source, target, rootIndex]: AttestationEntry) {
  return { source_epoch: String(source), target_epoch: String(target), ...rootField(rootIndex) }
}

function rootField(index: number | undefined) {
  return index === undefined ? {} : { signing_root: root(index) }
}
