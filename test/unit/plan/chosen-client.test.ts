import { describe, expect, test } from 'vitest'
import { chooseClient, chooseClients, requireSameLinks } from '../../../src/plan/chosen-client.ts'
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
    [{ execution: 'fake-geth', consensus: 'fake-in-process' }, 'fake-in-process'],
    [{ execution: 'fake-in-process', consensus: 'fake-prysm' }, 'fake-prysm'],
  ])('that cannot be connected are refused: %j', (names, given) => {
    const error = refusal(() => chooseClients(inProcessFirst, names, 'nodes[3]'))
    expect(error).toMatchObject({
      code: 'option-unsupported',
      field: 'nodes[3].consensus',
      facts: { given, allowed: 'clients that are all embedded, or all processes of their own' },
    })
    expect(error.message).toContain('the fake-in-process client has links in its own process only')
  })

  test('are refused when nothing fits the one that is named', () => {
    const withoutPartner = { ...fakeRegistry, execution: [fakeGeth] }
    const error = refusal(() => chooseClients(withoutPartner, { consensus: 'fake-in-process' }))
    expect(error).toMatchObject({ code: 'option-unsupported', field: 'execution' })
    expect(error.message).toContain('fake-in-process and fake-geth cannot be connected')
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

describe('the clients of a network', () => {
  test('may all have sockets, or all be in this process', () => {
    expect(() => requireSameLinks([fakePrysm, fakeEmbedded, fakeGeth], 'nodes')).not.toThrow()
    expect(() => requireSameLinks(fakeInProcess, 'nodes')).not.toThrow()
    expect(() => requireSameLinks([], 'nodes')).not.toThrow()
  })

  test('are refused when one has other links than the first, whichever that is', () => {
    const message = 'the fake-in-process client has links in its own process only'
    const mixed = [fakePrysm, fakeEmbedded, inProcessConsensus]
    expect(refusal(() => requireSameLinks(mixed, 'nodes')).message).toContain(message)
    expect(refusal(() => requireSameLinks(mixed.toReversed(), 'nodes')).message).toContain(message)
  })
})
