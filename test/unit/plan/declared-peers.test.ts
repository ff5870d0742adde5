import { expect, test } from 'vitest'
import { declaredPeers } from '../../../src/plan/declared-peers.ts'

test('an edge declares a peer at both of its ends', () => {
  const line = [
    { a: 'node-0', b: 'node-1', address: '127.2.0.10' },
    { a: 'node-1', b: 'node-2', address: '127.2.0.11' },
  ]
  expect(declaredPeers(line, 'node-1')).toEqual(['node-0', 'node-2'])
  expect(declaredPeers(line, 'node-2')).toEqual(['node-1'])
  expect(declaredPeers(line, 'node-9')).toEqual([])
})
