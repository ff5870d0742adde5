import { describe, expect, test } from 'vitest'
import { draftNodes } from '../../../src/plan/node-drafts.ts'
import type { NetworkOptions } from '../../../src/plan/options.ts'
import { fakeRegistry } from './fake-registry.ts'
import { refusal } from './refusal.ts'

function summary(nodes: NetworkOptions['nodes']): string[] {
  return draftNodes(nodes, fakeRegistry).map(
    ({ name, execution, consensus }) => `${name} ${execution.name} ${consensus.name}`,
  )
}

test('a count makes so many nodes of the first clients there are; four by default', () => {
  expect(summary(2)).toEqual(['node-0 fake-geth fake-prysm', 'node-1 fake-geth fake-prysm'])
  expect(summary(undefined)).toHaveLength(4)
})

test('a list makes each node as it says, and names the others by their index', () => {
  const nodes = [{ consensus: 'fake-embedded', count: 2 }, { name: 'observer' }, {}]
  expect(summary(nodes)).toEqual([
    'node-0 fake-geth fake-embedded',
    'node-1 fake-geth fake-embedded',
    'observer fake-geth fake-prysm',
    'node-3 fake-geth fake-prysm',
  ])
})

test('a node of which one client is named has one that fits on the other layer', () => {
  expect(summary([{ execution: 'fake-in-process' }, { consensus: 'fake-in-process' }])).toEqual([
    'node-0 fake-in-process fake-in-process',
    'node-1 fake-in-process fake-in-process',
  ])
})

test('a name for several nodes is numbered', () => {
  expect(
    summary([
      { name: 'heavy', count: 2 },
      { name: 'light', count: 1 },
    ]),
  ).toEqual(['heavy-0 fake-geth fake-prysm', 'heavy-1 fake-geth fake-prysm', 'light fake-geth fake-prysm'])
})

describe('refuses', () => {
  test('an unknown client, with the nearest one', () => {
    const error = refusal(() => summary([{}, { consensus: 'fake-prism' }]))
    expect(error.field).toBe('nodes[1].consensus')
    expect(error.facts).toMatchObject({
      given: 'fake-prism',
      allowed: 'fake-prysm, fake-embedded, fake-old-client, fake-in-process',
      nearest: 'fake-prysm',
    })
  })

  test('a client of the other layer, and says so', () => {
    const error = refusal(() => summary([{ consensus: 'fake-geth' }]))
    expect(error.message).toContain("'fake-geth' is a client of the execution layer.")
    expect(error.facts.nearest).toBeUndefined()
  })

  test('any client where there is none', () => {
    const error = refusal(() => draftNodes(1, { ...fakeRegistry, execution: [] }))
    expect(error.field).toBe('nodes.execution')
  })

  test.each([
    [[{ name: 'a' }, { name: 'b' }, { name: 'a' }], 'nodes[2].name', 'nodes[0]'],
    [[{ name: 'node-1' }, {}], 'nodes[1].name', 'nodes[0]'],
    [[{ name: 'a-1' }, { name: 'a', count: 2 }], 'nodes[1].name', 'nodes[0]'],
  ])('names that are taken: %j', (nodes, field, takenBy) => {
    const error = refusal(() => summary(nodes))
    expect(error.field).toBe(field)
    expect(error.shortMessage).toContain(`taken by ${takenBy}`)
  })

  test('a name that its number makes too long', () => {
    expect(summary([{ name: 'x'.repeat(40) }])).toHaveLength(1)
    expect(refusal(() => summary([{ name: 'x'.repeat(40), count: 2 }])).field).toBe('nodes[0].name')
  })

  test('more nodes than there are ports for', () => {
    expect(summary([{ count: 1277 }])).toHaveLength(1277)
    expect(refusal(() => summary([{ count: 1277 }, {}])).field).toBe('nodes')
  })
})
