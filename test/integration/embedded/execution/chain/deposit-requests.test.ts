import { describe, expect, it } from 'vitest'
import { bytesToHex, hexToBytes } from '../../../../../src/embedded/execution/bytes.ts'
import { InvalidBlockError } from '../../../../../src/embedded/execution/chain/block-errors.ts'
import type { LogRecord, ReceiptRecord } from '../../../../../src/embedded/execution/chain/block-record.ts'
import { depositRequests } from '../../../../../src/embedded/execution/chain/deposit-requests.ts'
import { genesisTime, sharedExecution } from '../support/chain.ts'
import { depositContract } from '../support/contracts.ts'

const common = sharedExecution().rules.commonAt(genesisTime)
const topic = hexToBytes('0x649bbc62d0e31342afea4e5cd82d4049e7e1ee912fc0889aa790803be39038c5')

const word = (value: number) => value.toString(16).padStart(64, '0')
const field = (length: number, byte: string, padded: number) =>
  word(length) + byte.repeat(length) + '00'.repeat(padded - length)
/** The event of EIP-6110: five offsets, then each field behind its length, filled up to whole words. */
const event = hexToBytes(
  `0x${[160, 256, 320, 384, 512].map(word).join('')}${field(48, '01', 64)}${field(32, '02', 32)}${field(8, '03', 32)}${field(96, '04', 96)}${field(8, '05', 32)}`,
)
const request = ['01'.repeat(48), '02'.repeat(32), '03'.repeat(8), '04'.repeat(96), '05'.repeat(8)].join('')

function receiptWith(...logs: Partial<LogRecord>[]): ReceiptRecord {
  const whole = { address: hexToBytes(depositContract), topics: [topic], data: event }
  return { logs: logs.map((log) => ({ ...whole, ...log })) } as unknown as ReceiptRecord
}

describe('depositRequests', () => {
  it('joins the deposits of a block', () => {
    const requests = depositRequests([receiptWith({}), receiptWith(), receiptWith({}, {})], common)
    expect(bytesToHex(requests)).toBe(`0x${request.repeat(3)}`)
  })

  it('takes no notice of other contracts, other events and events without a topic', () => {
    const logs = [{ address: new Uint8Array(20) }, { topics: [new Uint8Array(32)] }, { topics: [] }]
    expect(depositRequests([receiptWith(...logs)], common)).toHaveLength(0)
  })

  it('finds the block invalid for an event of another layout', () => {
    const withByte = (position: number) => {
      const data = Uint8Array.from(event)
      data[position] = 0xee
      return data
    }
    const bad = [
      event.subarray(1),
      Uint8Array.from([...event, 0]),
      withByte(31),
      withByte(191),
      withByte(159),
    ]
    for (const data of bad) {
      expect(() => depositRequests([receiptWith({ data })], common)).toThrow(InvalidBlockError)
    }
  })
})
