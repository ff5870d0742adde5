import { z } from 'zod'
import { bytesToHex, quantity } from '../bytes.ts'
import type { ExecutionFork } from '../chain/chain-rules.ts'
import type { ExecutionNode, ForkchoiceState } from '../execution-node.ts'
import { RpcError } from '../rpc/rpc-error.ts'
import { method, type RpcMethods } from '../rpc/rpc-method.ts'
import { hashBytesSchema, hashSchema, payloadIdSchema, quantity64Schema } from '../rpc/schemas.ts'
import { EngineError } from './engine-errors.ts'
import {
  executionRequestsSchema,
  forkchoiceStateSchema,
  payloadAttributesSchema,
  payloadSchema,
  versionedHashesSchema,
} from './engine-schemas.ts'
import { findBlobs } from './find-blobs.ts'
import { blobsBundle, formatBody, formatPayload } from './payload-json.ts'

/** Largest numbers of things that one request may ask for. */
const bodiesMax = 128
const blobsMax = 128

/** EthereumJS in the registry of client codes (execution-apis `src/engine/identification.md`). */
const clientCode = 'EJ'

/** The Engine API from Cancun to Osaka (execution-apis `src/engine`), by name. */
export function engineMethods(node: ExecutionNode, clientVersion = 'eth-localnet/embedded'): RpcMethods {
  const methods: RpcMethods = {
    ...payloadMethods(node),
    engine_forkchoiceUpdatedV3: method([forkchoiceStateSchema, z.unknown()], ([state, attributes]) =>
      updateForkchoice(node, state, attributes ?? undefined),
    ),
    ...fetchMethods(node),
    engine_getClientVersionV1: method([z.unknown()], () => [
      { code: clientCode, name: 'eth-localnet', version: clientVersion, commit: '0x00000000' },
    ]),
  }
  return {
    ...methods,
    engine_exchangeCapabilities: method([z.array(z.string()).max(1000)], () => Object.keys(methods)),
  }
}

function payloadMethods(node: ExecutionNode): RpcMethods {
  return {
    engine_newPayloadV3: method(
      [payloadSchema, versionedHashesSchema, hashBytesSchema],
      ([payload, versionedHashes, parentBeaconBlockRoot]) => {
        demandFork(node, payload.timestamp, ['cancun'])
        return node.newPayload(payload, { versionedHashes, parentBeaconBlockRoot })
      },
    ),
    engine_newPayloadV4: method(
      [payloadSchema, versionedHashesSchema, hashBytesSchema, executionRequestsSchema],
      ([payload, versionedHashes, parentBeaconBlockRoot, executionRequests]) => {
        demandFork(node, payload.timestamp, ['prague', 'osaka'])
        return node.newPayload(payload, { versionedHashes, parentBeaconBlockRoot, executionRequests })
      },
    ),
    engine_getPayloadV3: getPayload(node, 'cancun'),
    engine_getPayloadV4: getPayload(node, 'prague'),
    engine_getPayloadV5: getPayload(node, 'osaka'),
  }
}

function getPayload(node: ExecutionNode, fork: ExecutionFork) {
  return method([payloadIdSchema], async ([payloadId]) => {
    const timestamp = node.payloadTimestamp(payloadId)
    if (timestamp !== undefined) demandFork(node, timestamp, [fork])
    const built = await node.getPayload(payloadId)
    const { record } = built.executed
    return {
      executionPayload: formatPayload(record),
      blockValue: quantity(built.valueWei),
      blobsBundle: blobsBundle(built),
      shouldOverrideBuilder: false,
      ...(fork === 'cancun' ? {} : { executionRequests: record.requests.map(bytesToHex) }),
    }
  })
}

function updateForkchoice(node: ExecutionNode, state: ForkchoiceState, attributes: unknown) {
  if (attributes === undefined) return node.forkchoiceUpdated(state)
  const parsed = payloadAttributesSchema.safeParse(attributes)
  if (!parsed.success) {
    // Bad attributes do not undo the choice of the head.
    node.forkchoiceUpdated(state)
    const [issue] = parsed.error.issues
    throw new EngineError(
      'invalidPayloadAttributes',
      `The payload attributes are not valid at ${issue?.path.join('.')}: ${issue?.message}.`,
    )
  }
  const { suggestedFeeRecipient, ...rest } = parsed.data
  return node.forkchoiceUpdated(state, { ...rest, feeRecipient: suggestedFeeRecipient })
}

function fetchMethods(node: ExecutionNode): RpcMethods {
  return {
    engine_getPayloadBodiesByHashV1: method([z.array(hashSchema)], ([hashes]) => {
      demandSize(hashes.length, bodiesMax)
      return hashes.map((hash) => formatBody(node.chain.record(hash)))
    }),
    engine_getPayloadBodiesByRangeV1: method([quantity64Schema, quantity64Schema], ([start, count]) => {
      if (start < 1n || count < 1n) throw new RpcError('invalidParams', 'start and count must be at least 1')
      demandSize(Number(count), bodiesMax)
      const available = node.chain.head.record.number - Number(start) + 1
      const length = Math.max(0, Math.min(Number(count), available))
      return Array.from({ length }, (_, index) => formatBody(node.chain.canonical(Number(start) + index)))
    }),
    engine_getBlobsV1: method([z.array(hashSchema)], ([hashes]) => {
      demandSize(hashes.length, blobsMax)
      demandFork(node, node.chain.head.record.block.header.timestamp, ['cancun', 'prague'])
      return findBlobs(node, hashes).map((found) =>
        found === undefined ? null : { blob: found.blob, proof: found.proofs[0] },
      )
    }),
    engine_getBlobsV2: method([z.array(hashSchema)], ([hashes]) => {
      demandSize(hashes.length, blobsMax)
      demandFork(node, node.chain.head.record.block.header.timestamp, ['osaka'])
      const found = findBlobs(node, hashes)
      // The whole answer is null when any is missing.
      return found.includes(undefined) ? null : found
    }),
  }
}

function demandFork(node: ExecutionNode, timestamp: bigint | number, forks: readonly ExecutionFork[]): void {
  const fork = node.shared.rules.forkAt(timestamp)
  if (forks.includes(fork)) return
  throw new EngineError(
    'unsupportedFork',
    `The payload is of ${fork}; this method is for ${forks.join(' and ')}.`,
  )
}

function demandSize(count: number, max: number): void {
  if (count > max)
    throw new EngineError('tooLargeRequest', `${count} are asked for, at most ${max} are given.`)
}
