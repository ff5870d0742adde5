import type { Hex } from '../../../plan/manifest.ts'
import { bytesToHex } from '../bytes.ts'
import { InvalidBlockError } from './block-errors.ts'
import type { LogRecord, ReceiptRecord } from './block-record.ts'
import type { FixedCommon } from './fixed-common.ts'

/** keccak256("DepositEvent(bytes,bytes,bytes,bytes,bytes)") */
const depositEventTopic: Hex = '0x649bbc62d0e31342afea4e5cd82d4049e7e1ee912fc0889aa790803be39038c5'

/** The five fields of a deposit event, each behind its length: where its bytes start, and how many. */
const fields = [
  { name: 'public key', offset: 160, length: 48 },
  { name: 'withdrawal credentials', offset: 256, length: 32 },
  { name: 'amount', offset: 320, length: 8 },
  { name: 'signature', offset: 384, length: 96 },
  { name: 'index', offset: 512, length: 8 },
] as const
const eventLength = 576

/** The deposits of a block, one after the other, as EIP-6110 encodes them. */
export function depositRequests(receipts: readonly ReceiptRecord[], common: FixedCommon): Uint8Array {
  const contract = common.depositContractAddress
  const deposits = receipts
    .flatMap(({ logs }) => logs)
    .filter(({ address, topics }) => {
      const [topic] = topics
      return (
        topic !== undefined && bytesToHex(topic) === depositEventTopic && bytesToHex(address) === contract
      )
    })
    .map(depositRequest)
  return Uint8Array.from(Buffer.concat(deposits))
}

function depositRequest({ data }: LogRecord): Uint8Array {
  const view = Buffer.from(data)
  const numberAt = (position: number) => Number(BigInt(bytesToHex(view.subarray(position, position + 32))))
  if (view.length !== eventLength) throw new InvalidBlockError('A deposit event has the wrong length.')
  const parts = fields.map(({ name, offset, length }, position) => {
    if (numberAt(position * 32) !== offset || numberAt(offset) !== length) {
      throw new InvalidBlockError(`The ${name} of a deposit event is not laid out as EIP-6110 demands.`)
    }
    return view.subarray(offset + 32, offset + 32 + length)
  })
  return Buffer.concat(parts)
}
