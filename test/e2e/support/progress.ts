import type { StartNetworkOptions } from 'eth-localnet'

/** Prints a start's stages, so that a test that fails in CI shows how far it came. */
export const printStages: NonNullable<StartNetworkOptions['onProgress']> = (() => {
  let last = ''
  return ({ stage, message }) => {
    if (stage === last) return
    last = stage
    console.log(`${new Date().toISOString()} ${stage}: ${message}`)
  }
})()
