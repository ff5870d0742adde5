/** What a start is doing. `done` of `total` where that can be counted. */
export interface StartProgress {
  readonly stage: 'clients' | 'genesis' | 'start' | 'wait-genesis' | 'peers' | 'head'
  readonly message: string
  readonly done?: number
  readonly total?: number
}

export type OnProgress = (progress: StartProgress) => void
