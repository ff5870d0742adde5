import { describe, expect, test } from 'vitest'
import { edgeAddress, maxEdges, maxNodes, nodeAddress, nodePorts } from '../../../src/plan/addresses.ts'
import { refusal } from './refusal.ts'

const everyNode = Array.from({ length: maxNodes }, (_, index) => index)
const everyEdge = Array.from({ length: maxEdges }, (_, index) => index)

test('nodes and edges start at host 10 of their own loopback network', () => {
  expect(nodeAddress(0)).toBe('127.1.0.10')
  expect(edgeAddress(0)).toBe('127.2.0.10')
  expect(nodeAddress(244)).toBe('127.1.0.254')
  expect(nodeAddress(245)).toBe('127.1.1.1')
})

test('every address is valid, has a host part between .0 and .255, and is given once', () => {
  const addresses = [...everyNode.map(nodeAddress), ...everyEdge.map(edgeAddress)]
  expect(new Set(addresses).size).toBe(maxNodes + maxEdges)
  const malformed = addresses.filter((address) => {
    const [loopback, network, block = Number.NaN, host = Number.NaN] = address.split('.').map(Number)
    return !(loopback === 127 && (network === 1 || network === 2) && block <= 255 && host >= 1 && host <= 254)
  })
  expect(malformed).toEqual([])
  expect(edgeAddress(maxEdges - 1)).toBe('127.2.255.254')
})

test('every port is given once, from 20000 to below the ephemeral range', () => {
  const ports = everyNode.flatMap((index) => Object.values(nodePorts(index)))
  expect(new Set(ports).size).toBe(maxNodes * 7)
  expect(Math.min(...ports)).toBe(20_000)
  expect(Math.max(...ports)).toBeLessThan(32_768)
  // One more block would not fit.
  expect(20_000 + maxNodes * 10 + 6).toBeGreaterThan(32_767)
})

test('a node keeps its ports together', () => {
  expect(nodePorts(3)).toEqual({
    executionRpc: 20030,
    executionEngine: 20031,
    executionP2p: 20032,
    consensusApi: 20033,
    consensusRpc: 20034,
    consensusP2p: 20035,
    validatorApi: 20036,
  })
})

describe('beyond the last', () => {
  test('node, there are no ports', () => {
    expect(refusal(() => nodePorts(maxNodes)).field).toBe('nodes')
  })

  test('edge, there is no address', () => {
    expect(refusal(() => edgeAddress(maxEdges)).field).toBe('topology')
  })
})
