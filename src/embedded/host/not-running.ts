import type { LocalResponse } from './host-methods.ts'

/** What a node answers that does not run. */
export const notRunning: LocalResponse = {
  status: 503,
  body: '{"code":503,"message":"The node does not run."}',
}
