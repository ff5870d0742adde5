import { z } from 'zod'
import { operation } from '../control/operation.ts'
import { checkBoundsSchema } from './checkers/check-bounds.ts'
import { verdicts } from './history-record.ts'

const checkResult = z.object({
  checker: z.string(),
  verdict: z.enum(verdicts),
  summary: z.string(),
  evidence: z.array(z.string()),
})

/** What the checkers make of a running network, for the table of operations. */
export const checkOperations = {
  check: operation({
    parameters: checkBoundsSchema,
    result: z.object({ results: z.array(checkResult), path: z.string(), seed: z.number() }),
    async run(network, bounds, signal) {
      const results = await network.check({ ...bounds, signal })
      const { seed, history } = network
      return {
        results: results.map((one) => ({ ...one, evidence: [...one.evidence] })),
        path: history.path,
        seed,
      }
    },
  }),
}
