import { RLP } from '@ethereumjs/rlp'
import type { Hex } from '../../../plan/manifest.ts'
import { bytesToHex, hexToBytes } from '../../execution/bytes.ts'
import { readBytes, readFixed, readList, readNumber } from './rlp-reader.ts'

/** The version whose messages are compressed with snappy (EIP-706). */
export const baseProtocolVersion = 5

/** The one protocol spoken here. Its messages are numbered from 16 on, as the base protocol has 16 of its own. */
export const ethProtocol = { name: 'eth', version: 68, offset: 16, length: 17 } as const

export interface Hello {
  readonly clientId: string
  /** Whether it speaks what is spoken here. */
  readonly hasEth: boolean
  readonly nodeId: Hex
}

/** The first message on a connection (devp2p `rlpx.md`, Hello). */
export function encodeHello(hello: { clientId: string; nodeId: Hex; port: number }): Uint8Array {
  const capabilities = [[ethProtocol.name, ethProtocol.version]]
  return RLP.encode([baseProtocolVersion, hello.clientId, capabilities, hello.port, hexToBytes(hello.nodeId)])
}

/** @throws PeerFaultError */
export function decodeHello(payload: Uint8Array): Hello {
  // Later versions may add to it.
  const [version, clientId, capabilities, , nodeId] = readList(payload, 32)
  const offered = readList(capabilities ?? new Uint8Array(0), 128).map((capability) => {
    const [name, number] = readList(capability, 2)
    return { name: textOf(readBytes(name, 32)), version: readNumber(number) }
  })
  const isCompressed = readNumber(version) >= BigInt(baseProtocolVersion)
  return {
    clientId: textOf(readBytes(clientId, 256)),
    hasEth:
      isCompressed &&
      offered.some(
        (capability) =>
          capability.name === ethProtocol.name && capability.version === BigInt(ethProtocol.version),
      ),
    nodeId: bytesToHex(readFixed(nodeId, 64)),
  }
}

function textOf(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes)
}
