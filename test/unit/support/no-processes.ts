import { ChildProcess } from 'node:child_process'

/** Runs before every file of unit tests, which start no process: one that does belongs elsewhere. */
Object.assign(ChildProcess.prototype, {
  spawn({ file }: { readonly file: string }): never {
    throw new Error(`A unit test started the process ${file}: it is an end-to-end test.`)
  },
})
