import { createECDH } from 'node:crypto'
import { base58 } from '@scure/base'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  devp2pIdentity,
  enodeUrl,
  feeRecipientAddress,
  libp2pIdentity,
  libp2pMultiaddr,
} from '../../../src/plan/identity.ts'
import type { Hex } from '../../../src/plan/manifest.ts'

const seed = fc.integer({ min: 0, max: 2 ** 32 - 1 })
const nodeIndex = fc.integer({ min: 0, max: 1276 })

/** By OpenSSL, and so independent of the library that the plan uses. */
function publicKeyOf(privateKey: Hex, format: 'compressed' | 'uncompressed'): string {
  const ecdh = createECDH('secp256k1')
  ecdh.setPrivateKey(privateKey.slice(2), 'hex')
  return ecdh.getPublicKey('hex', format)
}

describe('devp2p', () => {
  test('the node id is the public key without its 04', () => {
    fc.assert(
      fc.property(seed, nodeIndex, (seed, index) => {
        const { privateKey, nodeId } = devp2pIdentity(seed, index)
        expect(privateKey).toMatch(/^0x[0-9a-f]{64}$/)
        expect(`04${nodeId.slice(2)}`).toBe(publicKeyOf(privateKey, 'uncompressed'))
      }),
      { numRuns: 30 },
    )
  })

  test('the enode URL has the node id, the address and the port', () => {
    const devp2p = devp2pIdentity(1, 0)
    expect(enodeUrl({ devp2p }, '127.1.0.10', 20002)).toBe(
      `enode://${devp2p.nodeId.slice(2)}@127.1.0.10:20002`,
    )
  })
})

describe('libp2p', () => {
  test('the peer id holds the compressed public key', () => {
    fc.assert(
      fc.property(seed, nodeIndex, (seed, index) => {
        const { privateKey, peerId } = libp2pIdentity(seed, index)
        const bytes = Buffer.from(base58.decode(peerId)).toString('hex')
        expect(bytes).toBe(`002508021221${publicKeyOf(privateKey, 'compressed')}`)
        // What peer ids of secp256k1 keys look like everywhere.
        expect(peerId).toMatch(/^16Uiu2HA[1-9A-HJ-NP-Za-km-z]{45}$/)
      }),
      { numRuns: 30 },
    )
  })

  test('the multiaddress has the address, the port and the peer id', () => {
    const libp2p = libp2pIdentity(1, 0)
    expect(libp2pMultiaddr({ libp2p }, '127.1.0.10', 20005)).toBe(
      `/ip4/127.1.0.10/tcp/20005/p2p/${libp2p.peerId}`,
    )
  })
})

test('keys and fee recipients differ between nodes, seeds and purposes, and never change', () => {
  const seeds = [0, 1, 2, 11, 2 ** 32 - 1]
  const indices = [0, 1, 2, 11, 110, 1276]
  const all = seeds.flatMap((seed) =>
    indices.flatMap((index) => [
      devp2pIdentity(seed, index).privateKey,
      libp2pIdentity(seed, index).privateKey,
      feeRecipientAddress(seed, index),
    ]),
  )
  expect(new Set(all).size).toBe(seeds.length * indices.length * 3)
  // A saved network must find its keys again after an update of this package.
  expect(devp2pIdentity(7, 3).privateKey).toBe(
    '0x2629675a02f9cf918abf53310dada968f02ecacdee71d11d55f38beba760cb63',
  )
  expect(libp2pIdentity(7, 3).peerId).toBe('16Uiu2HAm1rjHY6tCQnqEpCGUdW4d6SCYFkFsGFazpyb8zRscTxZ7')
  expect(feeRecipientAddress(7, 3)).toBe('0x1CEfAe6C58bA4689Bd746AC89922D59AF8215Ea4')
})
