import { describe, expect, test } from 'vitest'
import { chooseClient, chooseClients } from '../../../src/plan/chosen-client.ts'
import { fakeEmbedded, fakeGeth, fakeInProcess, fakePrysm, fakeRegistry } from './fake-registry.ts'
import { refusal } from './refusal.ts'

const [inProcessExecution, inProcessConsensus] = fakeInProcess

/** With the clients of this process first, so that they are the default. */
const inProcessFirst = {
  execution: [inProcessExecution, fakeGeth],
  consensus: [inProcessConsensus, fakePrysm, fakeEmbedded],
}

describe('the client of one layer', () => {
  test('is the one of the name, else the first', () => {
    expect(chooseClient(fakeRegistry, 'consensus', 'fake-embedded', 'consensus')).toBe(fakeEmbedded)
    expect(chooseClient(fakeRegistry, 'consensus', undefined, 'consensus')).toBe(fakePrysm)
  })

  test('is refused at its field when there is none of the name', () => {
    const error = refusal(() => chooseClient(fakeRegistry, 'execution', 'fake-gteh', 'nodes[2].execution'))
    expect(error.field).toBe('nodes[2].execution')
    expect(error.facts).toMatchObject({ given: 'fake-gteh', nearest: 'fake-geth' })
  })
})

describe('the clients of a node', () => {
  test.each([
    [{}, 'fake-in-process', 'fake-in-process'],
    [{ execution: 'fake-geth' }, 'fake-geth', 'fake-prysm'],
    [{ execution: 'fake-in-process' }, 'fake-in-process', 'fake-in-process'],
    [{ consensus: 'fake-prysm' }, 'fake-geth', 'fake-prysm'],
    [{ consensus: 'fake-embedded' }, 'fake-geth', 'fake-embedded'],
    [{ consensus: 'fake-in-process' }, 'fake-in-process', 'fake-in-process'],
    [{ execution: 'fake-geth', consensus: 'fake-embedded' }, 'fake-geth', 'fake-embedded'],
  ])('that names %j are %s and %s', (names, execution, consensus) => {
    const chosen = chooseClients(inProcessFirst, names, 'nodes[0]')
    expect(chosen).toMatchObject({
      execution: { name: execution, layer: 'execution' },
      consensus: { name: consensus, layer: 'consensus' },
    })
  })

  test('follow the one that is named, whichever comes first', () => {
    const names = { consensus: 'fake-in-process' }
    expect(chooseClients(fakeRegistry, names).execution).toBe(inProcessExecution)
    expect(chooseClients(inProcessFirst, names).execution).toBe(inProcessExecution)
  })

  test.each([
    [{ execution: 'fake-geth', consensus: 'fake-in-process' }],
    [{ execution: 'fake-in-process', consensus: 'fake-prysm' }],
  ])('may be of two kinds when both are named: %j', (names) => {
    const { execution, consensus } = chooseClients(inProcessFirst, names, 'nodes[3]')
    expect({ execution: execution.name, consensus: consensus.name }).toEqual(names)
  })

  test('are the first of the other layer when none is a natural partner', () => {
    const withoutPartner = { ...fakeRegistry, execution: [fakeGeth] }
    expect(chooseClients(withoutPartner, { consensus: 'fake-in-process' }).execution).toBe(fakeGeth)
  })

  test.each([
    [{ execution: 'nothing' }, 'nodes[1].execution'],
    [{ consensus: 'nothing' }, 'nodes[1].consensus'],
    [{ execution: 'fake-geth', consensus: 'nothing' }, 'nodes[1].consensus'],
    [{ execution: 'nothing', consensus: 'fake-prysm' }, 'nodes[1].execution'],
  ])('are refused at the field that names no client: %j', (names, field) => {
    expect(refusal(() => chooseClients(fakeRegistry, names, 'nodes[1]')).field).toBe(field)
  })
})
