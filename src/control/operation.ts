import type { z } from 'zod'
import type { Network } from '../network/network.ts'

/** Something that a running network can be asked to do from outside, besides what concerns one node. */
export interface Operation<Input = unknown, Parameters = unknown, Result extends object = object> {
  /** What is given, from outside. The messages of its issues say what is allowed, as those of the plan's do. */
  readonly parameters: z.ZodType<Parameters, Input>
  /** Plain JSON. */
  readonly result: z.ZodType<Result>
  /** Resolves when it is done; the signal is aborted when whoever asked has gone. */
  run(network: Network, parameters: Parameters, signal: AbortSignal): Promise<Result>
}

/** An operation with the types of its schemas. */
export function operation<Input, Parameters, Result extends object>(
  definition: Operation<Input, Parameters, Result>,
): Operation<Input, Parameters, Result> {
  return definition
}
