import { Block, createBlockHeader } from '@ethereumjs/block'
import { type GethGenesis, parseGethGenesisState } from '@ethereumjs/common'
import type { Hex } from '../../../plan/manifest.ts'
import { zeroAddress, zeroHash } from '../bytes.ts'
import { WorldState } from '../state/world-state.ts'
import { BlockRecord, type ExecutedBlock } from './block-record.ts'
import type { ChainRules } from './chain-rules.ts'

const initialBaseFeeWei = 1_000_000_000n

/** Block 0 and its state, with the fields that Geth's `Genesis.ToBlock` gives them. */
export function genesisBlock(genesis: GethGenesis, rules: ChainRules): ExecutedBlock {
  const state = WorldState.fromGenesis(parseGethGenesisState(genesis))
  const common = rules.commonAt(BigInt(genesis.timestamp))
  const header = createBlockHeader(
    {
      number: 0n,
      parentHash: genesis.parentHash ?? zeroHash,
      coinbase: genesis.coinbase ?? zeroAddress,
      stateRoot: state.root,
      timestamp: BigInt(genesis.timestamp),
      gasLimit: BigInt(genesis.gasLimit),
      gasUsed: BigInt(genesis.gasUsed ?? 0),
      difficulty: BigInt(genesis.difficulty ?? 0),
      mixHash: genesis.mixHash ?? zeroHash,
      nonce: `0x${BigInt(genesis.nonce).toString(16).padStart(16, '0')}`,
      extraData: withHexPrefix(genesis.extraData ?? '0x'),
      baseFeePerGas: BigInt(genesis.baseFeePerGas ?? initialBaseFeeWei),
      excessBlobGas: BigInt(genesis.excessBlobGas ?? 0),
    },
    { common },
  )
  return { record: new BlockRecord(new Block(header, [], [], [], { common }), [], []), state }
}

function withHexPrefix(digits: string): Hex {
  return digits.startsWith('0x') ? (digits as Hex) : `0x${digits}`
}
