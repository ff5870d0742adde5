import { z } from 'zod'
import { operation } from '../../control/operation.ts'
import { type Cause, causes, type Diagnosis } from './diagnosis.ts'

const cause = z.enum(causes)

/** A diagnosis as it crosses the wire. */
export const diagnosisSchema: z.ZodType<Diagnosis> = z.object({
  healthy: z.boolean(),
  cause: z.enum([...causes, 'healthy']) satisfies z.ZodType<Cause>,
  summary: z.string(),
  evidence: z.array(z.string()),
  advice: z.array(z.string()),
  also: z.array(z.object({ cause, summary: z.string() })),
})

/** What the doctor of a running network can be asked from outside. */
export const doctorOperations = {
  diagnose: operation({
    parameters: z.strictObject({}),
    result: diagnosisSchema,
    run: (network, _parameters, signal) => network.diagnose({ signal }),
  }),
}
