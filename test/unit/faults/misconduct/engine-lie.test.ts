import { describe, expect, test } from 'vitest'
import {
  type EngineFault,
  EngineFaults,
  engineFaultSchema,
} from '../../../../src/embedded/engine/engine-fault.ts'
import { engineLie, methodsIn } from '../../../../src/faults/engine-proxy/engine-lie.ts'

const call = (method: string, id: number | string = 1) =>
  Buffer.from(JSON.stringify({ jsonrpc: '2.0', id, method, params: [] }))

describe('what is answered in place of the execution client', () => {
  test('to newPayload is the status alone, to forkchoiceUpdated with no payload id', () => {
    const lie = (method: string) => JSON.parse(engineLie({ kind: 'syncing' }, call(method, 'x')) ?? '')
    const status = { status: 'SYNCING', latestValidHash: null, validationError: null }
    expect(lie('engine_newPayloadV4')).toEqual({ jsonrpc: '2.0', id: 'x', result: status })
    expect(lie('engine_forkchoiceUpdatedV3').result).toEqual({ payloadStatus: status, payloadId: null })
  })

  test('to a batch is one answer for each call', () => {
    const batch = Buffer.from(`[${call('engine_newPayloadV4', 1)},${call('engine_newPayloadV4', 2)}]`)
    const answers = JSON.parse(engineLie({ kind: 'invalid' }, batch) ?? '')
    expect(answers.map(({ id }: { id: number }) => id)).toEqual([1, 2])
    expect(answers[1].result.status).toBe('INVALID')
  })

  test('is nothing for faults that only take time, and for what is no JSON-RPC', () => {
    expect(engineLie({ kind: 'silent' }, call('engine_newPayloadV4'))).toBeUndefined()
    expect(engineLie({ kind: 'syncing' }, Buffer.from('{"id":'))).toBeUndefined()
    expect(methodsIn(Buffer.from('null'))).toEqual([])
  })
})

describe('faults in force', () => {
  function found(faults: readonly EngineFault[], method: string) {
    const inForce = new EngineFaults()
    for (const [position, fault] of faults.entries()) inForce.set(`${position}`, fault)
    return inForce.find(method)?.fault.kind
  }

  test('are found by the method without its version, by default those that the kind makes sense for', () => {
    expect(found([{ kind: 'syncing' }], 'engine_newPayloadV4')).toBe('syncing')
    expect(found([{ kind: 'syncing' }], 'forkchoiceUpdated')).toBe('syncing')
    expect(found([{ kind: 'syncing' }], 'engine_getPayloadV4')).toBeUndefined()
    expect(found([{ kind: 'invalid' }], 'engine_forkchoiceUpdatedV3')).toBeUndefined()
    expect(found([{ kind: 'silent' }], 'engine_getPayloadV5')).toBe('silent')
    expect(found([{ kind: 'silent' }], 'engine_exchangeCapabilities')).toBeUndefined()
  })

  test('the last one counts, and the one before again when it ends', () => {
    const inForce = new EngineFaults()
    inForce.set('a', { kind: 'syncing' })
    inForce.set('b', { kind: 'invalid' })
    expect(inForce.find('newPayload')?.id).toBe('b')
    inForce.set('b', undefined)
    expect(inForce.find('newPayload')?.id).toBe('a')
  })

  test.each([
    { kind: 'slow' },
    { kind: 'slow', delayMs: 60_001 },
    { kind: 'syncing', methods: [] },
    { kind: 'syncing', methods: ['getPayload'] },
    { kind: 'syncing', sneaky: true },
  ])('%j is none', (fault) => {
    expect(engineFaultSchema.safeParse(fault).success).toBe(false)
  })
})
