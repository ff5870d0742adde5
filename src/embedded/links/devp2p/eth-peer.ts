import type { Hex } from '../../../plan/manifest.ts'
import type { Clock } from '../../clock/clock.ts'
import type { ExecutionNode } from '../../execution/execution-node.ts'
import { TokenBucket } from '../libp2p/token-bucket.ts'
import { chainServer } from './chain-server.ts'
import { PeerFaultError, peerFaults } from './errors.ts'
import {
  decodeHashes,
  decodeHeadersRequest,
  decodeNumbered,
  decodeStatus,
  encodeNumbered,
  encodeStatus,
  ethCodes,
} from './eth-messages.ts'
import type { ForkIds } from './fork-id.ts'
import { ethProtocol } from './hello.ts'
import { RecentHashes } from './recent-hashes.ts'
import { PeerRequests } from './requests.ts'
import { joinList } from './rlp-reader.ts'
import type { RlpxConnection } from './rlpx-connection.ts'

/** Transactions of which it is remembered that a peer has them. */
const knownMax = 32_768
/** Requests that a peer may make, at once and a second: many times what it takes to fetch a whole chain. */
const requestsBurst = 512
const requestsPerSecond = 128

export interface EthPeerOptions {
  readonly connection: RlpxConnection
  readonly node: ExecutionNode
  readonly clock: Clock
  readonly forkIds: ForkIds
  /** It is on the same chain: from now on it can be asked and told. */
  readonly onReady: (peer: EthPeer) => void
  /** Takes Transactions and NewPooledTransactionHashes. */
  readonly onTransactions: (peer: EthPeer, code: number, payload: Uint8Array) => Promise<void>
}

/** A peer on eth/68 (devp2p `caps/eth.md`): the same chain, questions and answers both ways. */
export class EthPeer {
  /** Transactions that it has, or was sent. */
  readonly known = new RecentHashes(knownMax)
  readonly #options: EthPeerOptions
  readonly #requests: PeerRequests
  readonly #allowance: TokenBucket
  #isReady = false

  constructor(options: EthPeerOptions) {
    this.#options = options
    const { clock, connection } = options
    this.#requests = new PeerRequests(clock, (fault) => connection.abort(fault))
    this.#allowance = new TokenBucket({ clock, burst: requestsBurst, perSecond: requestsPerSecond })
  }

  get nodeId(): Hex {
    return this.#options.connection.remoteId
  }

  /** What the peer calls itself. */
  get clientId(): string {
    return this.#options.connection.hello.clientId
  }

  get isReady(): boolean {
    return this.#isReady
  }

  /** Exchanges Status messages, and then hears the peer until it is gone: resolves to why. */
  async run(): Promise<Error> {
    const { connection } = this.#options
    this.send(ethCodes.status, this.#status())
    const reason = await connection.listen((code, payload) => this.#hear(code, payload))
    this.#isReady = false
    this.#requests.close()
    return reason
  }

  send(code: number, payload: Uint8Array): void {
    this.#options.connection.send(code, payload)
  }

  /** @returns the body of the answer; undefined when there is none */
  ask(code: number, answerCode: number, body: Uint8Array): Promise<Uint8Array | undefined> {
    return this.#requests.ask(answerCode, (id) => this.send(code, encodeNumbered(id, body)))
  }

  /** Leaves the peer for something that it did. */
  leave(fault: PeerFaultError): void {
    this.#options.connection.close(peerFaults[fault.fault].disconnect, fault)
  }

  /** Hangs up on a peer that has done nothing wrong. @param reason as devp2p numbers them */
  disconnect(reason: number): void {
    this.#options.connection.close(reason)
  }

  #status(): Uint8Array {
    const { node, forkIds } = this.#options
    const { hash: headHash } = node.chain.head.record
    return encodeStatus({
      networkId: node.shared.rules.chainId,
      headHash,
      genesisHash: node.chain.genesis.hash,
      forkId: forkIds.at(headTimeOf(node)),
    })
  }

  async #hear(code: number, payload: Uint8Array): Promise<void> {
    if (!this.#isReady) return this.#greet(code, payload)
    switch (code) {
      case ethCodes.transactions:
      case ethCodes.newPooledTransactionHashes:
        return this.#options.onTransactions(this, code, payload)
      case ethCodes.getBlockHeaders:
      case ethCodes.getBlockBodies:
      case ethCodes.getPooledTransactions:
      case ethCodes.getReceipts:
        return this.#answer(code, payload)
      case ethCodes.blockHeaders:
      case ethCodes.blockBodies:
      case ethCodes.pooledTransactions:
      case ethCodes.receipts: {
        const { id, body } = decodeNumbered(payload)
        return this.#requests.answer(code, id, body)
      }
      default:
        // Blocks are not sent around any more either (EIP-3675).
        throw new PeerFaultError('wrong-protocol', `message ${code} of eth/${ethProtocol.version}`)
    }
  }

  #greet(code: number, payload: Uint8Array): void {
    if (code !== ethCodes.status) throw new PeerFaultError('wrong-protocol', `message ${code} before Status`)
    const { node, forkIds, onReady } = this.#options
    const { version, networkId, genesisHash, forkId } = decodeStatus(payload)
    if (version !== ethProtocol.version) throw new PeerFaultError('wrong-protocol', `eth/${version}`)
    const { chainId } = node.shared.rules
    if (networkId !== chainId) {
      throw new PeerFaultError('other-chain', `network ${networkId}, this is ${chainId}`)
    }
    if (genesisHash !== node.chain.genesis.hash) {
      throw new PeerFaultError('other-chain', `genesis ${genesisHash}, this is ${node.chain.genesis.hash}`)
    }
    if (!forkIds.isCompatible(forkId, headTimeOf(node))) {
      const { hash, next } = forkId
      throw new PeerFaultError('other-chain', `other forks: id ${hash.toString(16)}, next at ${next}`)
    }
    this.#isReady = true
    onReady(this)
  }

  #answer(code: number, payload: Uint8Array): void {
    if (!this.#allowance.take(1)) throw new PeerFaultError('too-many-requests', `message ${code}`)
    const { idItem, body } = decodeNumbered(payload)
    const { answerCode, answer } = answerTo(this.#options.node, code, body)
    this.send(answerCode, joinList([idItem, answer]))
  }
}

function answerTo(node: ExecutionNode, code: number, body: Uint8Array) {
  switch (code) {
    case ethCodes.getBlockHeaders:
      return {
        answerCode: ethCodes.blockHeaders,
        answer: chainServer.headers(node, decodeHeadersRequest(body)),
      }
    case ethCodes.getBlockBodies:
      return { answerCode: ethCodes.blockBodies, answer: chainServer.bodies(node, decodeHashes(body)) }
    case ethCodes.getReceipts:
      return { answerCode: ethCodes.receipts, answer: chainServer.receipts(node, decodeHashes(body)) }
    default:
      return {
        answerCode: ethCodes.pooledTransactions,
        answer: chainServer.transactions(node, decodeHashes(body)),
      }
  }
}

function headTimeOf({ chain }: ExecutionNode): number {
  return Number(chain.head.record.block.header.timestamp)
}
