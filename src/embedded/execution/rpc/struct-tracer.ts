import type { InterpreterStep } from '@ethereumjs/evm'
import { setLengthLeft } from '@ethereumjs/util'
import type { VM } from '@ethereumjs/vm'
import { bytesToHex, quantity } from '../bytes.ts'
import { RpcError } from './rpc-error.ts'

/** Which parts of each step a trace shows (Geth's logger configuration). */
export interface StructTracerOptions {
  readonly enableMemory: boolean
  readonly disableStack: boolean
  readonly disableStorage: boolean
  /** Steps shown; 0 for all. */
  readonly limit: number
}

export interface StructLog {
  readonly pc: number
  readonly op: string
  readonly gas: number
  readonly gasCost: number
  readonly depth: number
  readonly refund?: number
  readonly stack?: string[]
  readonly memory?: string[]
  readonly storage?: Record<string, string>
}

/** A trace that would fill the memory is refused rather than cut. */
const stepsMax = 200_000

/** Records every step of the EVM, as Geth's default tracer. */
export class StructTracer {
  readonly #options: StructTracerOptions
  readonly steps: StructLog[] = []
  /** Slots seen so far, by account: each step of storage access shows all of its account. */
  readonly #storage = new Map<string, Record<string, string>>()

  constructor(options: StructTracerOptions) {
    this.#options = options
  }

  listen(vm: VM): void {
    vm.evm.events?.on('step', (step: InterpreterStep, resolve?: () => void) => {
      void this.#record(step).finally(() => resolve?.())
    })
  }

  async #record(step: InterpreterStep): Promise<void> {
    const { enableMemory, disableStack, disableStorage, limit } = this.#options
    if (limit > 0 && this.steps.length >= limit) return
    if (this.steps.length >= stepsMax) return
    const { opcode } = step
    const storage = disableStorage ? undefined : await this.#storageOf(step)
    this.steps.push({
      pc: step.pc,
      op: opcode.name,
      gas: Number(step.gasLeft),
      gasCost: Number(opcode.dynamicFee ?? opcode.fee),
      depth: step.depth + 1,
      ...(step.gasRefund > 0n ? { refund: Number(step.gasRefund) } : {}),
      ...(disableStack ? {} : { stack: step.stack.map((value) => quantity(value)) }),
      ...(enableMemory ? { memory: words(step.memory) } : {}),
      ...(storage === undefined ? {} : { storage }),
    })
  }

  /** @throws RpcError when the transaction has more steps than a trace may have. */
  demandComplete(): void {
    const { limit } = this.#options
    if (this.steps.length >= stepsMax && (limit === 0 || limit > stepsMax)) {
      throw new RpcError('server', `the trace has more than ${stepsMax} steps; ask for a limit`)
    }
  }

  async #storageOf({ opcode, stack, address, stateManager }: InterpreterStep) {
    if (opcode.name !== 'SLOAD' && opcode.name !== 'SSTORE') return undefined
    const [slot, written] = stack.toReversed()
    if (slot === undefined) return undefined
    const key = word(slot)
    const value =
      opcode.name === 'SSTORE'
        ? word(written ?? 0n)
        : bytesToHex(
            setLengthLeft(await stateManager.getStorage(address, Buffer.from(key, 'hex')), 32),
          ).slice(2)
    const slots = { ...this.#storage.get(address.toString()), [key]: value }
    this.#storage.set(address.toString(), slots)
    return slots
  }
}

function word(value: bigint): string {
  return value.toString(16).padStart(64, '0')
}

function words(memory: Uint8Array): string[] {
  const digits = Buffer.from(memory).toString('hex')
  return digits.match(/.{64}/g) ?? []
}
