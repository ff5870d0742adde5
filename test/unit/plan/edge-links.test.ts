import { describe, expect, test } from 'vitest'
import { edgeLinks } from '../../../src/plan/edge-links.ts'
import { fakeEmbedded, fakeGeth, fakeInProcess, fakePrysm, fakeSecluded } from './fake-registry.ts'
import { refusal } from './refusal.ts'

const [execution, consensus] = fakeInProcess
const embedded = { name: 'embedded', execution, consensus }
const processes = { name: 'processes', execution: fakeGeth, consensus: fakePrysm }
const overProcess = { name: 'over-process', execution: fakeGeth, consensus }
const underProcess = { name: 'under-process', execution, consensus: fakePrysm }

describe('the links of an edge', () => {
  test.each([
    [embedded, embedded, 'in-process', 'in-process'],
    [embedded, processes, 'sockets', 'sockets'],
    [processes, processes, 'sockets', 'sockets'],
    [embedded, overProcess, 'sockets', 'in-process'],
    [embedded, underProcess, 'in-process', 'sockets'],
    [overProcess, underProcess, 'sockets', 'sockets'],
    [overProcess, overProcess, 'sockets', 'in-process'],
  ])('are decided for each layer by what both ends can: %j and %j', (a, b, onExecution, onConsensus) => {
    const links = { execution: onExecution, consensus: onConsensus }
    expect(edgeLinks(a, b, 'topology')).toEqual(links)
    expect(edgeLinks(b, a, 'topology')).toEqual(links)
  })

  test('are refused where a layer has none in common, with what each end has', () => {
    const secluded = { name: 'secluded', execution: fakeGeth, consensus: fakeSecluded }
    const other = { name: 'other', execution: fakeGeth, consensus: fakeEmbedded }
    const error = refusal(() => edgeLinks(other, secluded, 'topology'))
    expect(error).toMatchObject({ code: 'option-unsupported', field: 'topology' })
    expect(error.message).toContain('other and secluded cannot be connected')
    expect(error.facts.given).toBe('fake-secluded')
  })
})
