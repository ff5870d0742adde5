import {
  BitListType,
  BitVectorType,
  ByteListType,
  ByteVectorType,
  ContainerType,
  ListBasicType,
  ListCompositeType,
  type Type,
  UintBigintType,
  VectorCompositeType,
} from '@chainsafe/ssz'
import { mainnetPreset as preset } from '@lodestar/params/presets/mainnet'
import { bytesToHex } from '../../../genesis/hex.ts'

/*
 * `BeaconBlockBody` since Electra (electra/beacon-chain.md; Fulu has the same), in the mainnet preset, which is
 * all that clients in processes run. The protocol's library would need its preset set in this thread, which
 * is the user's and may hold networks of either preset.
 */

const uint64 = new UintBigintType(8)
const uint256 = new UintBigintType(32)
const bytes20 = new ByteVectorType(20)
const bytes32 = new ByteVectorType(32)
const bytes48 = new ByteVectorType(48)
const bytes96 = new ByteVectorType(96)

type Fields = ConstructorParameters<typeof ContainerType>[0]

function container(fields: Fields) {
  return new ContainerType(fields, { jsonCase: 'eth2' })
}

function list(element: ReturnType<typeof container>, limit: number) {
  return new ListCompositeType(element, limit)
}

const checkpoint = container({ epoch: uint64, root: bytes32 })
const attestationData = container({
  slot: uint64,
  index: uint64,
  beaconBlockRoot: bytes32,
  source: checkpoint,
  target: checkpoint,
})
const votersMax = preset.MAX_VALIDATORS_PER_COMMITTEE * preset.MAX_COMMITTEES_PER_SLOT
const attestation = container({
  aggregationBits: new BitListType(votersMax),
  data: attestationData,
  signature: bytes96,
  committeeBits: new BitVectorType(preset.MAX_COMMITTEES_PER_SLOT),
})
const indexedAttestation = container({
  attestingIndices: new ListBasicType(uint64, votersMax),
  data: attestationData,
  signature: bytes96,
})
const header = container({
  slot: uint64,
  proposerIndex: uint64,
  parentRoot: bytes32,
  stateRoot: bytes32,
  bodyRoot: bytes32,
})
const signedHeader = container({ message: header, signature: bytes96 })
const deposit = container({
  proof: new VectorCompositeType(bytes32, 33),
  data: container({ pubkey: bytes48, withdrawalCredentials: bytes32, amount: uint64, signature: bytes96 }),
})
const signedVoluntaryExit = container({
  message: container({ epoch: uint64, validatorIndex: uint64 }),
  signature: bytes96,
})
const signedBlsChange = container({
  message: container({ validatorIndex: uint64, fromBlsPubkey: bytes48, toExecutionAddress: bytes20 }),
  signature: bytes96,
})
const withdrawal = container({
  index: uint64,
  validatorIndex: uint64,
  address: bytes20,
  amount: uint64,
})
const executionPayload = container({
  parentHash: bytes32,
  feeRecipient: bytes20,
  stateRoot: bytes32,
  receiptsRoot: bytes32,
  logsBloom: new ByteVectorType(preset.BYTES_PER_LOGS_BLOOM),
  prevRandao: bytes32,
  blockNumber: uint64,
  gasLimit: uint64,
  gasUsed: uint64,
  timestamp: uint64,
  extraData: new ByteListType(preset.MAX_EXTRA_DATA_BYTES),
  baseFeePerGas: uint256,
  blockHash: bytes32,
  transactions: new ListCompositeType(
    new ByteListType(preset.MAX_BYTES_PER_TRANSACTION),
    preset.MAX_TRANSACTIONS_PER_PAYLOAD,
  ),
  withdrawals: list(withdrawal, preset.MAX_WITHDRAWALS_PER_PAYLOAD),
  blobGasUsed: uint64,
  excessBlobGas: uint64,
})
const depositRequest = container({
  pubkey: bytes48,
  withdrawalCredentials: bytes32,
  amount: uint64,
  signature: bytes96,
  index: uint64,
})
const executionRequests = container({
  deposits: list(depositRequest, preset.MAX_DEPOSIT_REQUESTS_PER_PAYLOAD),
  withdrawals: list(
    container({ sourceAddress: bytes20, validatorPubkey: bytes48, amount: uint64 }),
    preset.MAX_WITHDRAWAL_REQUESTS_PER_PAYLOAD,
  ),
  consolidations: list(
    container({ sourceAddress: bytes20, sourcePubkey: bytes48, targetPubkey: bytes48 }),
    preset.MAX_CONSOLIDATION_REQUESTS_PER_PAYLOAD,
  ),
})
const body: Type<unknown> = container({
  randaoReveal: bytes96,
  eth1Data: container({ depositRoot: bytes32, depositCount: uint64, blockHash: bytes32 }),
  graffiti: bytes32,
  proposerSlashings: list(
    container({ signedHeader1: signedHeader, signedHeader2: signedHeader }),
    preset.MAX_PROPOSER_SLASHINGS,
  ),
  attesterSlashings: list(
    container({ attestation1: indexedAttestation, attestation2: indexedAttestation }),
    preset.MAX_ATTESTER_SLASHINGS_ELECTRA,
  ),
  attestations: list(attestation, preset.MAX_ATTESTATIONS_ELECTRA),
  deposits: list(deposit, preset.MAX_DEPOSITS),
  voluntaryExits: list(signedVoluntaryExit, preset.MAX_VOLUNTARY_EXITS),
  syncAggregate: container({
    syncCommitteeBits: new BitVectorType(preset.SYNC_COMMITTEE_SIZE),
    syncCommitteeSignature: bytes96,
  }),
  executionPayload,
  blsToExecutionChanges: list(signedBlsChange, preset.MAX_BLS_TO_EXECUTION_CHANGES),
  blobKzgCommitments: new ListCompositeType(bytes48, preset.MAX_BLOB_COMMITMENTS_PER_BLOCK),
  executionRequests,
})

/**
 * `hash_tree_root` of a block's body, given as the Beacon API has it.
 *
 * @returns 32 bytes in hex
 * @throws {Error} for what is no such body
 */
export function blockBodyRoot(json: unknown): string {
  return bytesToHex(body.hashTreeRoot(body.fromJson(json)))
}
