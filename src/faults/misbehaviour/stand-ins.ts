import type { EngineFault } from '../../embedded/engine/engine-fault.ts'
import type { DeedOrder } from '../../embedded/validator/deed.ts'
import type { SlotClock } from '../../network/slot-clock.ts'
import type { NodePlan, NodePorts, ValidatorKeySource } from '../../plan/manifest.ts'
import { EngineProxy } from '../engine-proxy/engine-proxy.ts'
import { FaultError } from '../errors.ts'
import { RemoteSigner } from './remote-signer.ts'

/** What stands beside a consensus client in processes, so that it and its execution client can misbehave. */
export class StandIns implements AsyncDisposable {
  readonly #node: string
  readonly #engine: EngineProxy
  readonly #signer: RemoteSigner | undefined

  private constructor(node: string, engine: EngineProxy, signer: RemoteSigner | undefined) {
    this.#node = node
    this.#engine = engine
    this.#signer = signer
  }

  static async open(
    plan: NodePlan,
    parameters: { ports: NodePorts; keys: ValidatorKeySource; clock: SlotClock },
  ): Promise<StandIns> {
    const { ports, keys, clock } = parameters
    const engine = await EngineProxy.open({ port: ports.executionEngine })
    const { validators, validatorClient } = plan
    const signer =
      validatorClient === 'remote-signer' ? await RemoteSigner.open({ keys, validators, clock }) : undefined
    return new StandIns(plan.name, engine, signer)
  }

  /** Where the consensus client finds its Engine API. */
  get engineUrl(): string {
    return this.#engine.url
  }

  /** Where its validator client asks for signatures; undefined where it has the keys itself. */
  get signerUrl(): string | undefined {
    return this.#signer?.url
  }

  /** @throws {FaultError} without a remote signer, and for what it cannot do */
  setMisbehaviour(id: string, order: DeedOrder | undefined): void {
    this.#signer?.set(id, order)
    // Without a signer there is nothing to take back either.
    if (this.#signer !== undefined || order === undefined) return
    throw new FaultError({
      code: 'fault-unsupported',
      problem: `The validators of ${this.#node} take no orders: their client holds the keys itself.`,
      details: ["Start the network with `validatorClient: 'remote-signer'` for that node, or stop the node."],
      facts: { node: this.#node },
    })
  }

  setEngineFault(id: string, fault: EngineFault | undefined): void {
    this.#engine.set(id, fault)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#signer?.[Symbol.asyncDispose]()
    await this.#engine[Symbol.asyncDispose]()
  }
}
