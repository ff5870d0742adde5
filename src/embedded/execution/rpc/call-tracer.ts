import type { EVMResult, Message } from '@ethereumjs/evm'
import type { VM } from '@ethereumjs/vm'
import type { Hex } from '../../../plan/manifest.ts'
import { bytesToHex, quantity } from '../bytes.ts'
import { revertReason } from './execution-failure.ts'

/** A call and what it called, as Geth's `callTracer` shows them. */
export interface CallFrame {
  readonly type: string
  readonly from: Hex
  to?: Hex
  /** Absent where a call cannot carry one. */
  readonly value?: Hex
  readonly gas: Hex
  gasUsed: Hex
  readonly input: Hex
  output?: Hex
  error?: string
  revertReason?: string
  calls?: CallFrame[]
}

/** Records the tree of calls. */
export class CallTracer {
  readonly #open: CallFrame[] = []
  #root: CallFrame | undefined

  /** The call of the transaction itself. */
  get root(): CallFrame | undefined {
    return this.#root
  }

  listen(vm: VM): void {
    vm.evm.events?.on('beforeMessage', (message: Message) => this.#enter(message))
    vm.evm.events?.on('afterMessage', (result: EVMResult) => this.#leave(result))
  }

  #enter(message: Message): void {
    const frame: CallFrame = {
      type: typeOf(message),
      from: message.caller.toString(),
      ...(message.to === undefined
        ? {}
        : { to: (message.delegatecall ? message.codeAddress : message.to).toString() }),
      ...(message.isStatic ? {} : { value: quantity(message.value) }),
      gas: quantity(message.gasLimit),
      gasUsed: '0x0',
      input: bytesToHex(message.data),
    }
    const parent = this.#open.at(-1)
    if (parent === undefined) this.#root = frame
    else if (parent.calls === undefined) parent.calls = [frame]
    else parent.calls.push(frame)
    this.#open.push(frame)
  }

  #leave({ execResult, createdAddress }: EVMResult): void {
    const frame = this.#open.pop()
    if (frame === undefined) return
    frame.gasUsed = quantity(execResult.executionGasUsed)
    if (execResult.returnValue.length > 0) frame.output = bytesToHex(execResult.returnValue)
    if (createdAddress !== undefined) frame.to = createdAddress.toString()
    const error = execResult.exceptionError?.error
    if (error === undefined) return
    frame.error = error === 'revert' ? 'execution reverted' : error
    const reason = revertReason(execResult.returnValue)
    if (reason !== undefined) frame.revertReason = reason
  }
}

function typeOf(message: Message): string {
  if (message.to === undefined) return message.salt === undefined ? 'CREATE' : 'CREATE2'
  if (message.delegatecall) return 'DELEGATECALL'
  return message.isStatic ? 'STATICCALL' : 'CALL'
}
