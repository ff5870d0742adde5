/** What the program in the namespace is asked for; answers carry the request's id. */
export type NamespaceRequest = { readonly id: number } & (
  | { readonly kind: 'set-up'; readonly ip: string; readonly nft: string }
  /** Put these rules in force, instead of those that there are. */
  | { readonly kind: 'rules'; readonly rules: string }
  /** Connect two addresses, and give both ends. */
  | { readonly kind: 'open'; readonly near: string; readonly far: string }
)

/** `near` and `far` come with a socket, one message each. */
export type NamespaceAnswer = { readonly id: number } & (
  | { readonly kind: 'done' | 'near' | 'far' }
  | { readonly kind: 'failed'; readonly reason: string }
)

type WithoutId<T> = T extends unknown ? Omit<T, 'id'> : never
export type NamespaceOrder = WithoutId<NamespaceRequest>
